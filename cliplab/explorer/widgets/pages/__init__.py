"""The pages below the plots: one is open at a time, and only that one is computed and drawn.

A page is one file and one line below. The file bears the page's name and holds three things:
`CONTENT` says what the page shows and what that depends on; its function knows no widget and runs
in the background where it takes a while. `Page` holds the widgets and draws a content.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import ipywidgets

from cliplab._core.html import render
from cliplab._core.language import say
from cliplab.explorer.model.page_content import PageContent

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.plots.board import Board


class PageEntry(NamedTuple):
    """A page by its name, which is that of its file, in the state and in the table of messages."""

    name: str
    needs_encoder: bool = False

    @property
    def title(self) -> str:
        """What its button says."""
        return say(f"pages.{self.name}.title")

    @property
    def about(self) -> str:
        """What the page is for."""
        return say(f"pages.{self.name}.about")


PAGES = (
    PageEntry("images"),
    PageEntry("groups"),
    PageEntry("silhouette"),
    PageEntry("valley"),
    PageEntry("words", needs_encoder=True),
    PageEntry("transitions"),
    PageEntry("evidence"),
    PageEntry("reveal"),
    PageEntry("method"),
)


class PageContext(NamedTuple):
    """What a page is made with.

    Attributes
    ----------
    session : ExplorerSession
        What its buttons act on.
    board : Board
        The plots, for a page that draws in the place of some.
    link : callable
        Keeps a trait of the state and a widget's value the same: ``link("vocabulary", text_box)``.
    """

    session: ExplorerSession
    board: Board
    link: Callable[[str, Any], None]


class Page(Protocol):
    """A page below the plots.

    Attributes
    ----------
    widget : ipywidgets.Widget
        What is below the buttons.
    """

    widget: ipywidgets.Widget

    def __init__(self, context: PageContext) -> None: ...

    def draw(self, content: Any) -> None:
        """Show a content; None while it is computed."""

    def leave(self) -> None:
        """Take away what the page has drawn elsewhere: another page opens."""


class _NeedsEncoder:
    """In the place of a page that cannot do without the encoder."""

    def __init__(self) -> None:
        self.widget = ipywidgets.HTML(render("explorer/style/templates/words_no_encoder.html"))

    def draw(self, content: Any) -> None:
        """Nothing changes."""

    def leave(self) -> None:
        """Nothing was drawn elsewhere."""


def page_contents(*, has_encoder: bool) -> dict[str, PageContent]:
    """Return what each page shows, by its name."""
    nothing = PageContent(lambda _: None, ())
    return {
        entry.name: _module(entry).CONTENT if has_encoder or not entry.needs_encoder else nothing
        for entry in PAGES
    }


def make_pages(context: PageContext) -> dict[str, Page]:
    """Make the widgets of all pages, by their names."""
    has_encoder = context.session.encoder is not None
    return {
        entry.name: (
            _module(entry).Page(context)
            if has_encoder or not entry.needs_encoder
            else _NeedsEncoder()
        )
        for entry in PAGES
    }


def _module(entry: PageEntry) -> Any:
    return importlib.import_module(f"{__name__}.{entry.name}")
