"""What every room uses: argument checks, words, cache folder, devices, HTML, errors of the Hub."""
