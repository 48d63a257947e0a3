"""Which k? What speaks for each, gathered when it is asked for."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, NamedTuple

import ipywidgets

from cliplab._core.html import render
from cliplab._core.language import number, say, words
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.explorer.model.options import MOST_REPEATED
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.model.views import View, evidence_view
from cliplab.explorer.widgets.pages.parts import button, note, table

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext

# The others are on the plots.
_SHOWN = ("silhouette", "silhouette_main", "null_high", "stability", "fullness", "gap", "gap_error")


class EvidenceContent(NamedTuple):
    """The evidence for the sweep on the screen, whether it is gathered, or why it cannot be.

    Attributes
    ----------
    evidence : Evidence or None
        If it was gathered.
    view : View or None
        What the figure shows of it.
    is_gathering : bool
        Whether it is under way, or was stopped on it: then its bar has the buttons.
    refusal : str
        Why it cannot be gathered; empty where it can.
    """

    evidence: Evidence | None
    view: View | None
    is_gathering: bool
    refusal: str


def evidence_content(snapshot: Snapshot) -> EvidenceContent:
    """Return the evidence if it was gathered, and else whether it is or can be."""
    evidence = snapshot.evidence
    view = None if evidence is None else evidence_view(evidence, snapshot.where)
    return EvidenceContent(evidence, view, snapshot.is_gathering, _refusal(snapshot))


CONTENT = PageContent(evidence_content, ("sweep", "data", "evidence", "is_gathering"))


class Page:
    """A button that gathers the evidence, its sentence, its table and its figure.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._board = context.board
        self._drawn: Evidence | None = None
        task = context.session.evidence_task
        self._gather = button(say("evidence.gather"), say("evidence.gather_help"))
        self._words = ipywidgets.HTML()
        self._gather.on_click(lambda _: task.gather())
        self.widget = ipywidgets.VBox([ipywidgets.HBox([self._gather]), self._words])

    def draw(self, content: EvidenceContent | None) -> None:
        """Show the evidence in the place of map and silhouettes, or how to gather it."""
        if content is None:
            return
        is_asked_for = content.evidence is not None or content.is_gathering
        self._gather.layout.display = "none" if is_asked_for else None
        self._gather.disabled = content.refusal != ""
        if content.evidence is None:
            self._words.value = note(content.refusal or say("evidence.help"))
        elif content.evidence is not self._drawn:
            self._words.value = _markup(content.evidence)
        if content.evidence is not self._drawn:
            self._drawn = content.evidence
            self._board.show_evidence(content.view)

    def leave(self) -> None:
        """Bring map and silhouettes back."""
        self._drawn = None
        self._board.show_evidence(None)


def _refusal(snapshot: Snapshot) -> str:
    if snapshot.sweep.algorithm != "kmeans":
        return say("evidence.not_kmeans")
    if len(snapshot.images) > MOST_REPEATED:
        return say("evidence.too_many", n_images=len(snapshot.images), most=MOST_REPEATED)
    if snapshot.data is None:
        return say("evidence.made_elsewhere")
    return ""


def evidence_table(evidence: Evidence) -> tuple[list[str], list[list[str]]]:
    """Return the heads of the table of the evidence, and its rows as they are read."""
    shown = evidence.table[list(_SHOWN)]
    heads = ["k", *(words("evidence.columns")[name] for name in shown.columns)]
    rows = [
        [str(k), *("" if isnan(value) else number(value, ".3f") for value in values)]
        for k, *values in shown.itertuples()
    ]
    return heads, rows


def _markup(evidence: Evidence) -> str:
    return render(
        "explorer/style/templates/evidence.html",
        sentence=evidence.sentence,
        remark=evidence.note,
        table=table(*evidence_table(evidence)),
    )
