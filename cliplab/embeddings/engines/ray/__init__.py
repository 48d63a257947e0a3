"""The same encoder on every processor of a Ray cluster."""
