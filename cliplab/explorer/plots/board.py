"""All plots of an Explorer in one layout: the linked ones, and those that come when asked for.

Nothing that appears may move the pages below, so what is asked for takes the place of other plots.
Only null data, which are there to be compared with, have a row of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bokeh.layouts import column, row
from bokeh.models import Range1d

from cliplab.explorer.model.columns import ends_of
from cliplab.explorer.model.hover_fields import image_columns
from cliplab.explorer.model.parts import PARTS
from cliplab.explorer.plots.answers_figures import AnswersPlots
from cliplab.explorer.plots.evidence_figures import EvidencePlots
from cliplab.explorer.plots.flow import FlowPlot
from cliplab.explorer.plots.linked import Plots
from cliplab.explorer.plots.text_size import TextSize
from cliplab.explorer.style.theme import MAP_SIDE

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM, Row

    from cliplab.explorer.model.views import View
    from cliplab.images.image_set import ImageSet


class Board:
    """The linked plots, those of null data below them, the flow and the evidence.

    Attributes
    ----------
    plots : Plots
        Of the images.
    null : Plots
        Of null data; hidden until there are some.
    flow, evidence, answers : FlowPlot, EvidencePlots, AnswersPlots
        They take the place of others while their page is open.
    layout : LayoutDOM
        All of them, one above the other.
    text_size : TextSize
        How large their words are.
    """

    def __init__(self, images: ImageSet, reveals: bool) -> None:
        self.plots = Plots(len(images), image_columns(images, reveals))
        self.null = Plots(0, {}, are_images=False)
        self.flow = FlowPlot()
        self.evidence = EvidencePlots()
        self._parts: tuple[str, ...] = PARTS
        self.answers = AnswersPlots(self.plots.images, self.plots.hover, self.plots.square)
        plots, null = self.plots, self.null
        self._images_row = _beside(
            plots.scatter, plots.silhouettes, self.flow.layout, plots.line, plots.curves
        )
        # Only on the same axes can the two be compared. In Bokeh's own ranges what is hidden keeps
        # its part, so the ends of these are set.
        plots.elbow.y_range = null.elbow.y_range = Range1d()
        plots.score.y_range = null.score.y_range = Range1d()
        self._null_row = _beside(null.scatter, null.silhouettes, null.curves)
        self._null_row.visible = False
        self.layout: LayoutDOM = column(
            self._images_row,
            self.answers.layout,
            self.evidence.layout,
            self._null_row,
            sizing_mode="stretch_width",
        )
        self.text_size = TextSize(self.layout)

    def show_flow(self, view: View | None) -> None:
        """Draw what moved beside the map, in place of the others; None brings them back."""
        self.flow.show(view)
        self._make_room()

    def show_line(self, view: View | None) -> None:
        """Draw images along a line beside the map; None brings the other plots back."""
        self.plots.show_line(view)
        self._make_room()

    def show_evidence(self, view: View | None) -> None:
        """Draw evidence in the place of all other plots; None brings them back."""
        self.evidence.show(view)
        self._make_room()

    def show_parts(self, parts: tuple[str, ...]) -> None:
        """Show those plots that are among some parts of the screen."""
        self._parts = parts
        self._make_room()

    def show_answers(self, view: View | None) -> None:
        """Draw clusters and classes side by side in the place of all plots; None ends it."""
        self.answers.show(view)
        self._make_room()

    def fit_curves(self) -> None:
        """Have the curves fill their plots, those of null data included while they are shown."""
        null = self.null.curve_columns
        for name, columns in self.plots.curve_columns.items():
            start, end = ends_of(*columns, *null[name])
            getattr(self.plots, name).y_range.update(
                start=start, end=end, reset_start=start, reset_end=end
            )

    def _make_room(self) -> None:
        has_row = not (self.evidence.layout.visible or self.answers.layout.visible)
        self._images_row.visible = has_row
        is_taken = self.flow.layout.visible or self.plots.line.visible
        is_free = has_row and not is_taken
        self.plots.show(self.plots.silhouettes, is_free and "silhouettes" in self._parts)
        self.plots.curves.visible = is_free and "curves" in self._parts
        for curve in (self.plots.elbow, self.plots.score):
            self.plots.show(curve, self.plots.curves.visible)
        self.plots.show(self.plots.scatter, "map" in self._parts)
        _, beside = self._images_row.children
        beside.visible = is_taken or self.plots.silhouettes.visible or self.plots.curves.visible

    def show_null(self, view: View | None) -> None:
        """Draw what of the null data is the same for every k; None takes them away."""
        if view is None:
            self._null_row.visible = False
            self.null.clear()
            return
        n_rows = len(view["map"]["x"])
        if len(self.null.images.data["x"]) != n_rows:
            self.null.begin(n_rows)
        self.null.show_map(view["map"])
        self.null.show_sweep(view["sweep"])
        self._null_row.visible = True

    def show_null_clustering(self, view: View | None) -> None:
        """Draw the null data for one k, and the range of their silhouettes behind the bars."""
        self.plots.show_null_range(None if view is None else view["range"])
        if view is not None:
            self.null.show_clustering(view["clustering"])
            self.null.show_numbers(view["numbers"])
            self.null.show_coloring(view["coloring"], show_numbers=True)


def _beside(scatter: LayoutDOM, *parts: LayoutDOM) -> Row:
    """Put a column of plots beside a map; where there is no room for both it is put below."""
    scatter.update(sizing_mode="scale_width", width=None, height=None, aspect_ratio=1)
    scatter.styles = {"flex": f"4 1 {_LEAST_MAP}", "max-width": MAP_SIDE}
    for each in parts[:-1]:  # The curves, which are last, are as high as they always are.
        each.update(sizing_mode="stretch_both", height=None, min_height=_LEAST_HEIGHT)
    beside = column(*parts, sizing_mode="stretch_both")
    beside.styles = {"flex": f"3 1 {_LEAST_BESIDE}", "min-width": "0"}
    return row(scatter, beside, sizing_mode="stretch_width", styles={"flex-wrap": "wrap"})


_LEAST_MAP = "300px"
# Where the whole screen is narrow its style has the plots stand below the map.
_LEAST_BESIDE = "var(--cliplab-beside, 200px)"
_LEAST_HEIGHT = 150
