"""The first steps, said until somebody dismisses them; the kernel remembers that they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab._core.language import say

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession

_are_known = False


def first_steps(session: ExplorerSession, *, has_answers: bool) -> tuple[str, ...]:
    """Return what to do first with the parts that are shown.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.
    has_answers : bool
        Whether there are hidden classes, which a commitment to a k opens.

    Returns
    -------
    tuple of str
        At most three sentences, short enough for one line.
    """
    shown = session.parts
    has_pages = "pages" in shown
    steps = {
        "turn": "k" in shown,
        "look": "map" in shown and has_pages,
        "commit": has_answers and has_pages,
    }
    return tuple(say(f"hints.{step}") for step, is_possible in steps.items() if is_possible)


def hints(session: ExplorerSession) -> tuple[str, ...]:
    """Return the first steps, or nothing once they are known."""
    if session.knows_first_steps:
        return ()
    has_answers = bool(session.options.known) and session.state.committed_k is None
    return first_steps(session, has_answers=has_answers)


def are_known() -> bool:
    """Return whether the first steps were dismissed, on any screen of this kernel."""
    return _are_known


def remember(are_known: bool) -> None:
    """Keep for as long as the kernel runs whether the first steps are known."""
    global _are_known  # noqa: PLW0603 (it outlives every Explorer of the kernel)
    _are_known = are_known
