"""The figure of a summary: for each question how it was answered, and its commonest mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cliplab.explorer.plots.stills.paper import FONT, TITLE_FONT, axes_at, plain, points, shortened
from cliplab.explorer.plots.stills.still import Still
from cliplab.explorer.style.theme import CATEGORY_COLORS, NEUTRAL, OTHER_COLOR, ink_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Blue, light blue and orange are told apart by colour-blind eyes; numbers stand on each.
_PARTS = (
    ("at_once", "right at once", CATEGORY_COLORS[0]),
    ("later", "right later", CATEGORY_COLORS[5]),
    ("not_yet", "not yet", CATEGORY_COLORS[1]),
)
_BAR, _MISTAKES, _GAP = 230, 326, 14
_WIDTH = _BAR + _MISTAKES + _GAP + 20
_ROW, _TOP, _BOTTOM = 82, 54, 4


class QuestionCounts(NamedTuple):
    """How a class has answered one question.

    Attributes
    ----------
    lesson, question : str
        Which question.
    at_once, later, not_yet : int
        How many learners were right with their first answer, with a later one, or not.
    mistakes : tuple of (str, int)
        The commonest mistakes, and how many learners have made each.
    """

    lesson: str
    question: str
    at_once: int
    later: int
    not_yet: int
    mistakes: tuple[tuple[str, int], ...]


def summary_still(counts: list[QuestionCounts], title: str) -> Still:
    """Draw a bar for each question, and beside it up to three mistakes."""
    height = _TOP + _ROW * len(counts) + _BOTTOM

    def draw(figure: Figure) -> None:
        heading = 10 / _WIDTH, 1 - 18 / height
        figure.text(*heading, title, color=NEUTRAL, fontsize=TITLE_FONT, fontweight="bold")
        _draw_legend(figure)
        most = max((sum(each[2:5]) for each in counts), default=1)
        longest = max((n for each in counts for _, n in each.mistakes), default=1)
        for i, each in enumerate(counts):
            top = _TOP + i * _ROW
            bar = axes_at(figure, 10, top, _BAR, _ROW - 16)
            _draw_bar(bar, each, most)
            mistakes = axes_at(figure, 10 + _BAR + _GAP, top, _MISTAKES, _ROW - 16)
            _draw_mistakes(mistakes, each, longest)
            if i == 0:
                _title(mistakes, "commonest mistakes, and how many made them")

    return Still(_WIDTH, height, draw)


def _draw_bar(axes: Axes, counts: QuestionCounts, most: int) -> None:
    axes.axis("off")
    axes.set(xlim=(0, most), ylim=(0, 1))
    words = shortened(f"{counts.lesson}  {counts.question}", _BAR)
    axes.text(0, 0.72, words, color=NEUTRAL, fontsize=TITLE_FONT, fontweight="bold")
    left = 0
    for name, _, color in _PARTS:
        n = getattr(counts, name)
        axes.barh(0.32, n, 0.44, left, color=color)
        if n:
            place = left + n / 2
            axes.text(
                place, 0.3, str(n), color=ink_on(color), fontsize=FONT, ha="center", va="center"
            )
        left += n


def _draw_mistakes(axes: Axes, counts: QuestionCounts, longest: int) -> None:
    axes.axis("off")
    axes.set(xlim=(0, longest * 7), ylim=(0, 3))
    for i, (name, n) in enumerate(counts.mistakes):
        y = 2.5 - i
        axes.barh(y, n, 0.62, color=OTHER_COLOR)
        words = shortened(f"{n}  {plain(name)}", _MISTAKES * 0.84)
        axes.text(n + longest * 0.12, y, words, color=NEUTRAL, fontsize=FONT, va="center")


def _draw_legend(figure: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(color=color, label=label) for _, label, color in _PARTS]
    figure.legend(
        handles=handles,
        loc="upper right",
        ncols=3,
        frameon=False,
        fontsize=FONT,
        labelcolor=NEUTRAL,
        handlelength=1,
        columnspacing=1,
    )


def _title(axes: Axes, words: str) -> None:
    title = axes.set_title(words, loc="left", pad=points(8))
    title.set(color=NEUTRAL, fontsize=FONT)
