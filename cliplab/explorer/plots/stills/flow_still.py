"""What moved from one clustering to another, as a still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab.explorer.plots.stills.paper import FONT, TITLE_HEIGHT, axes_at, say
from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.style.theme import NEUTRAL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cliplab.explorer.model.views import View

_WIDTH, _HEIGHT, _MARGIN = 480, 360, 10


def flow_still(view: View) -> Still:
    """Draw two columns of clusters, and ribbons of images between them."""

    def draw(figure: Figure) -> None:
        from matplotlib.collections import PolyCollection

        axes = axes_at(figure, _MARGIN, TITLE_HEIGHT, _WIDTH, _HEIGHT)
        axes.set(xlim=(-0.08, 1.08), ylim=(1.02, -0.02))
        ribbons, blocks = view["ribbons"], view["blocks"]
        corners = [np.column_stack(each) for each in zip(ribbons["xs"], ribbons["ys"], strict=True)]
        axes.add_collection(
            PolyCollection(
                corners, facecolors=ribbons["colors"], alpha=ribbons["alphas"], linewidths=0
            )
        )
        left, top = np.asarray(blocks["left"]), np.asarray(blocks["top"])
        across, down = np.asarray(blocks["right"]) - left, np.asarray(blocks["bottom"]) - top
        axes.bar(left, down, across, top, align="edge", color=blocks["colors"])
        for x, y, name in zip(blocks["x"], blocks["y"], blocks["names"], strict=True):
            axes.text(x, y, name, color=NEUTRAL, fontsize=FONT, ha="center", va="center_baseline")
        axes.axis("off")
        say(axes, view["title"])

    return Still(_WIDTH + 2 * _MARGIN, TITLE_HEIGHT + _HEIGHT + _MARGIN, draw)
