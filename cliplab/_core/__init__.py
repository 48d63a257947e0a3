"""What every room stands on: argument checks, the cache folder, devices, errors of the Hub."""
