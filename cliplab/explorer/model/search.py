"""What the box above the map says of a search: which images it has found, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab.embeddings.tokens import TooLongError

if TYPE_CHECKING:
    from cliplab.evaluation.naming.text_ranking import TextRanking
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.views import View


def search_view(session: ExplorerSession) -> View:
    """Return the text that is searched for, what it has found, and whether that is all.

    Returns
    -------
    dict
        ``text``, ``rows`` (of the images that are most like it, the best first; none where no image
        is a good match), ``sentence``, and ``is_done``.
    """
    text, ranking = session.state.query.strip(), session.ranking
    view: View = {"text": text, "rows": [], "sentence": "", "is_done": True}
    if not text:
        return view
    if ranking is not None and ranking.text == text:
        return view | {"rows": found_rows(ranking), "sentence": _sentence(ranking)}
    if session.ranking_task.is_stopped:
        return view | {"sentence": "Stopped"}
    failed, error = session.ranking_task.problem or ("", None)
    if failed != text:  # None has failed, or one that was overtaken.
        return view | {"sentence": "Searching …", "is_done": False}
    is_long = isinstance(error, TooLongError)
    why = "is longer than the model reads: try fewer words" if is_long else "cannot be searched for"
    return view | {"sentence": f"This text {why}"}


def found_rows(ranking: TextRanking) -> list[int]:
    """Return the rows of the images that a search has found, the best first."""
    return ranking.hits.tolist() if ranking.is_match else []


def _sentence(ranking: TextRanking) -> str:
    if not ranking.is_match:
        return f"No good match for '{ranking.text}'"
    n_hits = len(ranking.hits)
    found = "The image" if n_hits == 1 else f"The {n_hits} images"
    # What the encoder hardly knows it reads as a word that it does know.
    read_as = f" (nearest word: {ranking.nearest_word})" if ranking.nearest_word else ""
    return f"{found} most like '{ranking.text}'{read_as}"
