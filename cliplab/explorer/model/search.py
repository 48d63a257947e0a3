"""What the box above the map says of a search: which images it has found, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab._core.language import say
from cliplab.embeddings.tokens import TooLongError, UnknownWordError

if TYPE_CHECKING:
    from cliplab.evaluation.naming.text_ranking import TextRanking
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.views import View

# What is said beside the box; of all else the status says more.
_FAILURES: dict[type, str] = {
    TooLongError: "search.too_long",
    UnknownWordError: "search.unknown_word",
}


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
        return view | {"sentence": say("search.stopped")}
    failed, error = session.ranking_task.problem or ("", None)
    if failed != text:  # None has failed, or one that was overtaken.
        return view | {"sentence": say("search.running"), "is_done": False}
    return view | {"sentence": say(_FAILURES.get(type(error), "search.failed"))}


def found_rows(ranking: TextRanking) -> list[int]:
    """Return the rows of the images that a search has found, the best first."""
    return ranking.hits.tolist() if ranking.is_match else []


def _sentence(ranking: TextRanking) -> str:
    if not ranking.is_match:
        return say("search.no_match", text=ranking.text)
    found = say("search.found", n=len(ranking.hits), text=ranking.text)
    # What the encoder hardly knows it reads as a word that it does know.
    return found + (
        say("search.read_as", word=ranking.nearest_word) if ranking.nearest_word else ""
    )
