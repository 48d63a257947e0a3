"""The plots of an Explorer as stills, as they are on the screen now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cliplab._core.validation import require_one_of
from cliplab.explorer.plots.stills.curves_still import (
    CurvesContent,
    curves_still,
    draw_elbow,
    draw_scores,
)
from cliplab.explorer.plots.stills.map_still import MapContent, map_still
from cliplab.explorer.plots.stills.paper import axes_at
from cliplab.explorer.plots.stills.silhouettes_still import (
    BarsContent,
    draw_silhouettes,
    silhouettes_still,
)
from cliplab.explorer.plots.stills.still import Still

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cliplab.explorer.model.session import ExplorerSession

# What stands beside the map, in pixels from its left upper corner: left, top, width, height.
_BARS = (500, 26, 420, 180)
_STRIPS = ((538, 272, 382, 68), (538, 398, 382, 68))
_WIDTH, _HEIGHT = 932, 510


def still_of(session: ExplorerSession, plot: str = "all") -> Still:
    """Return a still of what an Explorer shows now.

    Parameters
    ----------
    session : ExplorerSession
        What is shown.
    plot : {"all", "map", "silhouettes", "curves"}, default="all"
        Which plot; all of them side by side when left out.

    Returns
    -------
    Still
        Its `to_bytes` returns a PNG.

    Raises
    ------
    ValueError
        If there is no such plot.
    """
    stills: dict[str, Callable[[], Still]] = {
        "map": lambda: map_still(_map_of(session)),
        "silhouettes": lambda: silhouettes_still(_bars_of(session)),
        "curves": lambda: curves_still(_curves_of(session)),
        "all": lambda: _all_of(session),
    }
    require_one_of("plot", plot, stills)
    return stills[plot]()


def _all_of(session: ExplorerSession) -> Still:
    """Draw the map, and beside it the silhouettes over the curves, as the screen has them."""
    beside, bars, curves = map_still(_map_of(session)), _bars_of(session), _curves_of(session)
    height = max(beside.height, _HEIGHT)

    def draw(figure: Figure) -> None:
        beside.draw(figure)
        draw_silhouettes(axes_at(figure, *_BARS), bars)
        for draw_curve, place in zip((draw_elbow, draw_scores), _STRIPS, strict=True):
            draw_curve(axes_at(figure, *place), curves)

    return Still(_WIDTH, height, draw)


def _map_of(session: ExplorerSession) -> MapContent:
    is_by_cluster = session.state.color_by == "cluster"
    return MapContent(
        session.map_view,
        session.coloring,
        session.map_title,
        numbers=session.numbers_view if is_by_cluster else None,
        torn=session.neighbors_view["torn"],
        selected=session.state.selected,
    )


def _bars_of(session: ExplorerSession) -> BarsContent:
    null = session.null_clustering_view
    return BarsContent(
        session.sweep_view,
        session.clustering_view,
        session.coloring,
        null_range=None if null is None else null["range"],
        selected=session.state.selected,
    )


def _curves_of(session: ExplorerSession) -> CurvesContent:
    return CurvesContent(session.sweep_view, session.value, session.band_view)
