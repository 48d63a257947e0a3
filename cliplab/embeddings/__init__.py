"""From images to unit vectors: the model, its engines, and where vectors are stored."""
