"""What stands around a grid of maps: the choice of two, the slider, and the groups that change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

import ipywidgets

from cliplab.course.map_series import MapKey
from cliplab.course.screen.tool import says
from cliplab.explorer.style.theme import cluster_color
from cliplab.explorer.widgets.panel import free
from cliplab.explorer.widgets.tooltips import with_tooltip

if TYPE_CHECKING:
    from cliplab.course.map_comparison import MapComparison
    from cliplab.explorer.notebook.event_loop import EventLoop

_MOST_LISTED = 8
_GROUPS = "Groups whose neighbours change most; a press selects one:"
_AS_WIDE = {"description_width": "initial"}


class Grid(Protocol):
    """What the controls know of a grid."""

    selected: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """What is shown, in words."""

    @property
    def pair(self) -> tuple[MapKey, MapKey] | None:
        """Which maps stand side by side."""

    @property
    def comparison(self) -> MapComparison | None:
        """What these share."""

    def blend(self, share: float) -> None:
        """Move the images from the first map to the second."""

    def align(self, rows: Sequence[int] = ()) -> None:
        """Lay the second map on the first."""

    def choose_pair(self, before: MapKey, after: MapKey) -> None:
        """Put two maps side by side."""


class GridControls:
    """The controls of two maps side by side, and the sentence.

    Parameters
    ----------
    grid : Grid
        What they change.
    keys : sequence of MapKey
        The maps of the grid.
    event_loop : EventLoop
        Where changes are made.

    Attributes
    ----------
    above, below : list of ipywidgets.Widget
        What stands above and below the plots.
    """

    def __init__(self, grid: Grid, keys: Sequence[MapKey], event_loop: EventLoop) -> None:
        self._grid, self._event_loop = grid, event_loop
        self._is_drawing = False
        self._listed: object = None
        options = [(key.title, key) for key in keys if not key.is_null]
        self._before = self._menu("first map", options)
        self._after = self._menu("second map", options)
        self._share = ipywidgets.FloatSlider(
            min=0, max=1, step=0.02, readout=False, description="from first to second",
            style=_AS_WIDE, layout={"width": "340px", "max_width": "100%"},
        )  # fmt: skip
        with_tooltip(self._share, "Move the images from the first map to the second")
        self._share.observe(self._slide, "value")
        self._on_selection = self._button("Align on selection", self._align)
        self._on_all = self._button("Align on all", self._grid.align)
        self._clear = self._button("Clear selection", lambda: self._select(()))
        self._groups = ipywidgets.HBox([])
        self._groups_title = ipywidgets.HTML()
        self._sentence = ipywidgets.HTML()
        self._pair = ipywidgets.VBox(
            [
                ipywidgets.HBox([self._before, self._after]),
                ipywidgets.HBox([self._share, self._on_selection, self._on_all, self._clear]),
                self._groups_title,
                self._groups,
            ],
            layout={"width": "100%"},
        )
        self.above: list[ipywidgets.Widget] = []
        self.below = [self._pair, self._sentence]

    def draw(self, grid: Grid) -> None:
        """Show what stands side by side, and what can be done with it."""
        self._pair.layout.display = "none" if grid.pair is None else None
        self.say(grid.sentence)
        if grid.pair is None:
            return
        self._is_drawing = True
        self._before.value, self._after.value = grid.pair
        self._is_drawing = False
        is_there = grid.comparison is not None
        for each in (self._share, self._on_all):
            each.disabled = not is_there
        self._on_selection.disabled = not (is_there and grid.selected)
        self._clear.disabled = not grid.selected
        self._list_groups(grid.comparison)

    def draw_share(self, share: float) -> None:
        """Show how far the images have moved."""
        self._is_drawing = True
        self._share.value = share
        self._is_drawing = False

    def say(self, sentence: str) -> None:
        """Write the sentence."""
        self._sentence.value = says(sentence)

    def _list_groups(self, comparison: MapComparison | None) -> None:
        """Write a button for each of the groups that change most; a press selects its images."""
        if comparison is self._listed:
            return
        self._listed = comparison
        old = self._groups.children
        if comparison is None:
            self._groups.children, self._groups_title.value = (), ""
        else:
            listed = comparison.changes[:_MOST_LISTED]
            self._groups.children = [self._group(comparison, *each) for each in listed]
            self._groups_title.value = says(_GROUPS)
        for each in old:
            free(each)

    def _group(self, comparison: MapComparison, cluster: int, changed: float) -> ipywidgets.Button:
        rows = comparison.rows(cluster)
        words = f"{cluster} · {len(rows)} images · {changed:.0%} change"
        button = self._button(words, partial(self._select, rows))
        button.layout.border = f"2px solid {cluster_color(cluster)}"
        return with_tooltip(button, f"Select the {len(rows)} images of cluster {cluster}")

    def _select(self, rows: Sequence[int]) -> None:
        self._grid.selected = tuple(rows)

    def _align(self) -> None:
        self._grid.align(self._grid.selected)

    def _slide(self, change: dict[str, float]) -> None:
        if not self._is_drawing:
            self._event_loop.post(lambda: self._grid.blend(change["new"]))

    def _choose(self, _: object) -> None:
        if not self._is_drawing:
            self._event_loop.post(
                lambda: self._grid.choose_pair(self._before.value, self._after.value)
            )

    def _menu(self, name: str, options: list[tuple[str, MapKey]]) -> ipywidgets.Dropdown:
        menu = ipywidgets.Dropdown(
            options=options, description=name, style=_AS_WIDE, layout={"width": "260px"}
        )
        menu.observe(self._choose, "value")
        return menu

    def _button(self, words: str, press: Callable[[], None]) -> ipywidgets.Button:
        button = ipywidgets.Button(description=words)
        button.on_click(lambda _: self._event_loop.post(press))
        return button
