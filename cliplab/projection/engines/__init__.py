"""What computes a t-SNE, each named after the library that it uses."""
