"""Vectors of words: each word is put into sentences, which CLIP encodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings.points import unit_rows
from cliplab.embeddings.tokens import TooLongError
from cliplab.evaluation.naming.vocabulary import default_templates

if TYPE_CHECKING:
    from cliplab.embeddings.text_encoder import TextEncoder

# The article depends on the sound: "an hour", but "a unicorn".
_SOUNDS_LIKE_A_VOWEL = re.compile(
    r"(?!eu|uni(?!n)|uku|uten)[aeiou]|hour|honest|heir", re.IGNORECASE
)
_BATCH_SIZE = 32
_SECONDS_BEFORE_PROGRESS = 2
# The vectors of words that an encoder has encoded; they are dropped with the encoder.
_VECTORS: WeakKeyDictionary[TextEncoder, dict[tuple[str, ...], NDArray[np.float64]]] = (
    WeakKeyDictionary()
)


def fill(template: str, word: str) -> str:
    """Put a word into a template; "a" becomes "an" before the sound of a vowel.

    Parameters
    ----------
    template : str
        With ``{}`` in place of the word.
    word : str
        Without an article.

    Returns
    -------
    str

    Examples
    --------
    >>> fill("a photo of a {}", "umbrella")
    'a photo of an umbrella'
    """
    if _SOUNDS_LIKE_A_VOWEL.match(word):
        template = re.sub(r"\b([Aa]) \{\}", r"\1n {}", template)
    # Not `str.format`, which lets a template read attributes of objects.
    return template.replace("{}", word)


def checked_templates(templates: Any, model: str) -> tuple[str, ...]:
    """Return the given templates, or by default those for the model.

    Raises
    ------
    ValueError
        If there is no template, or one without ``{}``.
    """
    if templates is None:
        return default_templates(model)
    sentences = _strings(templates)
    if not sentences or not all("{}" in sentence for sentence in sentences):
        raise ValueError(
            "`templates` must be a list of sentences with {} in place of the word. "
            f"Got {templates!r} instead."
        )
    return sentences


def word_vectors(
    encoder: TextEncoder,
    words: tuple[str, ...],
    templates: tuple[str, ...],
) -> NDArray[np.float64]:
    """Return the vector of each word: the mean over all templates.

    The vectors are cached for each encoder.

    Parameters
    ----------
    encoder : ClipEncoder
        The encoder of the texts.
    words, templates : tuple of str
        As from `checked_vocabulary` and `checked_templates`.

    Returns
    -------
    ndarray of shape (n_words, n_features)
        Of unit length.

    Raises
    ------
    TooLongError
        If a word with its template is longer than the model reads.
    """
    from tqdm.auto import tqdm

    cached = _VECTORS.setdefault(encoder, {})
    sentences = _sentences(words, templates)
    if sentences not in cached:
        # In batches, to save memory: each text is padded to the longest that CLIP accepts.
        starts = range(0, len(sentences), _BATCH_SIZE)
        batches = tqdm(starts, "Encoding words", delay=_SECONDS_BEFORE_PROGRESS, unit="batch")
        try:
            parts = [encoder.encode_texts(sentences[i : i + _BATCH_SIZE]).vectors for i in batches]
        except TooLongError as error:
            must = "hold words that the model can read in each of the `templates`"
            raise TooLongError(f"`vocabulary` must {must}. {error}") from error
        vectors = np.vstack(parts, dtype=np.float64)
        means = unit_rows(vectors.reshape(len(templates), len(words), -1).mean(axis=0))
        means.setflags(write=False)
        cached[sentences] = means
    return cached[sentences]


def are_encoded(encoder: TextEncoder, words: tuple[str, ...], templates: tuple[str, ...]) -> bool:
    """Return whether an encoder has encoded these words already, so that they take no time."""
    return _sentences(words, templates) in _VECTORS.get(encoder, {})


def _sentences(words: tuple[str, ...], templates: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fill(template, word) for template in templates for word in words)


def _strings(values: Any) -> tuple[str, ...]:
    """Return a sequence of strings as a tuple; an empty one for anything else."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        return ()
    strings = tuple(values)
    return strings if all(isinstance(each, str) for each in strings) else ()
