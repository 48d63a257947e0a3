"""All that the page holds, as one value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cliplab._core.html import render
from cliplab.explorer.model.hints import first_steps
from cliplab.explorer.model.turning import (
    script_words,
    turning_now,
    turning_numbers,
    turning_view,
)
from cliplab.explorer.saved_page.drawn_plots import drawn_plots
from cliplab.explorer.saved_page.encoding import as_base64, encoded
from cliplab.explorer.saved_page.found_words import found_words
from cliplab.explorer.saved_page.sentences import page_words
from cliplab.explorer.saved_page.stored_answers import stored_answers
from cliplab.explorer.saved_page.stored_values import stored_values
from cliplab.explorer.saved_page.stored_wall import stored_wall
from cliplab.explorer.style.theme import OTHER_COLOR, SIGN_COLORS
from cliplab.explorer.widgets.pages.evidence import evidence_table
from cliplab.images.thumbnails import SHEET_SIDE

if TYPE_CHECKING:
    from cliplab.evaluation.evidence.judging import Evidence
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.images.credits import Attribution


def page_value(session: ExplorerSession, *, answers: bool) -> dict[str, Any]:
    """Return all that the page holds.

    Parameters
    ----------
    session : ExplorerSession
        What is on the screen.
    answers : bool
        Whether the known classes are in the page.

    Returns
    -------
    dict
        Texts and numbers that can be written as JSON.
    """
    sweep = session.sweep
    views = [turning_view(sweep, each, session.in_embedding) for each in sweep.parameter_values]
    values = stored_values(session)
    names = {each["value"]: [name for name, *_ in each["names"] or ()] for each in values}
    return {
        **drawn_plots(session),
        "words": script_words() | {"side": SHEET_SIDE},
        "said": page_words(),
        # Who opens the page begins without a selection, and without a commitment.
        "now": turning_now(session)
        | {"color_by": "cluster", "sweep": 1, "map": 1, "has_numbers": True, "paints": True}
        # Those of its own page, wherever the notebook has been.
        | {"names": {value: each for value, each in names.items() if each}},
        "hints": first_steps(session, has_answers=answers and bool(session.options.known)),
        "views": [{"view": view, "packed": as_base64(packed)} for view, packed in views],
        "numbers": turning_numbers(sweep, session.projection),
        "wall": stored_wall(session),
        "values": values,
        "colors": {"silhouette": list(SIGN_COLORS), "other": OTHER_COLOR},
        "credits": [_credit(each) for each in session.images.attribution_of(slice(None))],
        "evidence": None if session.evidence is None else _evidence(session.evidence),
        "found": found_words(session),
        "answers": encoded(stored_answers(session)) if answers else None,
        "is_revealed": not session.options.known,
    }


def _credit(credit: Attribution) -> dict[str, Any]:
    """Return who made an image; a title often holds the class."""
    credit = replace(credit, title="")
    lines = [
        (credit.author, credit.url or credit.author_url),
        (credit.license, credit.license_url),
    ]
    known = [(words, address) for words, address in lines if words]
    return {"text": str(credit), "lines": known or [(str(credit), credit.url)]}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    heads, rows = evidence_table(evidence)
    said = render(
        "explorer/style/templates/evidence.html",
        sentence=evidence.sentence,
        remark=evidence.note,
        table="",
    )
    return {"sentence": said.striptags(), "heads": heads, "rows": rows}
