"""Which k? What speaks for it, gathered when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import TYPE_CHECKING

import ipywidgets

from cliplab._core.html import render
from cliplab.explorer.model.companions import MOST_REPEATED
from cliplab.explorer.widgets.pages.parts import button, note, table

if TYPE_CHECKING:
    from cliplab.evaluation.evidence.judging import Evidence
    from cliplab.explorer.model.companions import Companions
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.plots.board import Board

_HELP = (
    "Gathers for every k: the gap to null data with its error, the spread of independent starts, "
    "and whether the same clusters come back when the images are resampled. It takes some seconds; "
    "the plots stay alive meanwhile."
)


class EvidencePage:
    """A button that gathers the evidence, its sentence, its table and its figure.

    Parameters
    ----------
    companions : Companions
        Who gathers and keeps it.
    board : Board
        What draws it.
    change : callable
        Makes a change of the screen, in one message.
    """

    title = "Evidence for k"

    def __init__(
        self,
        companions: Companions,
        board: Board,
        change: Callable[[Callable[[], None]], None],
    ) -> None:
        self._companions = companions
        self._board = board
        self._view: View | None = None
        self._gather = button("Gather the evidence")
        self._stop = button("Stop")
        self._bar = ipywidgets.FloatProgress(max=1, layout={"width": "160px", "height": "14px"})
        self._words = ipywidgets.HTML()
        self._gather.on_click(lambda _: change(self._start))
        self._stop.on_click(lambda _: change(companions.stop_gathering))
        line = ipywidgets.HBox(
            [self._gather, self._bar, self._stop], layout={"align_items": "center"}
        )
        self.widget = ipywidgets.VBox([line, self._words])

    def draw(self, view: View) -> None:
        """Show what was gathered for this sweep, or how to gather it."""
        self._view = view
        evidence = self._companions.evidence_for(view.sweep)
        is_under_way = self._companions.is_gathering
        for widget, is_shown in (
            (self._gather, evidence is None and not is_under_way),
            (self._bar, is_under_way),
            (self._stop, is_under_way),
        ):
            widget.layout.display = None if is_shown else "none"
        self._bar.value = self._companions.share_gathered
        refusal = _refusal(view)
        self._gather.disabled = refusal != ""
        self._words.value = note(refusal or _HELP) if evidence is None else _told(evidence)
        self._board.show_evidence(evidence, view.where)

    def _start(self) -> None:
        if self._view is not None:
            self._companions.gather_evidence(self._view)


def _refusal(view: View) -> str:
    if view.sweep.algorithm != "kmeans":
        return "The evidence is for K-means: choose it as the algorithm on the page Method."
    if len(view.images) > MOST_REPEATED:
        return (
            f"The evidence clusters the images many times over, which would take hours for "
            f"{len(view.images):,} of them. Gather it in an Explorer on {MOST_REPEATED:,}."
        )
    if view.data is None:
        return "This sweep was made elsewhere, so there is nothing here to resample."
    return ""


def _told(evidence: Evidence) -> str:
    shown = evidence.table.drop(columns=["silhouette_low", "silhouette_high"])
    heads = ["k", *(str(name).replace("_", " ") for name in shown.columns)]
    rows = [
        [k, *("" if isnan(value) else f"{value:.3f}" for value in values)]
        for k, *values in shown.itertuples()
    ]
    return render(
        "explorer/style/templates/evidence.html",
        sentence=evidence.sentence,
        table=table(heads, rows),
    )
