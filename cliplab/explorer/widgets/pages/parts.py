"""Small pieces that several pages are made of: text, notes, buttons, chips, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from cliplab._core.html import render
from cliplab.explorer.style.theme import cluster_color, ink_on

if TYPE_CHECKING:
    from markupsafe import Markup


def text(words: str) -> Markup:
    """Return small words under something."""
    return render("explorer/style/templates/text.html", words=words)


def note(words: str) -> Markup:
    """Return a sentence or two of help."""
    return render("explorer/style/templates/note.html", words=words)


def button(description: str, tooltip: str = "", width: str = "auto") -> ipywidgets.Button:
    """Return a button as low as the others."""
    return ipywidgets.Button(
        description=description, tooltip=tooltip, layout={"width": width, "height": "28px"}
    )


def chip(cluster: int) -> Markup:
    """Return a cluster's number on its colour."""
    return render(
        "explorer/style/templates/chip.html",
        color=cluster_color(cluster),
        ink=ink_on(cluster_color(cluster)),
        cluster=cluster if cluster >= 0 else "–",
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Markup:
    """Return a table; all that is not markup already is escaped."""
    return render("explorer/style/templates/table.html", heads=heads, rows=list(rows))
