"""Packs: images, embeddings, projections, sweeps and credits in one folder."""
