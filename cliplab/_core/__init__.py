"""What every room uses: argument checks, the words of the screen, the cache folder, devices, HTML, errors of the Hub."""
