"""What moved: from this k to the next, where the images go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets

from cliplab._core.html import render
from cliplab.evaluation.transitions import ClusterTransitions, compare_clusterings
from cliplab.explorer.widgets.pages.parts import button, note

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.plots.board import Board


class MovesPage:
    """The flow of images from this k to the next.

    Parameters
    ----------
    board : Board
        What draws the flow.
    select : callable
        Selects rows and shows their pictures.
    """

    title = "What moved"

    def __init__(self, board: Board, select: Callable[[Sequence[int]], None]) -> None:
        self._board = board
        self._moves: ClusterTransitions | None = None
        self._words = ipywidgets.HTML()
        self._all = button("Show all that move")
        self._all.on_click(lambda _: select(self._moves.movers if self._moves else ()))
        self.widget = ipywidgets.VBox([self._words, ipywidgets.HBox([self._all])])

    def draw(self, view: View) -> None:
        """Draw the way from the clustering on the screen to the next of the sweep."""
        values = view.sweep.parameter_values
        place = values.index(view.value)
        if place + 1 == len(values):
            self._moves = None
            self._words.value = note(f"{view.value} is the last there is: there is no next one.")
        else:
            after = values[place + 1]
            self._moves = compare_clusterings(view.clustering, view.sweep[after])
            self._words.value = render(
                "explorer/style/templates/moves.html",
                parameter=view.sweep.parameter_title,
                before=view.value,
                after=after,
                n_movers=len(self._moves.movers),
                n_images=len(self._moves),
            )
        self._all.disabled = not (self._moves and self._moves.movers)
        self._board.show_flow(self._moves)
