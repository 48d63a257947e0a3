"""Images ranked by every word of a vocabulary at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings.points import unit_rows
from cliplab.evaluation.naming.prompts import are_encoded, checked_templates, word_vectors
from cliplab.evaluation.naming.text_ranking import is_encoder_of
from cliplab.evaluation.naming.vocabulary import default_vocabulary

if TYPE_CHECKING:
    from cliplab.embeddings.text_encoder import TextEncoder
    from cliplab.embeddings.values import Embeddings

# So few words are encoded in a moment, so nobody has to have asked for them before.
_FEW = 32


def has_word_vectors(encoder: TextEncoder) -> bool:
    """Return whether the words of the encoder's vocabulary are encoded, or are soon.

    Parameters
    ----------
    encoder : TextEncoder
        The encoder of the words.

    Returns
    -------
    bool
    """
    words = default_vocabulary(encoder.model).words
    templates = checked_templates(None, encoder.model)
    return len(words) <= _FEW or are_encoded(encoder, words, templates)


def can_rank_by_words(embeddings: Embeddings, encoder: TextEncoder) -> bool:
    """Return whether images can be ranked by all words at once, without much time.

    Parameters
    ----------
    embeddings : Embeddings
        The images.
    encoder : TextEncoder
        The encoder of the words; it may be another than that of the images.

    Returns
    -------
    bool
    """
    if not (is_encoder_of(encoder, embeddings) and has_word_vectors(encoder)):
        return False
    words = default_vocabulary(encoder.model).words
    texts = word_vectors(encoder, words, checked_templates(None, encoder.model))
    return bool(texts.shape[1] == embeddings.vectors.shape[1])


def rank_by_words(
    embeddings: Embeddings, encoder: TextEncoder
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Score every image for every word, as `rank_by_text` does for a text.

    Parameters
    ----------
    embeddings : Embeddings
        The images, encoded by `encoder`.
    encoder : TextEncoder
        The encoder of the images. Each word of its default vocabulary is put into the default
        templates.

    Returns
    -------
    words : tuple of str
        The vocabulary.
    scores : ndarray of shape (n_words, n_images)
        The higher the better. Only their order has a meaning.
    """
    words = default_vocabulary(encoder.model).words
    texts = word_vectors(encoder, words, checked_templates(None, encoder.model))
    vectors = embeddings.vectors.astype(np.float64)
    differences = unit_rows(vectors - vectors.mean(axis=0))
    return words, unit_rows(texts - texts.mean(axis=0)) @ differences.T
