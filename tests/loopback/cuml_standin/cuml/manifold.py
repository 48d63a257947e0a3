"""t-SNE with cuML's arguments."""

from sklearn import manifold


class TSNE:
    def __init__(
        self, *, perplexity, n_neighbors, learning_rate, learning_rate_method, random_state
    ):
        assert min(3 * perplexity, 1023) <= n_neighbors <= 1023
        assert learning_rate_method is None  # Else cuML would choose the neighbours itself.
        self.learning_rate = learning_rate
        self.engine = manifold.TSNE(perplexity=perplexity, random_state=random_state)

    def fit_transform(self, vectors):
        assert len(vectors) / 12 <= self.learning_rate <= len(vectors)
        return self.engine.fit_transform(vectors)
