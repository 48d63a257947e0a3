"""t-SNE with cuML's arguments."""

from sklearn import manifold


class TSNE:
    def __init__(self, *, perplexity, n_neighbors, random_state):
        assert n_neighbors >= perplexity
        self.engine = manifold.TSNE(perplexity=perplexity, random_state=random_state)

    def fit_transform(self, vectors):
        picture = self.engine.fit_transform(vectors)
        self.kl_divergence_ = self.engine.kl_divergence_
        return picture
