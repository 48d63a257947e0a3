"""Images in the order in which they fit a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.validation import require_kind
from cliplab.embeddings.points import unit_rows
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.naming.prompts import (
    checked_templates,
    checked_words,
    word_vectors,
)

if TYPE_CHECKING:
    from cliplab.embeddings.encoder import ClipEncoder


@dataclass(frozen=True, eq=False, repr=False)
class TextRanking:
    """How well each image fits a text.

    Parameters
    ----------
    text : str
        What was asked for.
    scores : array-like of shape (n_images,)
        Higher fits better; only the order has a meaning.

    Raises
    ------
    ValueError
        If the scores are not one number for each image.

    Examples
    --------
    >>> found = TextRanking("a red car", [0.1, 0.6, -0.2])
    >>> found
    Ranking of 3 images by 'a red car'
    >>> found.ranking.tolist()
    [1, 0, 2]
    """

    text: str
    scores: NDArray[np.float32]

    def __post_init__(self) -> None:
        scores = np.array(self.scores, dtype=np.float32)
        if scores.ndim != 1:
            raise ValueError(f"`scores` must have shape (n_images,). Got {scores.shape!r} instead.")
        scores.setflags(write=False)
        object.__setattr__(self, "scores", scores)

    @property
    def ranking(self) -> NDArray[np.intp]:
        """The rows of all images, the one that fits best first."""
        return np.argsort(-self.scores, kind="stable")

    def __len__(self) -> int:
        return len(self.scores)

    def __repr__(self) -> str:
        return f"Ranking of {len(self)} images by {self.text!r}"


def rank_by_text(
    text: str,
    embeddings: Embeddings,
    encoder: ClipEncoder,
    vocabulary: Sequence[str] | None = None,
) -> TextRanking:
    """Order images by how well they fit a text, as a search engine for pictures does.

    The cosine of a text and a picture is small even where they fit: CLIP was only taught that
    the right text has to be nearer than the wrong ones, and it has left pictures in one narrow
    cone of its space and texts in another. Between the two lies the modality gap, which enters
    every cosine and says nothing about the picture. So each side is first moved so that its mean
    is zero: that of the pictures over all of them, that of the texts over a vocabulary.

    A score is the cosine of what is left. It is a comparison with the other pictures, and would
    be another one among others; so only the order means something. The best score is no
    probability, and there is a best one also where no picture fits.

    Parameters
    ----------
    text : str
        What to look for, in English and in full: "a red car".
    embeddings : Embeddings
        The images, encoded by `encoder`.
    encoder : ClipEncoder
        What reads the text.
    vocabulary : sequence of str, optional
        The words whose mean is that of the texts; as in `name_clusters`.

    Returns
    -------
    TextRanking
        A score for every image, and the order.

    Raises
    ------
    ValueError
        If the text is empty, or the embeddings come from something else than the encoder.
    TypeError
        If arguments are swapped, or of another kind.

    References
    ----------
    Liang, W., Zhang, Y., Kwon, Y., Yeung, S. and Zou, J. (2022). Mind the gap: understanding the
    modality gap in multi-modal contrastive representation learning. NeurIPS 35.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook
    >>> images, encoder = load_storybook(n_images=200), ClipEncoder("storybook")
    >>> found = rank_by_text("a red car", encoder.encode_images(images), encoder)
    >>> images.to_pandas()["caption"][found.ranking[0]]
    'a red car in the city'
    """
    from cliplab.embeddings.encoder import ClipEncoder

    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"`text` must be a text that is not empty. Got {text!r} instead.")
    require_kind("embeddings", embeddings, Embeddings)
    require_kind("encoder", encoder, ClipEncoder)
    words = checked_words(vocabulary, encoder.model)
    _require_same_encoder(embeddings, encoder)
    texts = word_vectors(encoder, words, checked_templates(None, encoder.model))
    asked = encoder.encode_texts([text]).vectors
    if embeddings.vectors.shape[1] != asked.shape[1]:
        raise ValueError(
            f"`embeddings` must have the {asked.shape[1]} features of the encoder. "
            f"Got {embeddings.vectors.shape[1]} instead."
        )
    pictures = embeddings.vectors.astype(np.float64)
    differences = unit_rows(pictures - pictures.mean(axis=0))
    meaning = unit_rows(asked - texts.mean(axis=0))[0]
    return TextRanking(text, differences @ meaning)


def _require_same_encoder(embeddings: Embeddings, encoder: ClipEncoder) -> None:
    """Refuse vectors of another model; where nobody knows who made them, they may be its own."""
    weights = embeddings.provenance.get("pretrained", str(encoder.pretrained))
    if embeddings.model not in (encoder.model, "unknown") or weights != str(encoder.pretrained):
        raise ValueError(
            f"`embeddings` must come from {encoder!r}. Got {embeddings!r} "
            f"with the weights {weights!r} instead."
        )
