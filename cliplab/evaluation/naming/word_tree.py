"""A vocabulary as a tree: under each word the words for kinds and parts of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

# The parent of the words that have no word above them.
TOP = -1


class WordTree(NamedTuple):
    """Words, and the word above each. A list of words is a tree of one level.

    Attributes
    ----------
    words : tuple of str
        Each word after the one above it.
    parents : tuple of int
        For each word the position of the word above it; `TOP` where there is none.
    """

    words: tuple[str, ...]
    parents: tuple[int, ...]

    def below(self, word: int) -> list[int]:
        """Return the positions of the words one level below a word, or below `TOP`."""
        return [each for each, parent in enumerate(self.parents) if parent == word]


def word_tree(words: Any) -> WordTree:
    """Make a tree from nested dicts and lists of words.

    Parameters
    ----------
    words : mapping or sequence
        A list of words, or a dict that has for each word such a list or dict of the words below.

    Returns
    -------
    WordTree
        Empty where `words` is something else.

    Examples
    --------
    >>> word_tree({"animal": ["cat", "dog"], "car": []})
    WordTree(words=('animal', 'cat', 'dog', 'car'), parents=(-1, 0, 0, -1))
    """
    placed: list[tuple[str, int]] = []
    if not _place(words, TOP, placed):
        return WordTree((), ())
    return WordTree(tuple(word for word, _ in placed), tuple(parent for _, parent in placed))


def _place(words: Any, parent: int, placed: list[tuple[str, int]]) -> bool:
    """Append words with those below them; return whether all of them are words."""
    if isinstance(words, str) or not isinstance(words, Iterable):
        return False
    for word in words:
        if not isinstance(word, str):
            return False
        placed.append((word, parent))
        if isinstance(words, Mapping) and not _place(words[word], len(placed) - 1, placed):
            return False
    return True


def nested_words(text: str) -> dict[str, Any]:
    """Read words that are indented by two spaces under the word above them.

    Parameters
    ----------
    text : str
        A word on each line, and after a colon words below it that have none below them. Lines that
        begin with # are comments.

    Returns
    -------
    dict
        As for `word_tree`.

    Examples
    --------
    >>> nested_words("animal: cat, dog" + chr(10) + "  fish: shark")
    {'animal': {'cat': {}, 'dog': {}, 'fish': {'shark': {}}}}
    """
    tree: dict[str, Any] = {}
    branch = [tree]
    for line in text.splitlines():
        word, _, below = line.strip().partition(": ")
        if not word or word.startswith("#"):
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        del branch[depth + 1 :]
        branch[depth][word] = {each: {} for each in below.split(", ") if each}
        branch.append(branch[depth][word])
    return tree
