"""The screen follows the session: which part is drawn when which trait has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, NamedTuple

from cliplab._core.language import say

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.plots.board import Board
    from cliplab.explorer.widgets.panel import Panel


class Part(NamedTuple):
    """A part of the screen.

    Attributes
    ----------
    name : str
        What it is.
    shows : frozenset of str
        The traits that it shows; those of the state are named ``"state.…"``.
    draw : callable
        Draws it as it is now.
    """

    name: str
    shows: frozenset[str]
    draw: Callable[[], None]


class Render:
    """Draws what has changed in a session, each part once, as one message to the browser.

    Nothing here computes, starts work or sets a choice.

    Parameters
    ----------
    session : ExplorerSession
        What is shown.
    board : Board
        The plots.
    panel : Panel
        The widgets around them.
    """

    def __init__(self, session: ExplorerSession, board: Board, panel: Panel) -> None:
        self._session, self._board, self._panel = session, board, panel
        self._open_page, self._colored_by = session.state.page, ""
        plots, controls = board.plots, panel.controls

        def part(name: str, shows: str, draw: Callable[[], None]) -> Part:
            return Part(name, frozenset(shows.split()), draw)

        self.parts = (
            part("parts", "parts", self._draw_parts),
            part("error", "error", lambda: controls.show_error(session.error)),
            # Of very many images no names are sent beforehand, but what was said is taken back.
            part(
                "names",
                "hover_columns state.committed_k",
                lambda: plots.show_names(session.hover_columns),
            ),
            part("curves", "sweep_view", lambda: plots.show_sweep(session.sweep_view)),
            part("band", "band_view", lambda: plots.show_band(session.band_view)),
            part(
                "map",
                "map_view wall_view",
                lambda: plots.show_map(session.wall_view or session.map_view),
            ),
            part("map images", "state.map_images wall_view", self._draw_map_images),
            part("wall note", "wall_note", lambda: controls.show_note(session.wall_note)),
            part("clusters", "clustering_view", self._draw_clustering),
            part("numbers", "numbers_view", self._draw_numbers),
            part(
                "neighbours",
                "neighbors_view",
                lambda: plots.show_neighbors(session.neighbors_view),
            ),
            part("colours", "coloring", self._draw_coloring),
            part("menu", "color_titles state.color_by", self._draw_menu),
            part("null title", "null_view state.null_data running", self._draw_null_title),
            part("null data", "null_view", lambda: board.show_null(session.null_view)),
            part("ends of curves", "sweep_view band_view null_view", board.fit_curves),
            part("null clusters", "null_clustering_view", self._draw_null_clustering),
            part(
                "selection", "state.selected", lambda: plots.show_selection(session.state.selected)
            ),
            part("page", "state.page page_content", self._draw_page),
            part(
                "turning", "sweep clustering_view numbers_view coloring running", panel.script.show
            ),
            part("search", "ranking running state.query", panel.script.search.show),
            part("status", "status", lambda: controls.show_status(session.status)),
            part("text size", "state.large_text", self._draw_text_size),
            part("hints", "hints", panel.script.show_hints),
            part("work", "work stale", panel.script.show_work),
            part("map title", "map_title", lambda: plots.show_title(session.map_title)),
        )
        session.listen(self.draw)

    def draw(self, changed: frozenset[str]) -> None:
        """Draw each part that shows something that has changed."""
        self._draw([part for part in self.parts if part.shows & changed])

    def draw_all(self) -> None:
        """Draw every part, for a panel that is new."""
        for name, page in self._panel.pages.items():
            if name != self._open_page:
                page.leave()
        self._draw(self.parts)

    def _draw(self, parts: Sequence[Part]) -> None:
        """Draw parts as one message; where one fails, the others are drawn all the same."""
        problem: Exception | None = None
        with self._panel.batch():
            for part in parts:
                try:
                    part.draw()
                except Exception as error:
                    problem = problem or error
        if problem is not None:
            raise problem

    def close(self) -> None:
        """Follow the session no more."""
        self._session.unlisten(self.draw)

    def _unless(self, is_painted: bool) -> AbstractContextManager[None]:
        """Return a context that sends nothing of what the script of the page has painted."""
        return self._panel.quiet() if is_painted else nullcontext()

    def _draw_text_size(self) -> None:
        is_large = self._session.state.large_text
        self._board.text_size.set(is_large=is_large)
        self._panel.show_text(is_large=is_large)

    def _draw_parts(self) -> None:
        self._board.show_parts(self._session.parts)
        self._panel.show_parts(self._session.parts)

    def _draw_clustering(self) -> None:
        with self._unless(self._panel.script.turns_clusters):
            self._board.plots.show_clustering(self._session.clustering_view)

    def _draw_numbers(self) -> None:
        with self._unless(self._panel.script.turns_numbers):
            self._board.plots.show_numbers(self._session.numbers_view)

    def _draw_coloring(self) -> None:
        coloring, color_by = self._session.coloring, self._session.state.color_by
        # Colours of another kind are drawn from here; as k moves the script paints them.
        is_same_kind, self._colored_by = color_by == self._colored_by, color_by
        with self._unless(is_same_kind and self._panel.script.turns_colors(color_by)):
            self._board.plots.show_coloring(coloring, show_numbers=self._shows_numbers)
        self._panel.controls.show_legend(coloring, color_by == "cluster")

    @property
    def _shows_numbers(self) -> bool:
        """Whether numbers of clusters are on the map; on the wall they would cover images."""
        state, wall = self._session.state, self._session.wall_view
        return wall is None and (state.color_by == "cluster" or state.map_images == "typical")

    def _draw_map_images(self) -> None:
        self._board.plots.show_map_images(
            self._session.state.map_images, self._session.wall_view, self._shows_numbers
        )

    def _draw_menu(self) -> None:
        chosen = self._session.state.color_by
        self._panel.controls.offer_colors(self._session.color_titles, chosen)

    def _draw_null_title(self) -> None:
        if self._session.null_view is not None:
            kind = self._session.options.null_data[self._session.state.null_data]
            self._board.null.show_title(say("titles.null_data", kind=kind))

    def _draw_null_clustering(self) -> None:
        self._board.show_null_clustering(self._session.null_clustering_view)

    def _draw_page(self) -> None:
        name = self._session.state.page
        if name != self._open_page:
            self._panel.pages[self._open_page].leave()
            self._open_page = name
        self._panel.open_page(name)
        is_its_own = self._session.content_page == name
        self._panel.pages[name].draw(self._session.page_content if is_its_own else None)
        self._panel.script.show_names()
