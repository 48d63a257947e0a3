"""Names of clusters, from the words of a vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.plain_text import plain
from cliplab._core.validation import require_count, wrong_value
from cliplab.clustering.values import NOISE, Clustering
from cliplab.embeddings.points import unit_rows
from cliplab.evaluation.naming.descent import most_specific_word
from cliplab.evaluation.naming.given_vectors import given_vectors
from cliplab.evaluation.naming.prompts import checked_templates, word_vectors
from cliplab.evaluation.naming.scores import exceeds_chance
from cliplab.evaluation.naming.vocabulary import checked_vocabulary
from cliplab.evaluation.naming.word_tree import TOP, WordTree
from cliplab.evaluation.result_html import result_html

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.embeddings.text_encoder import TextEncoder

UNSURE = "unsure"
_N_TOP_WORDS = 3


@checked
@dataclass(frozen=True, eq=False, repr=False)
class ClusterNames:
    """How well each word fits each cluster, and the names that follow from it.

    Parameters
    ----------
    words : tuple of str
        The vocabulary, at least two.
    scores : array-like of shape (n_clusters, n_words)
        From -1 to 1. Compare the scores of one cluster, not those of different clusters.
    names : tuple of str
        The name of each cluster, as defined in `name_clusters`, or "unsure".

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Examples
    --------
    >>> found = ClusterNames(("cat", "dog"), [[0.8, -0.2], [0.1, 0.2]], ("cat", "unsure"))
    >>> found
    ClusterNames of 2 clusters: cat, unsure
    >>> found.top(1, n_words=1)
    {'dog': 0.2}
    """

    words: tuple[str, ...]
    scores: NDArray[np.float64]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        words = plain(tuple(self.words))
        scores = np.array(self.scores, dtype=np.float64)
        names = plain(tuple(self.names))
        if len(words) < 2 or scores.shape != (len(names), len(words)):
            raise ValueError(
                "`words`, `scores` and `names` must have at least two words and the shapes "
                "(n_words,), (n_clusters, n_words) and (n_clusters,). "
                f"Got {(len(words),)!r}, {scores.shape!r} and {(len(names),)!r} instead."
            )
        scores.setflags(write=False)
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "scores", scores)
        object.__setattr__(self, "names", names)

    @property
    def margins(self) -> NDArray[np.float64]:
        """The difference between the two best scores of each cluster."""
        second, first = np.sort(self.scores, axis=1)[:, -2:].T
        margins: NDArray[np.float64] = first - second
        return margins

    def top(self, cluster_label: int, *, n_words: int = 5) -> dict[str, float]:
        """Return the words that fit a cluster best, and their scores.

        Parameters
        ----------
        cluster_label : int
            From 0 to k - 1. Noise has no name.
        n_words : int, default=5
            The number of words.

        Returns
        -------
        dict of str to float
            The best word first.

        Raises
        ------
        ValueError
            If there is no such cluster.
        """
        require_count("cluster_label", cluster_label, 0, len(self.scores) - 1, "the last cluster")
        scores = self.scores[cluster_label]
        order = np.argsort(-scores, kind="stable")[:n_words]
        return {self.words[word]: float(scores[word]) for word in order}

    def to_pandas(self) -> pd.DataFrame:
        """Return the name and the best words of each cluster.

        Returns
        -------
        pandas.DataFrame
            One row for each cluster, with columns ``cluster_label``, ``name``, ``top_words``
            (with their scores) and ``margin``.
        """
        import pandas as pd

        tops = (self.top(label, n_words=_N_TOP_WORDS) for label in range(len(self.scores)))
        return pd.DataFrame(
            {
                "cluster_label": range(len(self.scores)),
                "name": self.names,
                "top_words": [
                    ", ".join(f"{w} {score:.2f}" for w, score in top.items()) for top in tops
                ],
                "margin": self.margins,
            }
        )

    @property
    def _title(self) -> str:
        return f"ClusterNames of {len(self.names)} clusters"

    def __repr__(self) -> str:
        shown = ", ".join(self.names[:8]) + (", …" if len(self.names) > 8 else "")
        return f"{self._title}: {shown}"

    def _repr_html_(self) -> str:
        table = self.to_pandas().set_index("cluster_label")
        return result_html(self._title, table, number="{:.2f}")


@checked
def name_clusters(
    clustering: Clustering,
    encoder: TextEncoder | Mapping[str, ArrayLike],
    vocabulary: Sequence[str] | Mapping[str, Any] | None = None,
    *,
    templates: Sequence[str] | None = None,
) -> ClusterNames:
    """Name each cluster by the word of a vocabulary that fits it best.

    CLIP embeds images and texts in one space, so the centre of a cluster can be compared with
    words. But the vectors of images lie in one narrow cone and those of texts in another. So the
    mean of the images is subtracted from the centres and the mean of the words from the words,
    and a score is the cosine of the two differences. It compares how a cluster differs from the
    mean of all images with how a word differs from the mean of all words.

    The best word becomes the name if two conditions hold. The part of the second best word in the
    centre is at most half as large. And the word shifts the centre further from the mean of all
    images than is expected for as many random images. Otherwise the name is "unsure": the
    cluster is mixed, or the vocabulary has no word for it. On storybooks of 1,000 images at least
    9 of 10 clusters of nearly one kind got its name, and at most 1 of 100 groups of 10 or more
    random images got a name.

    In a tree of words the first condition is asked on each level, from the top down. A word there
    stands for all that are below it, with the best score among them. So a cluster is named by the
    most specific word that is clearly the best beside those on its level. Where these tie, as
    plate, platter and saucer may, the name is the word above them, here tableware. The name is
    "unsure" where already the words of the first level tie.

    Parameters
    ----------
    clustering : Clustering
        Its `centers` must be means of the encoder's vectors. For a clustering of another space,
        for example of a t-SNE projection, compute them first:
        ``remeasure(embeddings, clustering)``.
    encoder : ClipEncoder or mapping of str to array-like of shape (n_features,)
        The encoder of the embeddings. Or, where there is none, a vector for each word, computed by
        the text encoder of the same model.
    vocabulary : sequence of str or mapping, optional
        The words to choose from, without articles; at least two. A list of words has one level; a
        tree of words is a dict that has for each word a list, or a dict, of those below it. By
        default the 16 objects of the storybook for its own CLIP, and a tree of about 860 words for
        what photographs show for any other. Words of this tree that have no vector are left out.
    templates : sequence of str, optional
        Sentences with ``{}`` in place of the word. The vector of a word is the mean over all of
        them. By default ``"a {}"`` for the storybook's CLIP, and ``"a photo of a {}"`` for any
        other. Not with word vectors, which are computed already.

    Returns
    -------
    ClusterNames
        The scores of all words for all clusters, and the names. Noise has no name.

    Raises
    ------
    ValueError
        If the centres are not in the encoder's space, or the words, their vectors or the templates
        are not valid.
    TypeError
        If arguments are swapped or of another kind.

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

    Word vectors in place of the encoder, and a tree of words:

    >>> import numpy as np
    >>> from cliplab import Clustering
    >>> clustering = Clustering([0] * 50 + [1] * 50, np.eye(2, 4), 1.0, [0.5] * 100)
    >>> vectors = {"cat": [3, 1, 0, 0], "dog": [3, 0, 1, 0], "car": [0, 3, 0, 0]}
    >>> name_clusters(clustering, vectors, {"animal": ["cat", "dog"], "car": []})
    ClusterNames of 2 clusters: animal, car
    """
    _require(clustering.space == "embedding" and clustering.metric == "euclidean", clustering)
    tree, known, texts = _words(encoder, vocabulary, templates)
    _require(clustering.centers.shape[1] == texts.shape[1], clustering)

    labels = clustering.cluster_labels
    sizes = np.bincount(labels[labels != NOISE], minlength=clustering.n_clusters)
    mean = sizes @ clustering.centers / max(1, sizes.sum())  # All images may be noise.
    shifts = clustering.centers - mean
    meanings = unit_rows(texts - texts.mean(axis=0))
    scores = unit_rows(shifts) @ meanings.T
    is_sure = exceeds_chance(scores.max(axis=1), shifts, mean, sizes)
    chosen = [
        most_specific_word(tree, known, each, meanings) if sure else TOP
        for each, sure in zip(scores, is_sure, strict=True)
    ]
    names = tuple(UNSURE if word == TOP else tree.words[word] for word in chosen)
    return ClusterNames(tuple(tree.words[word] for word in known), scores, names)


def _words(
    encoder: Any, vocabulary: Any, templates: Any
) -> tuple[WordTree, list[int], NDArray[np.float64]]:
    """Return the vocabulary, which of its words have a vector, and these vectors."""
    from cliplab.embeddings.encoder import ClipEncoder
    from cliplab.embeddings.text_encoder import StorybookTextEncoder

    if isinstance(encoder, Mapping):
        if templates is not None:
            raise ValueError(wrong_value("templates", "be None with word vectors", templates))
        return given_vectors(encoder, vocabulary)
    if not isinstance(encoder, ClipEncoder | StorybookTextEncoder):
        must = "be a ClipEncoder, for example ClipEncoder('storybook'), or a dict of word vectors"
        raise TypeError(wrong_value("encoder", must, type(encoder)))
    tree = checked_vocabulary(vocabulary, encoder.model)
    sentences = checked_templates(templates, encoder.model)
    return tree, list(range(len(tree.words))), word_vectors(encoder, tree.words, sentences)


def _require(is_in_clip_space: bool, clustering: Clustering) -> None:
    if not is_in_clip_space:
        raise ValueError(
            "`clustering` must have the means of the encoder's vectors as its centres; "
            "`remeasure(embeddings, clustering)` computes them. "
            f"Got centres with {clustering.centers.shape[1]} features in the {clustering.space}, "
            f"by the {clustering.metric} metric, instead."
        )
