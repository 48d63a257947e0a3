"""Clusterings of the same images: into every k, by several algorithms."""
