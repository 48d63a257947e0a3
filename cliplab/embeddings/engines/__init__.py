"""Engines: encode images by threads of this machine, or on a Ray cluster."""
