"""What is being computed or was stopped, in sentences, and what on the screen waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cliplab._core.language import say
from cliplab.explorer.model.sentences import status_line
from cliplab.explorer.model.state import LIKENESS
from cliplab.explorer.model.turning import TURNED_COLORS

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession

# What is drawn of the clusters, by the names of its parts on the page.
_OF_CLUSTERS = frozenset(
    ["silhouettes", "elbow", "score", "line", "flow", "evidence plots", "clusters"]
)
_OF_NULL_DATA = frozenset(f"null {name}" for name in ("scatter", "silhouettes", "elbow", "score"))
_OF_PLOTS = ("map", "sweep", "null data", "ranking", "neighbors", "wall")
# Other pages are there at once.
_LONG_PAGES = ("valley", "words")


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
    page = session.state.page
    of_page = ["page"] if page in _LONG_PAGES else ["evidence"] if page == "evidence" else []
    return tuple(
        Work(name, _sentence(session, name), task.share_done, task.is_stopped, place)
        for place, names in (("plots", _OF_PLOTS), ("page", of_page))
        for name in names
        if (task := session.tasks[name]).is_begun
    )


def status(session: ExplorerSession) -> str:
    """Say what is being computed, or else which clusters are on the screen."""
    for name in _OF_PLOTS:
        if name in session.running:
            return _sentence(session, name)
    measured = session.in_embedding
    in_embedding = None if measured is None else measured[session.value]
    return status_line(session.options, session.clustering, session.space, in_embedding)


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


def _sentence(session: ExplorerSession, name: str) -> str:
    """Say what a task does, and whether it rests."""
    state, options = session.state, session.options
    kind = state.page if name == "page" else name.replace(" ", "_")
    titles = {"map": options.projections[state.projection], "sweep": options.spaces[state.space]}
    what = say(f"work.{kind}", title=titles.get(name, ""))
    # How far it is says the bar alone: a screen reader reads each new sentence aloud.
    return say("work.stopped" if session.tasks[name].is_stopped else "work.running", what=what)
