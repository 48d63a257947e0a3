"""All plots of an Explorer in one layout: the linked ones, and those that come when asked for.

Nothing that appears may move the pages below, so what is asked for takes the place of other plots.
Only null data, which are there to be compared with, have a row of their own. What nobody has asked
for is not made: kernel and page would be busy with it before they show anything.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bokeh.layouts import column, row
from bokeh.models import Plot, Range1d

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
        Of null data.
    flow, evidence, answers : FlowPlot, EvidencePlots, AnswersPlots
        They take the place of others while their page is open.
    layout : LayoutDOM
        All that was asked for so far, one above the other.
    text_size : TextSize
        How large their words are.
    """

    def __init__(self, images: ImageSet, reveals: bool) -> None:
        self.plots = Plots(len(images), image_columns(images, reveals))
        self._parts: tuple[str, ...] = PARTS
        self._tapped: Callable[[tuple[int, ...]], None] | None = None
        plots = self.plots
        self._images_row: Any = _beside(plots.scatter, plots.silhouettes, plots.line, plots.curves)
        # In Bokeh's own ranges what is hidden keeps its part, so the ends of these are set.
        plots.elbow.y_range, plots.score.y_range = Range1d(), Range1d()
        self.layout: Any = column(self._images_row, sizing_mode="stretch_width")
        self.text_size = TextSize(self.layout)
        self._known: list[Any] = list(self.layout.select({"type": Plot}))

    @cached_property
    def null(self) -> Plots:
        """The same plots of null data, on the same curves' axes."""
        null = Plots(0, {}, are_images=False)
        # Only on the same axes can the two be compared.
        null.elbow.y_range = self.plots.elbow.y_range
        null.score.y_range = self.plots.score.y_range
        return null

    @cached_property
    def _null_row(self) -> Row:
        null_row = _beside(self.null.scatter, self.null.silhouettes, self.null.curves)
        self._join(null_row)
        return null_row

    @cached_property
    def flow(self) -> FlowPlot:
        """What moves from one k to the next."""
        flow = FlowPlot()
        if self._tapped is not None:
            flow.on_tap(self._tapped)
        _fill(flow.layout)
        self._join(flow.layout)
        return flow

    @cached_property
    def evidence(self) -> EvidencePlots:
        """The measures of evidence over k."""
        evidence = EvidencePlots()
        self._join(evidence.layout)
        return evidence

    @cached_property
    def answers(self) -> AnswersPlots:
        """Clusters and classes side by side."""
        answers = AnswersPlots(self.plots.images, self.plots.hover, self.plots.square)
        self._join(answers.layout)
        return answers

    def on_tap_ribbon(self, tapped: Callable[[tuple[int, ...]], None]) -> None:
        """Have a function called with the rows of the images in a ribbon of the flow."""
        self._tapped = tapped

    def show_flow(self, view: View | None) -> None:
        """Draw what moved beside the map, in place of the others; None brings them back."""
        self._show("flow", view)

    def show_line(self, view: View | None) -> None:
        """Draw images along a line beside the map; None brings the other plots back."""
        self.plots.show_line(view)
        self._make_room()

    def show_evidence(self, view: View | None) -> None:
        """Draw evidence in the place of all other plots; None brings them back."""
        self._show("evidence", view)

    def show_parts(self, parts: tuple[str, ...]) -> None:
        """Show those plots that are among some parts of the screen."""
        self._parts = parts
        self._make_room()

    def show_answers(self, view: View | None) -> None:
        """Draw clusters and classes side by side in the place of all plots; None ends it."""
        self._show("answers", view)

    def fit_curves(self) -> None:
        """Have the curves fill their plots, those of null data included while they are shown."""
        null = self.null.curve_columns if self._has("null") else {}
        for name, columns in self.plots.curve_columns.items():
            start, end = ends_of(*columns, *null.get(name, ()))
            getattr(self.plots, name).y_range.update(
                start=start, end=end, reset_start=start, reset_end=end
            )

    def show_null(self, view: View | None) -> None:
        """Draw what of the null data is the same for every k; None takes them away."""
        if view is None:
            if self._has("null"):
                self._null_row.visible = False
                self.null.clear()
            return
        n_rows = len(view["map"]["x"])
        if len(self.null.images.data["x"]) != n_rows:
            self.null.begin(n_rows)
        self.null.show_map(view["map"])
        self.null.show_sweep(view["sweep"])
        self._null_row.visible = True
        self._make_room()

    def show_null_clustering(self, view: View | None) -> None:
        """Draw the null data for one k, and the range of their silhouettes behind the bars."""
        self.plots.show_null_range(None if view is None else view["range"])
        if view is not None:
            self.null.show_clustering(view["clustering"])
            self.null.show_numbers(view["numbers"])
            self.null.show_coloring(view["coloring"], show_numbers=True)

    def _show(self, name: str, view: View | None) -> None:
        if view is not None or self._has(name):
            getattr(self, name).show(view)
        self._make_room()

    def _has(self, name: str) -> bool:
        return name in vars(self)

    def _is_shown(self, name: str) -> bool:
        return self._has(name) and getattr(self, name).layout.visible

    def _make_room(self) -> None:
        plots = self.plots
        has_row = not (self._is_shown("evidence") or self._is_shown("answers"))
        self._images_row.visible = has_row
        is_taken = self._is_shown("flow") or plots.line.visible
        is_free = has_row and not is_taken
        plots.show(plots.silhouettes, is_free and "silhouettes" in self._parts)
        plots.curves.visible = is_free and "curves" in self._parts
        for curve in (plots.elbow, plots.score):
            plots.show(curve, plots.curves.visible)
        plots.show(plots.scatter, "map" in self._parts)
        _, beside = self._images_row.children
        beside.visible = is_taken or plots.silhouettes.visible or plots.curves.visible
        self.arrange()

    def arrange(self) -> None:
        """Put what was made since then into its place."""
        _, beside = self._images_row.children
        flow = [self.flow.layout] if self._has("flow") else []
        others = [getattr(self, each).layout for each in ("answers", "evidence") if self._has(each)]
        null = [self._null_row] if self._has("_null_row") else []
        plots = self.plots
        for within, children in (
            (beside, [plots.silhouettes, *flow, plots.line, plots.curves]),
            (self.layout, [self._images_row, *others, *null]),
        ):
            if within.children != children:
                within.children = children

    def _join(self, layout: LayoutDOM) -> None:
        """Have plots that are new tell the page what all tell it that were there before."""
        # What belongs to a layout here is all that it refers to, older plots too.
        new: list[Any] = [plot for plot in layout.select({"type": Plot}) if plot not in self._known]
        told = [_told_by(plot) for plot in self._known]
        for plot in new:
            for each in (each for each in told[0] if all(each in others for others in told)):
                plot.js_on_change(_PAINTED, each)
        self._known += new
        self.text_size.add(layout)


def _beside(scatter: LayoutDOM, *parts: LayoutDOM) -> Row:
    """Put a column of plots beside a map; where there is no room for both it is put below."""
    scatter.update(sizing_mode="scale_width", width=None, height=None, aspect_ratio=1)
    scatter.styles = {"flex": f"4 1 {_LEAST_MAP}", "max-width": MAP_SIDE}
    for each in parts[:-1]:  # The curves, which are last, are as high as they always are.
        _fill(each)
    beside = column(*parts, sizing_mode="stretch_both")
    beside.styles = {"flex": f"3 1 {_LEAST_BESIDE}", "min-width": "0"}
    return row(scatter, beside, sizing_mode="stretch_width", styles={"flex-wrap": "wrap"})


def _told_by(plot: Plot) -> list[Any]:
    """Return what a plot tells the page when it is painted."""
    return plot.js_property_callbacks.get(_PAINTED, [])


def _fill(plot: LayoutDOM) -> None:
    """Have a plot take what room there is beside the map."""
    plot.update(sizing_mode="stretch_both", height=None, min_height=_LEAST_HEIGHT)


# Changes in the page as soon as a plot is painted.
_PAINTED = "change:inner_width"
_LEAST_MAP = "300px"
# Where the whole screen is narrow its style has the plots stand below the map.
_LEAST_BESIDE = "var(--cliplab-beside, 200px)"
_LEAST_HEIGHT = 150
