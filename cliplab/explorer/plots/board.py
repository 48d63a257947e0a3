"""All plots of an Explorer in one layout: the linked ones, and those that come when asked for.

Nothing that comes may move the pages below, so what is asked for takes the place of other plots.
Only the control group, which is there to be compared, stands in a row of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from bokeh.layouts import column, row

from cliplab.explorer.model.colors import coloring_by_cluster
from cliplab.explorer.model.hover_fields import image_columns
from cliplab.explorer.plots.evidence_figures import EvidencePlots
from cliplab.explorer.plots.flow import FlowPlot
from cliplab.explorer.plots.linked import Plots, share_out

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.evaluation.evidence.judging import Evidence
    from cliplab.evaluation.transitions import ClusterTransitions
    from cliplab.explorer.model.null_groups import ControlGroup
    from cliplab.images.image_set import ImageSet


class Board:
    """The linked plots, and below them the control group, the flow and the evidence.

    Attributes
    ----------
    plots : Plots
        Of the images.
    null : Plots
        Of the control group; hidden until there is one.
    flow, evidence : FlowPlot, EvidencePlots
        They take the place of others while their page is open.
    layout : LayoutDOM
        All of them, one above the other.
    """

    def __init__(self, images: ImageSet, reveals: bool) -> None:
        self.plots = Plots(len(images), image_columns(images, reveals))
        self.null = Plots(0, {}, are_images=False)
        self._group: ControlGroup | None = None
        self.flow = FlowPlot()
        self.evidence = EvidencePlots()
        share_out((self.flow.layout, 6), (self.evidence.layout, 15))
        images_row = row(
            self.plots.scatter,
            self.plots.silhouettes,
            self.flow.layout,
            self.evidence.layout,
            self.plots.curves,
            sizing_mode="stretch_width",
        )
        # Only on the same axes can the two be compared.
        self.null.elbow.y_range = self.plots.elbow.y_range
        self.null.score.y_range = self.plots.score.y_range
        self._null_row = row(
            self.null.scatter, self.null.silhouettes, self.null.curves, sizing_mode="stretch_width"
        )
        self._null_row.visible = False
        self.layout: LayoutDOM = column(images_row, self._null_row, sizing_mode="stretch_width")

    def show_flow(self, moves: ClusterTransitions | None) -> None:
        """Draw what moved in the place of the silhouettes; None brings them back."""
        self.flow.show(moves)
        self._make_room()

    def show_evidence(self, evidence: Evidence | None, where: str = "") -> None:
        """Draw evidence in the place of picture and silhouettes; None brings them back."""
        self.evidence.show(evidence, where)
        self._make_room()

    def _make_room(self) -> None:
        self.plots.scatter.visible = not self.evidence.layout.visible
        self.plots.silhouettes.visible = not (
            self.evidence.layout.visible or self.flow.layout.visible
        )

    def show_control(
        self, group: ControlGroup | None, sweep: ClusterSweep, title: str = "", where: str = ""
    ) -> None:
        """Draw what of the control group is the same for every k; None takes it away."""
        is_there = group is not None and group.sweep.parameter == sweep.parameter
        self._group = group if is_there else None
        scores = np.empty((0, len(sweep))) if self._group is None else self._group.scores
        self.plots.show_band(sweep, scores)
        if self._group is None:
            self._null_row.visible = False
            return
        n_rows = len(self._group.projection)
        if len(self.null.images.data["x"]) != n_rows:
            self.null.begin(n_rows)
        self.null.show_projection(self._group.projection)
        # Of the first words that it paints in a row that appears Bokeh leaves a trace; blanks leave
        # none. The next group is here in a moment.
        self.null.show_title(title if self._null_row.visible else " ")
        self.null.show_sweep(self._group.sweep, where)
        self.null.show_scale([each.silhouettes for each in sweep.clusterings])
        self._null_row.visible = True

    def show_control_at(self, sweep: ClusterSweep, value: int) -> None:
        """Draw the control group at a value of the sweep's parameter, if there is one."""
        if self._group is None or value not in self._group.sweep:
            self.plots.show_null(np.empty(0))
            return
        clustering = self._group.sweep[value]
        self.plots.show_null(self._group.scores[:, sweep.parameter_values.index(value)])
        self.null.show_clustering(clustering, value)
        self.null.show_numbers(clustering, self._group.projection)
        self.null.show_coloring(coloring_by_cluster(clustering), show_numbers=True)
