"""Where each image is on the wall of the map on the screen."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from cliplab.explorer.model.wall import wall_note, wall_view

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession

_DIGITS = 5


def stored_wall(session: ExplorerSession) -> dict[str, Any]:
    """Return the wall of the map on the screen, which is built unless it is there.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.

    Returns
    -------
    dict
        ``x`` and ``y`` for each image, None for those that it has no cell for; ``cell``, the side
        of a cell; and ``note``, what is said of it.
    """
    wall = session.wall_task.built()
    view = wall_view(wall, session.map_view)
    places = {axis: [_rounded(each) for each in view[axis].tolist()] for axis in ("x", "y")}
    return {**places, "cell": view["cell"], "note": wall_note(wall)}


def _rounded(place: float) -> float | None:
    return float(f"{place:.{_DIGITS}g}") if isfinite(place) else None
