"""Which images are nearest to each word of the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cliplab.evaluation.naming.word_ranking import can_rank_by_words, rank_by_words

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession

N_FOUND = 20


def found_words(session: ExplorerSession) -> dict[str, Any] | None:
    """Return the nearest images of each word; None where there are no vectors of words.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.

    Returns
    -------
    dict or None
        For each word the rows of its images, the best first.
    """
    encoder = session.encoder
    if encoder is None or not can_rank_by_words(session.embeddings, encoder):
        return None
    words, scores = rank_by_words(session.embeddings, encoder)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :N_FOUND]
    return dict(zip(words, best.tolist(), strict=True))
