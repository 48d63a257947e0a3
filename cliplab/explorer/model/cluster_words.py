"""Names for clusters, each computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab._core.language import say
from cliplab.clustering.measuring import remeasure
from cliplab.evaluation.naming.cluster_names import UNSURE, ClusterNames, name_clusters

if TYPE_CHECKING:
    from cliplab.clustering.values import Clustering
    from cliplab.embeddings.text_encoder import TextEncoder
    from cliplab.embeddings.values import Embeddings

_N_KEPT = 40  # Names of all k of a sweep, and of another.


def vocabulary_of(text: str) -> tuple[str, ...]:
    """Return the words of a text with commas between; none mean everyday words."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def names_as_read(names: ClusterNames) -> list[str]:
    """Return the name of each cluster; that there is none is said in the language of the screen."""
    return [say("names.unsure") if name == UNSURE else name for name in names.names]


class ClusterWords:
    """The names of clusters, whatever text the images are ranked by.

    Parameters
    ----------
    embeddings : Embeddings
        Of the images.
    encoder : TextEncoder or None
        Whose text encoder reads the words.
    """

    def __init__(self, embeddings: Embeddings, encoder: TextEncoder | None) -> None:
        self._embeddings, self._encoder = embeddings, encoder
        self._known: dict[tuple[Clustering, tuple[str, ...]], ClusterNames] = {}

    def known(self, clustering: Clustering, words: tuple[str, ...]) -> ClusterNames | None:
        """Return the names of the clusters if they have been computed."""
        return self._known.get((clustering, words))

    def names(self, clustering: Clustering, words: tuple[str, ...]) -> ClusterNames:
        """Name the clusters, by these words or else by everyday ones."""
        key = clustering, words
        if key not in self._known:
            while len(self._known) >= _N_KEPT:
                self._known.pop(next(iter(self._known)), None)
            self._known[key] = self._compute(clustering, words)
        return self._known[key]

    def _compute(self, clustering: Clustering, words: tuple[str, ...]) -> ClusterNames:
        assert self._encoder is not None  # Without one the page is not shown.
        if (clustering.space, clustering.metric) != ("embedding", "euclidean"):
            clustering = remeasure(self._embeddings, clustering)
        return name_clusters(clustering, self._encoder, list(words) or None)
