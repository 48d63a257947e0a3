"""Vectors of words that are given, in place of an encoder that computes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.validation import wrong_value
from cliplab.embeddings.points import unit_rows
from cliplab.evaluation.naming.vocabulary import checked_vocabulary
from cliplab.evaluation.naming.word_tree import WordTree

_N_SHOWN = 3


def given_vectors(
    vectors: Mapping[str, ArrayLike], vocabulary: Any
) -> tuple[WordTree, list[int], NDArray[np.float64]]:
    """Return a vocabulary, which of its words have a vector, and these vectors.

    Parameters
    ----------
    vectors : mapping of str to array-like of shape (n_features,)
        The vector of each word.
    vocabulary : sequence of str, mapping or None
        As in `name_clusters`. In one of the learner's own each word must have a vector, unless
        there are words below it; of the everyday words those without one are left out.

    Returns
    -------
    tree : WordTree
        All words of the vocabulary.
    known : list of int
        The positions of those that have a vector.
    rows : ndarray of shape (n_known, n_features)
        Of unit length.

    Raises
    ------
    ValueError
        If vectors are missing, differ in length, or are zero or not finite.
    """
    tree = checked_vocabulary(vocabulary, "unknown")
    known = [each for each, word in enumerate(tree.words) if word in vectors]
    needed = set() if vocabulary is None else set(range(len(tree.words))) - set(tree.parents)
    missing = [tree.words[each] for each in sorted(needed.difference(known))]
    if missing or len(known) < 2:
        lacking = f", without {', '.join(map(repr, missing[:_N_SHOWN]))}" if missing else ""
        must = "have a vector for each word of `vocabulary`, and for at least two"
        raise ValueError(wrong_value("encoder", must, list(vectors)[:_N_SHOWN], lacking))
    return tree, known, _unit_rows([vectors[tree.words[each]] for each in known])


def _unit_rows(vectors: list[ArrayLike]) -> NDArray[np.float64]:
    try:
        rows = np.array(vectors, dtype=np.float64)
    except (TypeError, ValueError):  # Of several lengths, or no numbers.
        rows = np.empty(0)
    if rows.ndim != 2 or not np.isfinite(rows).all() or not rows.any(axis=1).all():
        must = "have word vectors of one length, finite and not zero"
        raise ValueError(wrong_value("encoder", must, vectors[:_N_SHOWN], " among others"))
    return unit_rows(rows)
