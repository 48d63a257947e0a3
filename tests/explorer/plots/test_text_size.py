"""Words of plots for a projector: larger, and as before when that is over."""

from bokeh.models import Axis
from bokeh.models.annotations import Title
from bokeh.plotting import figure

from cliplab.explorer.plots.text_size import LARGE, TextSize


def _sizes(plot):
    titles = [each.text_font_size for each in plot.select({"type": Title})]
    axes = [each.major_label_text_font_size for each in plot.select({"type": Axis})]
    names = [each.axis_label_text_font_size for each in plot.select({"type": Axis})]
    return titles, axes, names


def test_titles_and_axes_grow_and_shrink_back():
    plot = figure(title="A plot")
    plot.title.text_font_size = "12px"
    plot.axis.major_label_text_font_size = plot.axis.axis_label_text_font_size = "11px"
    usual = _sizes(plot)
    text_size = TextSize(plot)
    for _ in range(2):  # Twice is not twice as large.
        text_size.set(is_large=True)
    assert _sizes(plot) == (
        [f"{12 * LARGE:g}px"],
        [f"{11 * LARGE:g}px"] * 2,
        [f"{11 * LARGE:g}px"] * 2,
    )
    text_size.set(is_large=False)
    assert _sizes(plot) == usual
