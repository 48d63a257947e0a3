"""The Explorer as one file, which needs neither a kernel nor a network."""
