"""What a cluster shows, in the words of a vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.validation import require_kind
from cliplab.clustering.values import NOISE, Clustering
from cliplab.embeddings.points import unit_rows
from cliplab.evaluation.naming.prompts import (
    checked_templates,
    checked_words,
    word_vectors,
)

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.embeddings.encoder import ClipEncoder

UNSURE = "unsure"
_N_TOP_WORDS = 3


@dataclass(frozen=True, eq=False, repr=False)
class ClusterNames:
    """How well each word fits each cluster, and whether the best one may serve as its name.

    Parameters
    ----------
    words : tuple of str
        The vocabulary, at least two.
    scores : array-like of shape (n_clusters, n_words)
        From -1 to 1; comparable between the words of a cluster.
    is_sure : array-like of shape (n_clusters,)
        Whether the best word is clearly the best; `name_clusters` tells how that is decided.

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Examples
    --------
    >>> found = ClusterNames(("cat", "dog"), [[0.8, -0.2], [0.1, 0.2]], [True, False])
    >>> found
    Names of 2 clusters: cat, unsure
    >>> found.top(1, n_words=1)
    {'dog': 0.2}
    """

    words: tuple[str, ...]
    scores: NDArray[np.float64]
    is_sure: NDArray[np.bool_]

    def __post_init__(self) -> None:
        words = tuple(self.words)
        scores = np.array(self.scores, dtype=np.float64)
        is_sure = np.array(self.is_sure, dtype=np.bool_)
        if len(words) < 2 or scores.shape != (len(is_sure), len(words)):
            raise ValueError(
                "`words`, `scores` and `is_sure` must be of at least two words and have shapes "
                "(n_words,), (n_clusters, n_words) and (n_clusters,). "
                f"Got {(len(words),)!r}, {scores.shape!r} and {is_sure.shape!r} instead."
            )
        # A frozen dataclass is filled once, here; after this nothing changes.
        scores.setflags(write=False)
        is_sure.setflags(write=False)
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "scores", scores)
        object.__setattr__(self, "is_sure", is_sure)

    @property
    def names(self) -> tuple[str, ...]:
        """The best word for each cluster, or "unsure"."""
        best = self.scores.argmax(axis=1)
        return tuple(
            self.words[word] if sure else UNSURE
            for word, sure in zip(best, self.is_sure, strict=True)
        )

    @property
    def margins(self) -> NDArray[np.float64]:
        """How far the best word of each cluster is ahead of the second."""
        second, first = np.sort(self.scores, axis=1)[:, -2:].T
        margins: NDArray[np.float64] = first - second
        return margins

    def top(self, cluster_label: int, n_words: int = 5) -> dict[str, float]:
        """Return the words that fit a cluster best, and their scores.

        Parameters
        ----------
        cluster_label : int
            From 0 to k - 1; noise is no cluster and has no name.
        n_words : int, default=5
            How many words.

        Returns
        -------
        dict of str to float
            The best word first.

        Raises
        ------
        ValueError
            If there is no such cluster.
        """
        if cluster_label not in range(len(self.scores)):
            raise ValueError(
                f"`cluster_label` must be a whole number from 0 to {len(self.scores) - 1}. "
                f"Got {cluster_label!r} instead."
            )
        scores = self.scores[cluster_label]
        order = np.argsort(-scores, kind="stable")[:n_words]
        return {self.words[word]: float(scores[word]) for word in order}

    def to_pandas(self) -> pd.DataFrame:
        """Each cluster's name, its best words and how far the first is ahead.

        Returns
        -------
        pandas.DataFrame
            One row a cluster, with columns ``cluster_label``, ``name``, ``top_words`` (with
            their scores) and ``margin``.
        """
        import pandas as pd

        tops = [self.top(cluster, _N_TOP_WORDS) for cluster in range(len(self.scores))]
        return pd.DataFrame(
            {
                "cluster_label": range(len(tops)),
                "name": self.names,
                "top_words": [
                    ", ".join(f"{word} {score:.2f}" for word, score in top.items()) for top in tops
                ],
                "margin": self.margins,
            }
        )

    def __repr__(self) -> str:
        shown = ", ".join(self.names[:8]) + (", …" if len(self.names) > 8 else "")
        return f"Names of {len(self.names)} clusters: {shown}"

    def _repr_html_(self) -> str:
        # Words are data from strangers: to_html escapes them.
        table = self.to_pandas().set_index("cluster_label")
        return str(table.to_html(float_format="{:.2f}".format))


def name_clusters(
    clustering: Clustering,
    encoder: ClipEncoder,
    vocabulary: Sequence[str] | None = None,
    templates: Sequence[str] | None = None,
) -> ClusterNames:
    """Say in a word what each cluster shows, or that no word will do.

    CLIP has put pictures and texts into one space, so a cluster's centre can be compared with
    words. Compared as they are, all would be far apart: the vectors of pictures lie in one
    narrow cone and those of texts in another. So each side is first moved so that its mean is
    zero, and a score is the cosine of what is left: not what a cluster shows, but how it differs
    from the other clusters, against how a word differs from the other words.

    A word becomes the name only if the second best has at most half as large a part in the
    centre as it has, and if it draws the centre farther from the mean of all images than chance
    would draw the centre of as many images drawn by lot. Otherwise the name is "unsure": the
    cluster is mixed, or shows something that is not in the vocabulary, or nothing at all. On
    storybooks of 1,000 pictures at least 9 of 10 clusters that are nearly all of one kind get its
    name, and at most 1 of 100 groups of 10 or more pictures drawn by lot gets any.

    Parameters
    ----------
    clustering : Clustering
        Its `centers` have to be means of the encoder's own vectors. One that was found
        elsewhere, for example on a t-SNE picture, is first measured in CLIP's space:
        ``remeasure(embeddings, clustering)``.
    encoder : ClipEncoder
        What made the embeddings.
    vocabulary : sequence of str, optional
        The words to choose from, without articles; at least two. When left out, the storybook's
        16 objects for its own CLIP, and everyday words for things in photographs for any other.
    templates : sequence of str, optional
        Sentences with ``{}`` in place of the word, over which a word's vector is averaged. When
        left out, ``"a {}"`` for the storybook's CLIP, and photographs of it for any other.

    Returns
    -------
    ClusterNames
        Scores of every word for every cluster, and the names. Noise has none.

    Raises
    ------
    ValueError
        If the centres are not in the encoder's space, or there is something wrong with the
        words or the templates.
    TypeError
        If arguments are swapped, or of another kind.

    Notes
    -----
    The half is the only number that was chosen. A centre that holds the parts a and b of two
    words has the scores a + b c and b + a c, where c is the cosine of the words; so b is more
    than half of a where the margin is below (1 - c) / (2 + c) of the best score, and words that
    are alike need a smaller margin. And unit vectors with the mean m are, in the mean square,
    1 - |m|² from it: the mean of n of all N is (1 - |m|²) (1/n - 1/N) from it.

    References
    ----------
    Liang, W., Zhang, Y., Kwon, Y., Yeung, S. and Zou, J. (2022). Mind the gap: understanding the
    modality gap in multi-modal contrastive representation learning. NeurIPS 35.

    Radford, A. et al. (2021). Learning transferable visual models from natural language
    supervision. International Conference on Machine Learning, 8748-8763.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook, sweep_clusters
    >>> encoder = ClipEncoder("storybook")
    >>> embeddings = encoder.encode_images(load_storybook(n_images=500))
    >>> found = name_clusters(sweep_clusters(embeddings, [16])[16], encoder)
    >>> "car" in found.names
    True
    >>> list(found.top(found.names.index("car"), n_words=1))
    ['car']
    """
    from cliplab.embeddings.encoder import ClipEncoder

    require_kind("clustering", clustering, Clustering)
    require_kind("encoder", encoder, ClipEncoder)
    words = checked_words(vocabulary, encoder.model)
    sentences = checked_templates(templates, encoder.model)
    _require(clustering.space == "embedding" and clustering.metric == "euclidean", clustering)
    texts = word_vectors(encoder, words, sentences)
    _require(clustering.centers.shape[1] == texts.shape[1], clustering)

    labels = clustering.cluster_labels
    sizes = np.bincount(labels[labels != NOISE], minlength=clustering.n_clusters)
    n_images = max(1, sizes.sum())  # Where all is noise there is no cluster to be named.
    mean = sizes @ clustering.centers / n_images
    shifts = clustering.centers - mean
    meanings = unit_rows(texts - texts.mean(axis=0))
    scores = unit_rows(shifts) @ meanings.T

    drawn_by_lot = max(0.0, 1 - mean @ mean) * (1 / sizes - 1 / n_images)
    stands_out = scores.max(axis=1) * np.linalg.norm(shifts, axis=1) > np.sqrt(drawn_by_lot)
    return ClusterNames(words, scores, stands_out & _leads(scores, meanings))


def _leads(scores: NDArray[np.float64], meanings: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell where the second best word has at most half the part that the best one has."""
    second, first = np.argsort(scores, axis=1)[:, -2:].T
    clusters = np.arange(len(scores))
    best = scores[clusters, first]
    margins = best - scores[clusters, second]
    alike = np.einsum("ij,ij->i", meanings[first], meanings[second])
    # Of two words alone each is the other's opposite, and the margin meets the bar exactly.
    leads: NDArray[np.bool_] = margins >= best * (1 - alike) / (2 + alike) - 1e-9
    return leads


def _require(is_in_clip_space: bool, clustering: Clustering) -> None:
    if not is_in_clip_space:
        raise ValueError(
            "`clustering` must have means of the encoder's vectors for its centres; "
            "`remeasure(embeddings, clustering)` makes one that has. "
            f"Got centres with {clustering.centers.shape[1]} features in the {clustering.space}, "
            f"measured by the {clustering.metric} metric, instead."
        )
