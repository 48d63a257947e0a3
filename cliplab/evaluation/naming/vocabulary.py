"""The words and templates to name clusters with."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cliplab._core.validation import wrong_value
from cliplab.evaluation.naming.word_tree import WordTree, nested_words, word_tree
from cliplab.sources.storybook import OBJECTS

_EVERYDAY_WORDS = Path(__file__).with_name("vocabulary.txt")


def default_vocabulary(model: str) -> WordTree:
    """Return the default vocabulary for a model.

    Parameters
    ----------
    model : str
        As in `ClipEncoder`.

    Returns
    -------
    WordTree
        The 16 objects of the storybook for its own CLIP, which was trained on no others; a tree of
        everyday words for every other model.

    Examples
    --------
    >>> default_vocabulary("storybook").words[:4]
    ('apple', 'balloon', 'bird', 'boat')
    >>> default_vocabulary("ViT-B-32").words[:4]
    ('person', 'woman', 'man', 'girl')
    """
    return word_tree(OBJECTS) if model == "storybook" else _everyday_words()


@cache
def _everyday_words() -> WordTree:
    return word_tree(nested_words(_EVERYDAY_WORDS.read_text(encoding="utf-8")))


def checked_vocabulary(vocabulary: Any, model: str) -> WordTree:
    """Return the given words as a tree, or by default those for the model.

    Raises
    ------
    ValueError
        If there are fewer than two words, or two are the same.
    """
    if vocabulary is None:
        return default_vocabulary(model)
    tree = word_tree(vocabulary)
    known = {" ".join(word.split()).casefold() for word in tree.words}  # As CLIP's tokenizer does.
    if len(tree.words) < 2 or "" in known or len(known) < len(tree.words):
        must = (
            "be a list of at least two words, or a dict of such lists, "
            "none of the words empty or repeated"
        )
        raise ValueError(wrong_value("vocabulary", must, vocabulary))
    return tree


def default_templates(model: str) -> tuple[str, ...]:
    """Return the default templates for a model.

    Parameters
    ----------
    model : str
        As in `ClipEncoder`.

    Returns
    -------
    tuple of str
        With ``{}`` in place of the word.

    Examples
    --------
    >>> default_templates("ViT-B-32")
    ('a photo of a {}',)
    """
    # Only one: on a CPU it takes a minute to put all everyday words into another.
    return ("a {}",) if model == "storybook" else ("a photo of a {}",)
