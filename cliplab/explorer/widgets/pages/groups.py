"""Groups of one's own: a selection gets a name, is kept, and is compared with the clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ipywidgets

from cliplab._core.html import render
from cliplab._core.language import say
from cliplab.explorer.model.answers import about_scores
from cliplab.explorer.model.group_comparison import GroupComparison, compare_groups
from cliplab.explorer.model.groups import (
    MOST_GROUPS,
    MOST_NAME,
    MOST_NOTE,
    NamedGroup,
    n_images_text,
)
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.style.theme import CATEGORY_COLORS
from cliplab.explorer.widgets.pages.parts import button, chip, note
from cliplab.explorer.widgets.tooltips import with_tooltip

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext


class GroupsContent(NamedTuple):
    """The groups there are, and what can be done now.

    Attributes
    ----------
    groups : tuple of NamedGroup
        The learner's own groups.
    selected : tuple of int
        The rows that can be kept as a group.
    said : str
        What the last change has done beside what was asked for.
    can_undo : bool
        Whether it can be taken back.
    comparison : GroupComparison or None
        Groups and clusters; None where there is no group.
    """

    groups: tuple[NamedGroup, ...]
    selected: tuple[int, ...]
    said: str
    can_undo: bool
    comparison: GroupComparison | None


def groups_content(snapshot: Snapshot) -> GroupsContent:
    """Return the groups, compared with the clusters on the screen."""
    groups = snapshot.groups
    return GroupsContent(
        groups,
        snapshot.selected,
        snapshot.groups_said,
        snapshot.can_undo_groups,
        compare_groups(groups, snapshot.clustering) if groups else None,
    )


CONTENT = PageContent(
    groups_content, ("clustering", "groups", "selected", "groups_said", "can_undo_groups")
)


class Page:
    """A name and a note for the selection, the groups, and the table of groups and clusters.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._session = context.session
        self._changes = context.session.group_changes
        self._name = _text_box("name", MOST_NAME, "200px")
        self._note = _text_box("note", MOST_NOTE, "320px")
        self._keep = button(say("groups.keep"), say("groups.keep_help"))
        self._undo = button(say("groups.undo"), say("groups.undo_help"))
        self._keep.button_style = "primary"
        self._keep.on_click(lambda _: self._keep_selection())
        self._undo.on_click(lambda _: self._changes.undo())
        self._said, self._compared = ipywidgets.HTML(), ipywidgets.HTML()
        self._lines: list[_Line] = []
        self._list = ipywidgets.VBox([])
        boxes = [self._name, self._note, self._keep, self._undo]
        line = ipywidgets.HBox(boxes, layout={"flex_flow": "row wrap"})
        self.widget = ipywidgets.VBox([line, self._said, self._list, self._compared])

    def draw(self, content: GroupsContent | None) -> None:
        """Show the groups, and how they agree with the clusters on the screen."""
        if content is None:
            return
        self._keep.disabled = not content.selected
        self._undo.disabled = not content.can_undo
        self._said.value = _said(content)
        self._draw_list(content)
        self._compared.value = _compared(content.comparison) if content.comparison else ""

    def leave(self) -> None:
        """Nothing was drawn elsewhere."""

    def _draw_list(self, content: GroupsContent) -> None:
        while len(self._lines) < len(content.groups):
            self._lines.append(_Line(self._session))
        shown = self._lines[: len(content.groups)]
        for i, (line, group) in enumerate(zip(shown, content.groups, strict=True)):
            line.draw(group, _color(i), is_selected=content.selected == group.rows)
        widgets = tuple(line.widget for line in shown)
        if self._list.children != widgets:
            self._list.children = widgets

    def _keep_selection(self) -> None:
        if self._changes.keep(self._name.value, self._note.value):
            self._name.value = self._note.value = ""


class _Line:
    """One group: its colour, name, size and note, and what can be done with it."""

    def __init__(self, session: ExplorerSession) -> None:
        self._session, self._group = session, NamedGroup((0,), "–")
        self._words = ipywidgets.HTML(layout={"flex": "1 1 auto", "min_width": "0"})
        self.select = button(say("groups.select"), width="auto")
        self.remove = button(say("groups.remove"), width="auto")
        self.select.on_click(lambda _: self._toggle())
        self.remove.on_click(lambda _: session.group_changes.remove(self._group.name))
        self.widget = ipywidgets.HBox(
            [self.select, self.remove, self._words], layout={"align_items": "center"}
        )

    def draw(self, group: NamedGroup, color: str, *, is_selected: bool) -> None:
        """Show a group."""
        self._group = group
        self._words.value = render(
            "explorer/style/templates/group.html",
            color=color,
            name=group.name,
            size=n_images_text(len(group)),
            note=group.note,
        )
        what = "clear" if is_selected else "select"
        self.select.description = say(f"groups.{what}")
        self.select.tooltip = say(f"groups.{what}_help", name=group.name)
        self.remove.tooltip = say("groups.remove_help", name=group.name)

    def _toggle(self) -> None:
        state, rows = self._session.state, self._group.rows
        state.selected = () if state.selected == rows else rows


def _text_box(name: str, most: int, width: str) -> ipywidgets.Text:
    box = ipywidgets.Text(placeholder=say(f"groups.{name}"), layout={"width": width})
    return with_tooltip(box, say("groups.at_most", most=most))


def _color(i: int) -> str:
    return CATEGORY_COLORS[i % len(CATEGORY_COLORS)]


def _said(content: GroupsContent) -> str:
    if content.said:
        return render("explorer/style/templates/groups_said.html", said=content.said)
    if content.selected:
        return note(say("groups.selected", n=len(content.selected)))
    return note(say("groups.help", most=MOST_GROUPS))


def _compared(comparison: GroupComparison) -> str:
    counts = comparison.counts
    table = render(
        "explorer/style/templates/reveal_counts.html",
        caption=say("groups.counts"),
        heads=[chip(int(cluster)) for cluster in counts.columns],
        rows=[
            {"name": name, "color": _color(i), "cells": [(n, n / sum(line)) for n in line]}
            for i, (name, *line) in enumerate(counts.itertuples())
        ],
        more="",
    )
    return render(
        "explorer/style/templates/groups_compared.html",
        sentence=comparison.sentence,
        about=about_scores([comparison.score]) if comparison.score else "",
        table=table,
    )
