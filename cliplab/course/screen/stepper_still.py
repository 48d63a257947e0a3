"""Two runs of K-means side by side, as a still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab.course.screen.map_figure import PALETTE, color_numbers
from cliplab.explorer.model.views import map_view
from cliplab.explorer.plots.stills.map_still import MapContent, draw_map
from cliplab.explorer.plots.stills.paper import TITLE_HEIGHT, axes_at
from cliplab.explorer.plots.stills.still import Still

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from cliplab.course.kmeans_walk import KMeansWalk
    from cliplab.explorer.model.views import View
    from cliplab.projection.values import Projection

_SIDE, _MARGIN = 400, 10


def stepper_still(projection: Projection, walk: KMeansWalk) -> Still:
    """Draw both runs as they are now, without the images of their centres."""
    view = map_view(projection)
    contents = [
        MapContent(view, still_coloring(walk.cluster_labels(i)), walk.title(i)) for i in range(2)
    ]
    return maps_still([contents], _SIDE)


def maps_still(rows: list[list[MapContent]], side: float) -> Still:
    """Draw maps in rows, each a square."""
    step = side + _MARGIN
    width = _MARGIN + step * max(len(contents) for contents in rows)

    def draw(figure: Figure) -> None:
        for down, contents in enumerate(rows):
            top = TITLE_HEIGHT + down * (step + TITLE_HEIGHT)
            for across, content in enumerate(contents):
                draw_map(axes_at(figure, _MARGIN + across * step, top, side, side), content)

    return Still(width, len(rows) * (step + TITLE_HEIGHT), draw)


def still_coloring(labels: NDArray[np.integer]) -> View:
    """Return the colours of clusters; -1 is grey."""
    return {
        "values": color_numbers(labels),
        "palette": PALETTE,
        "low": -1.5,
        "high": len(PALETTE) - 1.5,
        "legend": (),
        "is_amount": False,
    }
