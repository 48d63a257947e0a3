"""The plots of the page: a board of their own, so that those in the notebook stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bokeh.core.types import ID
from bokeh.embed import json_item

from cliplab.explorer.model.colors import coloring_view
from cliplab.explorer.model.views import evidence_view
from cliplab.explorer.plots.board import Board
from cliplab.images.thumbnails import sheets

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession

PIXELS = 80  # Of a thumbnail: 1,000 photographs take 1.6 MB, so that the page stays below 5 MB.


def drawn_plots(session: ExplorerSession) -> dict[str, Any]:
    """Return the plots as BokehJS reads them, and by which ids the page finds their parts.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen. Null data are left out, except behind the curves.

    Returns
    -------
    dict
        ``item`` for ``Bokeh.embed.embed_item``, ``root`` its id, and ``ids`` those of its parts.
    """
    board = Board(session.images, reveals=False)
    plots = board.plots
    plots.show_map(session.map_view)
    plots.show_title(session.map_title)
    plots.show_sweep(session.sweep_view)
    plots.show_band(session.band_view)
    board.fit_curves()
    plots.show_clustering(session.clustering_view)
    plots.show_numbers(session.numbers_view)
    by_cluster = coloring_view("cluster", None, session.clustering)
    plots.show_coloring(by_cluster, show_numbers=True)
    for sheet in sheets(session.images, PIXELS):
        plots.hover.show_sheet(sheet)
    ids: dict[str, Any] = {}
    if session.evidence is not None:
        board.evidence.show(evidence_view(session.evidence, session.snapshot.where))
        ids["evidence"] = board.evidence.layout
        board.evidence.layout.visible = False
    ids |= {
        "images": board.layout.children[0],
        "flow": board.flow.layout,
        "ribbons": board.flow.ribbons,
        "blocks": board.flow.blocks,
        "silhouettes": plots.silhouettes,
        "curves": plots.curves,
    }
    board.arrange()
    return {
        "item": json_item(board.layout, ID("cliplab-plots")),
        "root": board.layout.id,
        "ids": {name: each.id for name, each in ids.items()},
    }
