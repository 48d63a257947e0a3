"""Small pieces that several pages are made of: text, notes, buttons, tables."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

import ipywidgets

from cliplab.explorer.style.theme import cluster_color


def text(words: str) -> str:
    """Return small words under something; they are escaped."""
    return f'<div style="font-size: 11px; line-height: 1.3">{html.escape(words)}</div>'


def note(markup: str) -> str:
    """Return a sentence or two of help; the markup is ours, never a data set's."""
    return f'<div style="line-height: 1.4; max-width: 1000px">{markup}</div>'


def button(description: str, tooltip: str = "", width: str = "auto") -> ipywidgets.Button:
    """Return a button as low as the others."""
    return ipywidgets.Button(
        description=description, tooltip=tooltip, layout={"width": width, "height": "28px"}
    )


def chip(cluster: int) -> str:
    """Return a cluster's number on its colour."""
    name = str(cluster) if cluster >= 0 else "–"
    return (
        f'<span style="background: {cluster_color(cluster)}; color: white; font-weight: bold; '
        f'text-shadow: 0 0 2px black; border-radius: 8px; padding: 0 6px">{name}</span>'
    )


def table(
    heads: Sequence[str], rows: Iterable[Sequence[Any]], first_is_markup: bool = False
) -> str:
    """Return a table; all cells are escaped, but the first of each row where it is ours."""
    style = 'style="text-align: right; padding: 1px 10px; white-space: nowrap"'
    head = "".join(f"<th {style}>{html.escape(name)}</th>" for name in heads)
    lines = []
    for first, *rest in rows:
        cells = [str(first) if first_is_markup else html.escape(str(first))]
        cells += [html.escape(str(cell)) for cell in rest]
        lines.append("<tr>" + "".join(f"<td {style}>{cell}</td>" for cell in cells) + "</tr>")
    return (
        '<table style="border-collapse: collapse; font-size: 12px; line-height: 1.35">'
        f"<tr>{head}</tr>{''.join(lines)}</table>"
    )
