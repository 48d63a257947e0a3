"""What is being computed or was stopped, in sentences, and what on the screen waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cliplab.explorer.model.state import LIKENESS
from cliplab.explorer.model.turning import TURNED_COLORS

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession

# What is drawn of the clusters, by the names of its parts on the page.
_OF_CLUSTERS = frozenset(
    ["silhouettes", "elbow", "score", "line", "flow", "evidence plots", "clusters"]
)
_OF_NULL_DATA = frozenset(f"null {name}" for name in ("scatter", "silhouettes", "elbow", "score"))
# Other pages are there at once.
_LONG_PAGES = {"valley": "Splitting the images into halves", "words": "Naming the clusters"}


class Work(NamedTuple):
    """A piece of work that takes a while.

    Attributes
    ----------
    name : str
        The task, as the session names it.
    sentence : str
        What is computed, and whether it rests.
    share : float or None
        How much of it is done, from 0 to 1; None where that is not known.
    is_stopped : bool
        Whether it rests until somebody takes it up.
    place : str
        Where it is said: on the "plots", or on the "page" that is open.
    """

    name: str
    sentence: str
    share: float | None
    is_stopped: bool
    place: str


def work_of(session: ExplorerSession) -> tuple[Work, ...]:
    """Return all that runs or was stopped."""
    state, options, tasks = session.state, session.options, session.tasks
    titles = {
        "map": f"Computing {options.projections[state.projection]}",
        "sweep": f"Clustering {options.spaces[state.space]}",
        "null data": "Computing null data",
        "ranking": "Ranking the images",
        "neighbors": "Finding neighbours",
        "wall": "Building the wall",
    }
    pages = {"page": _LONG_PAGES[state.page]} if state.page in _LONG_PAGES else {}
    if state.page == "evidence":
        pages["evidence"] = "Gathering the evidence"
    places = {"plots": titles, "page": pages}
    return tuple(
        Work(name, _sentence(title, task.is_stopped), task.share_done, task.is_stopped, place)
        for place, some in places.items()
        for name, title in some.items()
        if (task := tasks[name]).is_begun
    )


def stale_parts(session: ExplorerSession) -> frozenset[str]:
    """Return the parts of the screen that show what an earlier choice has asked for."""
    state, tasks = session.state, session.tasks
    behind = {name for name, task in tasks.items() if task.is_behind and not task.has_failed}
    parts: set[str] = set()
    if "map" in behind:
        parts.add("scatter")
    if "sweep" in behind:
        parts |= _OF_CLUSTERS
        # A map that moves is looked at, whatever its colours.
        if state.color_by in TURNED_COLORS and not tasks["map"].is_running:
            parts.add("scatter")
    if "null data" in behind:
        parts |= _OF_NULL_DATA
    if ("ranking" in behind and state.color_by == LIKENESS) or behind & {"neighbors", "wall"}:
        parts.add("scatter")
    if "page" in behind and state.page in _LONG_PAGES:
        parts |= {"page", "line"} if state.page == "valley" else {"page"}
    return frozenset(parts)


def _sentence(title: str, is_stopped: bool) -> str:
    # How far it is says the bar alone: a screen reader reads each new sentence aloud.
    return f"{title}, stopped" if is_stopped else f"{title} …"
