"""The figure of the evidence: each measure over k, with its uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bokeh.layouts import row
from bokeh.models import BasicTicker, ColumnDataSource
from bokeh.models.annotations import Span, Whisker
from bokeh.plotting import figure

from cliplab.explorer.plots.figures import empty_figure, part_of, say_where, set_title
from cliplab.explorer.plots.save_button import add_save_buttons
from cliplab.explorer.style.theme import ACCENT, NEUTRAL

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.explorer.model.views import View

_HEIGHT = 185  # Two rows are as high as the map, so that the pages below stay where they are.
_LEAST_WIDTH = "170px"  # Three stand side by side, or fewer where each would be narrower.
_IN_MAIN = ("gap", "silhouette_main")


class EvidencePlots:
    """Gap, silhouette, stability, valleys and two classical scores over k, side by side."""

    def __init__(self) -> None:
        names = (
            "n_clusters", "inertia", "gap", "gap_error", "gap_low", "gap_high", "silhouette",
            "silhouette_main", "silhouette_low", "silhouette_high", "null_low", "null_high",
            "stability", "fullness", "start_agreement", "calinski_harabasz", "davies_bouldin",
        )  # fmt: skip
        self.source = ColumnDataSource({name: [] for name in names}, name="evidence")
        self._plots = {
            "gap": self._gap(),
            "silhouette_main": self._silhouette(),
            "stability": self._stability(),
            "fullness": self._curve("fullness"),
            "calinski_harabasz": self._curve("calinski_harabasz"),
            "davies_bouldin": self._curve("davies_bouldin"),
        }
        plots = list(self._plots.values())
        add_save_buttons(plots)
        for plot in plots:
            plot.styles = {"flex": f"1 1 max({_LEAST_WIDTH}, 30%)"}
        self.layout: LayoutDOM = row(
            *plots,
            sizing_mode="stretch_width",
            styles={"flex-wrap": "wrap"},
            visible=False,
            name="evidence plots",
        )

    def show(self, view: View | None) -> None:
        """Draw a view of evidence; None takes it away."""
        self.layout.visible = view is not None
        if view is None:
            return
        self.source.data = view["measures"]
        for name, plot in self._plots.items():
            set_title(plot, view["titles"][name])
            say_where(plot, view["axis_main" if name in _IN_MAIN else "axis"])
            for line, places in (("vote", view["votes"]), ("limit", view["limits"])):
                mark = part_of(plot, line)
                assert isinstance(mark, Span)
                place = places.get(name)
                mark.update(location=place or 0, visible=place is not None)

    def _gap(self) -> figure:
        plot = self._curve("gap")
        whisker = Whisker(base="n_clusters", lower="gap_low", upper="gap_high", source=self.source)
        whisker.update(line_color=NEUTRAL)
        whisker.update(lower_head=None, upper_head=None)
        plot.add_layout(whisker)
        return plot

    def _silhouette(self) -> figure:
        plot = self._curve("silhouette_main")
        for low, high, color in (
            ("null_low", "null_high", NEUTRAL),
            ("silhouette_low", "silhouette_high", ACCENT),
        ):
            area = plot.varea("n_clusters", low, high, source=self.source, name=low)
            area.glyph.update(fill_color=color, fill_alpha=0.25)
            area.level = "underlay"
        return plot

    def _stability(self) -> figure:
        plot = self._curve("stability")
        plot.line(
            "n_clusters", "start_agreement", source=self.source, color=NEUTRAL, line_dash="dotted",
            line_width=2, name="start_agreement",
        )  # fmt: skip
        return plot

    def _curve(self, field: str) -> figure:
        plot = empty_figure(f"evidence {field}", _HEIGHT)
        plot.line("n_clusters", field, source=self.source, color=NEUTRAL, line_width=2)
        plot.scatter("n_clusters", field, source=self.source, size=5, color=NEUTRAL, name=field)
        plot.add_layout(
            Span(dimension="height", line_color=ACCENT, line_dash="dashed", visible=False,
                 location=0, name="vote")
        )  # fmt: skip
        plot.add_layout(
            Span(dimension="width", line_color=NEUTRAL, line_dash="dotted", visible=False,
                 location=0, name="limit")
        )  # fmt: skip
        plot.xaxis.ticker = BasicTicker(min_interval=1, desired_num_ticks=5)
        plot.yaxis.ticker = BasicTicker(desired_num_ticks=4)
        plot.toolbar_location = None
        return plot
