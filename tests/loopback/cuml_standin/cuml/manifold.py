"""t-SNE with cuML's arguments."""

from sklearn import manifold


class TSNE:
    def __init__(
        self, *, perplexity, n_neighbors, learning_rate, learning_rate_method, random_state
    ):
        assert n_neighbors >= 3 * perplexity
        assert learning_rate > 0
        assert learning_rate_method is None  # Else cuML would choose the neighbours itself.
        self.engine = manifold.TSNE(perplexity=perplexity, random_state=random_state)

    def fit_transform(self, vectors):
        return self.engine.fit_transform(vectors)
