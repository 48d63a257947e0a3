"""The way down a tree of words, to the most specific one that is clearly the best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cliplab.evaluation.naming.scores import is_far_ahead
from cliplab.evaluation.naming.word_tree import TOP, WordTree

Floats = NDArray[np.float64]


def most_specific_word(tree: WordTree, known: list[int], scores: Floats, meanings: Floats) -> int:
    """Return the most specific word that is clearly the best for one cluster.

    Parameters
    ----------
    tree : WordTree
        The vocabulary.
    known : list of int
        The positions of the words that have a score.
    scores : ndarray of shape (n_known,)
        How well each of these fits the cluster.
    meanings : ndarray of shape (n_known, n_features)
        The direction of each from the mean of all words.

    Returns
    -------
    int
        The position of the word; `TOP` where already the words of the first level tie.

    Notes
    -----
    Each word stands for all that are below it, with the best score among them. From `TOP` the way
    goes on to the best of the words one level below, as long as it is far ahead of the second
    best. A word is also compared with those below it, for it means other kinds of its thing too:
    where it ties with the best of them, the way ends.
    """
    columns = {word: column for column, word in enumerate(known)}
    best = _best_below(tree, columns, scores)
    word = TOP
    while True:
        next_words = {best[each]: each for each in tree.below(word) if each in best}
        if not next_words:
            return word
        if word in columns:
            next_words[columns[word]] = word
        compared = list(next_words)
        first = next_words[compared[int(scores[compared].argmax())]]
        is_clear = len(compared) == 1 or is_far_ahead(scores[None, compared], meanings[compared])
        if first == word or not is_clear:
            return word
        word = first


def _best_below(tree: WordTree, columns: dict[int, int], scores: Floats) -> dict[int, int]:
    """Return for each word the column of the best score among itself and all that are below it."""
    best = columns.copy()
    for word in reversed(range(len(tree.words))):  # Those below a word come after it.
        parent = tree.parents[word]
        if word in best and parent != TOP:
            best[parent] = max(best.get(parent, best[word]), best[word], key=scores.__getitem__)
    return best
