"""What every room uses: argument checks, the cache folder, devices, HTML, errors of the Hub."""
