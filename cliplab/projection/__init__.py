"""From vectors to the plane: PCA, UMAP and a t-SNE that can be watched."""
