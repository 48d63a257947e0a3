"""The numbers of the clusters in a still: pills in their cluster's colour, none over another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab.explorer.plots.stills.paper import points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from cliplab.explorer.model.views import View

_MOST = 20
_HEIGHT, _SIDES, _DIGIT, _GAP = 17, 9, 7, 1  # Pixels, as on the screen.
_AROUND = [(0, 1), (0, -1), (-1.2, 0), (1.2, 0), (-1, 0.8), (1, 0.8), (-1, -0.8), (1, -0.8)]
_NEAR = np.array([(0, 0), *_AROUND, *(2 * np.array(_AROUND))]) * 1.1 * _HEIGHT


def draw_pills(axes: Axes, pills: View, middles: NDArray[np.float64], *, may_move: bool) -> None:
    """Write the numbers of the clusters, the largest first, as many as there is room for.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        A frame whose limits are set.
    pills : dict
        Columns ``names``, ``sizes``, ``colors`` and ``inks``, a row a cluster.
    middles : ndarray of shape (n_clusters, 2)
        Where the pills belong, as values on the axes.
    may_move : bool
        Whether a pill whose place is taken goes beside it, as on the map, or is left out.
    """
    to_pixels, inside = axes.transData, axes.get_window_extent()
    sizes = np.array([(_SIDES + _DIGIT * len(name), _HEIGHT) for name in pills["names"]])
    placed: dict[int, NDArray[np.float64]] = {}
    for i in sorted(range(len(sizes)), key=lambda i: -pills["sizes"][i]):
        middle, half = to_pixels.transform(middles[i]), sizes[i] / 2
        if len(placed) == _MOST or not inside.contains(*middle):
            continue
        middle = np.clip(middle, inside.min + half, inside.max - half)
        for place in middle + _NEAR[: len(_NEAR) if may_move else 1]:
            if not any(
                np.all(np.abs(place - other) < (sizes[i] + sizes[j]) / 2 + _GAP)
                for j, other in placed.items()
            ):
                placed[i] = place
                break
    for i, place in sorted(placed.items()):
        look = {"facecolor": pills["colors"][i], "edgecolor": pills["inks"][i]}
        x, y = to_pixels.inverted().transform(place)
        axes.text(
            x,
            y,
            pills["names"][i],
            color=pills["inks"][i],
            fontsize=points(11),
            fontweight="bold",
            ha="center",
            va="center_baseline",
            bbox={"boxstyle": "round,pad=0.25,rounding_size=0.7", "linewidth": points(1), **look},
        )
