"""Images ranked by how well they fit a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.validation import require_kind
from cliplab.embeddings.points import unit_rows
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.naming.near_word import near_word
from cliplab.evaluation.naming.prompts import checked_templates, word_vectors
from cliplab.evaluation.naming.text_fit import LEAST_FIT, N_BEST, text_fit
from cliplab.evaluation.naming.vocabulary import checked_vocabulary
from cliplab.evaluation.result_html import result_html

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.embeddings.text_encoder import TextEncoder

_N_SHOWN = 10


@checked
@dataclass(frozen=True, eq=False, repr=False)
class TextRanking:
    """How well each image fits a text.

    Parameters
    ----------
    text : str
        The text.
    scores : array-like of shape (n_images,)
        The higher the better. Only their order has a meaning.
    fit : float, default=1.0
        How well the 12 best images fit the text, as a share of how well those of the tenth best
        word of the vocabulary fit that word.
    nearest_word : str, default=""
        The word of the vocabulary that the text is nearly the same as, for the encoder; empty where
        there is none, and where the text itself has a word of the vocabulary.

    Raises
    ------
    ValueError
        If `scores` is not one-dimensional.

    Examples
    --------
    >>> found = TextRanking("a red car", [0.1, 0.6, -0.2])
    >>> found
    TextRanking of 3 images by 'a red car'
    >>> found.ranking.tolist()
    [1, 0, 2]
    """

    text: str
    scores: NDArray[np.float32]
    fit: float = 1.0
    nearest_word: str = ""

    def __post_init__(self) -> None:
        scores = np.array(self.scores, dtype=np.float32)
        if scores.ndim != 1:
            raise ValueError(f"`scores` must have shape (n_images,). Got {scores.shape!r} instead.")
        scores.setflags(write=False)
        object.__setattr__(self, "scores", scores)

    @property
    def ranking(self) -> NDArray[np.intp]:
        """The rows of all images, the best first."""
        return np.argsort(-self.scores, kind="stable")

    @property
    def hits(self) -> NDArray[np.intp]:
        """The rows of the 12 images that fit best, or of all if they are fewer."""
        return self.ranking[:N_BEST]

    @property
    def is_match(self) -> bool:
        """Whether the text describes any of the images: its fit is at least 0.51.

        Of texts that do, none was missed where this was measured. Of those that do not, about one
        in fifteen passes.
        """
        return self.fit >= LEAST_FIT

    def to_pandas(self) -> pd.DataFrame:
        """Return the images and their scores, the best first.

        Returns
        -------
        pandas.DataFrame
            One row for each image, with columns ``image`` (its row) and ``score``.
        """
        import pandas as pd

        return pd.DataFrame({"image": self.ranking, "score": self.scores[self.ranking]})

    def __len__(self) -> int:
        return len(self.scores)

    def __repr__(self) -> str:
        return f"TextRanking of {len(self)} images by {self.text!r}"

    def _repr_html_(self) -> str:
        best = self.to_pandas().head(_N_SHOWN).set_index("image")
        note = f"The best {_N_SHOWN}:" if len(self) > _N_SHOWN else ""
        if not self.is_match:
            note = f"No good match. {note}".strip()
        return result_html(repr(self), best, note=note)


@checked
def rank_by_text(
    text: str,
    embeddings: Embeddings,
    encoder: TextEncoder,
    *,
    vocabulary: Sequence[str] | None = None,
) -> TextRanking:
    """Rank images by how well they fit a text, as an image search does.

    The cosine of an image and its text is small. CLIP is trained so that the right text is nearer
    than the wrong ones, and its images lie in one narrow cone and its texts in another. The
    distance between the cones, the modality gap, is a part of every cosine. So the mean of all
    images is subtracted from the images, and the mean of a vocabulary from the text.

    A score is the cosine of the two differences. It compares an image with the other images, so
    it depends on them, and only the order of the scores has a meaning. The best score is not a
    probability, and one image is the best even if none fits. Whether any fits, `is_match` says: it
    compares the best scores with those of the words of the vocabulary.

    Parameters
    ----------
    text : str
        What to search for, in English, for example "a red car".
    embeddings : Embeddings
        The images, encoded by `encoder`.
    encoder : ClipEncoder
        The encoder of the images, which encodes the text.
    vocabulary : sequence of str, optional
        The words whose mean is subtracted from the text. By default as in `name_clusters`.

    Returns
    -------
    TextRanking
        The score of each image, and their order.

    Raises
    ------
    ValueError
        If the text is empty or longer than the encoder reads, or the embeddings come from another
        encoder.
    TypeError
        If arguments are swapped or of another kind.

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
    >>> found.is_match
    True
    """
    from cliplab.embeddings.encoder import ClipEncoder
    from cliplab.embeddings.text_encoder import StorybookTextEncoder

    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"`text` must be a string that is not blank. Got {text!r} instead.")
    if not isinstance(encoder, StorybookTextEncoder):
        require_kind("encoder", encoder, ClipEncoder)
    words = checked_vocabulary(vocabulary, encoder.model).words
    _require_same_encoder(embeddings, encoder)
    texts = word_vectors(encoder, words, checked_templates(None, encoder.model))
    encoded = encoder.encode_texts([text]).vectors
    if embeddings.vectors.shape[1] != encoded.shape[1]:
        raise ValueError(
            f"`embeddings` must have the {encoded.shape[1]} features of the encoder. "
            f"Got {embeddings.vectors.shape[1]} instead."
        )
    vectors = embeddings.vectors.astype(np.float64)
    differences = unit_rows(vectors - vectors.mean(axis=0))
    mean = texts.mean(axis=0)
    meaning = unit_rows(encoded - mean)[0]
    directions = unit_rows(texts - mean)
    fit = text_fit(differences, meaning, directions)
    word = near_word(text, meaning, words, directions)
    return TextRanking(text, differences @ meaning, fit, word)


def is_encoder_of(encoder: TextEncoder, embeddings: Embeddings) -> bool:
    """Return whether vectors come from an encoder; those of an unknown model may."""
    weights = embeddings.provenance.get("pretrained", str(encoder.pretrained))
    return embeddings.model in (encoder.model, "unknown") and weights == str(encoder.pretrained)


def _require_same_encoder(embeddings: Embeddings, encoder: TextEncoder) -> None:
    """Reject vectors of another model."""
    if not is_encoder_of(encoder, embeddings):
        weights = embeddings.provenance.get("pretrained", str(encoder.pretrained))
        raise ValueError(
            f"`embeddings` must come from {encoder!r}. Got {embeddings!r} "
            f"with the weights {weights!r} instead."
        )
