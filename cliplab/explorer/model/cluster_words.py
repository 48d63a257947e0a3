"""Names for clusters, each computed once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cliplab.clustering.measuring import remeasure
from cliplab.evaluation.naming.cluster_names import ClusterNames, name_clusters

if TYPE_CHECKING:
    from cliplab.clustering.values import Clustering
    from cliplab.embeddings.encoder import ClipEncoder
    from cliplab.embeddings.values import Embeddings

_N_KEPT = 8


class ClusterWords:
    """The names of clusters, whatever text the images are ranked by.

    Parameters
    ----------
    embeddings : Embeddings
        Of the images.
    encoder : ClipEncoder or None
        Whose text encoder reads the words.
    """

    def __init__(self, embeddings: Embeddings, encoder: ClipEncoder | None) -> None:
        self._embeddings, self._encoder = embeddings, encoder
        self.names = lru_cache(maxsize=_N_KEPT)(self._names)

    def _names(self, clustering: Clustering, words: tuple[str, ...]) -> ClusterNames:
        """Name the clusters, by these words or else by everyday ones."""
        assert self._encoder is not None  # Without one the page is not shown.
        if (clustering.space, clustering.metric) != ("embedding", "euclidean"):
            clustering = remeasure(self._embeddings, clustering)
        return name_clusters(clustering, self._encoder, list(words) or None)
