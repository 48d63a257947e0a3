"""Another sample, drawn: images of each cluster, how far it comes back, and images of its match."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from bokeh.models import ColumnDataSource, Range1d

from cliplab._core.arguments import checked
from cliplab._core.validation import require_kind
from cliplab.course.samples import AnotherSample
from cliplab.course.screen.badges import draw_badges
from cliplab.evaluation.evidence.answers import STABLE
from cliplab.explorer.model.small_images import SmallImages
from cliplab.explorer.plots.figures import (
    add_sentence,
    empty_figure,
    set_title,
    vertical_line,
)
from cliplab.explorer.plots.save_button import add_save_buttons
from cliplab.explorer.plots.stills.paper import FONT, TITLE_HEIGHT, axes_at, mark, points, say
from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.style.theme import FONT_SIZE, NEUTRAL, cluster_color, ink_on
from cliplab.explorer.widgets.figure_display import FigureDisplay

if TYPE_CHECKING:
    from bokeh.plotting import figure
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from cliplab.clustering.values import Clustering

_N_SHOWN = 2  # Images of each cluster, on either side.
_ROW = 38  # Pixels from one cluster to the next.
_AROUND = 150  # Of title, heads, axis and sentence, in pixels.
_IMAGE = 32
# A bar is as long as its overlap, from 0 to 1; images stand beside it.
_STEP = 0.3
_NUMBER = 0.12  # Left of the bar.
_LEFT, _RIGHT = -2 * _NUMBER - _STEP * _N_SHOWN, 1 + _NUMBER + _STEP * _N_SHOWN
_AXIS = "overlap"
_TITLE = "Do your clusters come back?"


class _Bars(NamedTuple):
    """Your clusters, those that come back best on top."""

    order: NDArray[np.intp]
    overlaps: NDArray[np.float64]
    colors: list[str]
    words: list[str]


@checked
def show_another_sample(found: AnotherSample) -> FigureDisplay:
    """Draw how far each of your clusters comes back in another sample, with images of both.

    On the left are typical images of your cluster, on the right of the most similar cluster of the
    next sample. The bar is their overlap; from the dotted line on a cluster comes back.

    Parameters
    ----------
    found : AnotherSample
        From `another_sample`.

    Returns
    -------
    FigureDisplay
        The last line of a cell shows it; `save` writes it as an image or a page.

    Raises
    ------
    TypeError
        If it is something else.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook
    >>> from cliplab.course import another_sample, show_another_sample
    >>> images = load_storybook(n_images=80)
    >>> embeddings = ClipEncoder("storybook").encode_images(images)
    >>> display = show_another_sample(another_sample(images, embeddings, n_clusters=3))
    """
    require_kind("found", found, AnotherSample)
    bars = _bars(found)
    return FigureDisplay(_figure(found, bars), _still(bars), found.sentence)


def _bars(found: AnotherSample) -> _Bars:
    order = np.argsort(-found.overlaps, kind="stable")
    return _Bars(
        order,
        found.overlaps[order],
        [cluster_color(int(cluster)) for cluster in order],
        [f"{overlap:.2f}" for overlap in found.overlaps[order]],
    )


def _figure(found: AnotherSample, bars: _Bars) -> figure:
    n = len(bars.order)
    plot = empty_figure("another sample", height=_AROUND + _ROW * n)
    plot.x_range = Range1d(start=_LEFT, end=_RIGHT)
    plot.y_range = Range1d(start=n - 0.4, end=-1.1)
    plot.update(toolbar_location=None, min_border_left=8, outline_line_color=None, max_width=560)
    plot.yaxis.visible = plot.ygrid.visible = False
    plot.xaxis.ticker = [0, 0.5, STABLE, 1]
    plot.xaxis.axis_label = _AXIS
    set_title(plot, _TITLE)
    y = np.arange(n)
    source = ColumnDataSource(
        {
            "y": y,
            "overlap": bars.overlaps,
            "color": bars.colors,
            "ink": [ink_on(color) for color in bars.colors],
            "number": [str(cluster) for cluster in bars.order],
            "words": bars.words,
        },
        name="overlaps",
    )
    plot.hbar(y="y", right="overlap", left=0, height=0.3, source=source, color="color")
    plot.text(
        x=0, y="y", text="words", source=source, y_offset=-9, text_baseline="bottom",
        text_color=NEUTRAL, text_font_size=FONT_SIZE,
    )  # fmt: skip
    draw_badges(plot, source, -_NUMBER, "y")
    middles = [(_LEFT - 2 * _NUMBER) / 2, (_RIGHT + 1 + _NUMBER) / 2]
    heads = {"x": middles, "y": [-0.8, -0.8], "words": ["your sample", "next sample"]}
    plot.text(
        "x", "y", text="words", source=ColumnDataSource(heads), text_align="center",
        text_baseline="middle", text_color=NEUTRAL, text_font_size="12px",
    )  # fmt: skip
    plot.add_layout(vertical_line(NEUTRAL, "dotted", name="stable", location=STABLE))
    typical = ColumnDataSource(_typical_images(found, bars.order), name="typical images")
    plot.image_url(
        "uri", "x", "y", source=typical, w=_IMAGE, h=_IMAGE, w_units="screen", h_units="screen",
        anchor="center", name="images",
    )  # fmt: skip
    add_sentence(plot, found.sentence)
    add_save_buttons([plot])
    return plot


def _typical_images(found: AnotherSample, order: NDArray[np.intp]) -> dict[str, list[object]]:
    """Return the most typical images of each cluster on the left, of its match on the right."""
    small, n_yours = SmallImages(found.images), len(found.clustering)
    columns: dict[str, list[object]] = {"uri": [], "x": [], "y": []}
    for y, cluster in enumerate(order):
        yours = _typical(found.clustering, int(cluster))
        others = _typical(found.next_clustering, int(found.matches[cluster]))
        half = _STEP / 2
        places = [(-2 * _NUMBER - half - _STEP * i, row) for i, row in enumerate(yours)]
        places += [(1 + _NUMBER + half + _STEP * i, n_yours + row) for i, row in enumerate(others)]
        for x, row in places:
            for name, value in (("uri", small.uri(row)), ("x", x), ("y", y)):
                columns[name].append(value)
    return columns


def _typical(clustering: Clustering, cluster: int) -> list[int]:
    """Return the rows of the images with the highest silhouettes of a cluster."""
    rows = np.flatnonzero(clustering.cluster_labels == cluster)
    scores = np.nan_to_num(clustering.silhouettes[rows], nan=-1.0)
    best: list[int] = rows[np.argsort(-scores, kind="stable")][:_N_SHOWN].tolist()
    return best


def _still(bars: _Bars) -> Still:
    """Draw the bars alone, as an image."""
    n, width = len(bars.order), 460
    height = 30 * n

    def draw(figure: Figure) -> None:
        axes = axes_at(figure, 40, TITLE_HEIGHT, width, height)
        axes.barh(range(n), bars.overlaps, color=bars.colors, height=0.6)
        axes.set(xlim=(0, 1.1), ylim=(n - 0.5, -0.5))
        axes.set_yticks(range(n), [str(cluster) for cluster in bars.order])
        for y, (overlap, words) in enumerate(zip(bars.overlaps, bars.words, strict=True)):
            axes.text(overlap + 0.01, y, words, fontsize=FONT, va="center", color=NEUTRAL)
        mark(axes, STABLE, NEUTRAL, "dotted")
        axes.tick_params(length=points(0))
        say(axes, _TITLE, _AXIS)

    return Still(width + 60, TITLE_HEIGHT + height + 50, draw)
