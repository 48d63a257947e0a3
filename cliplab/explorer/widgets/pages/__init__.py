"""The pages below the plots: one is open at a time, and only that one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import ipywidgets

    from cliplab.explorer.model.snapshot import View


class Page(Protocol):
    """A page below the plots.

    Attributes
    ----------
    title : str
        What its tab says.
    widget : ipywidgets.Widget
        What it shows.
    """

    title: str
    widget: ipywidgets.Widget

    def draw(self, view: View) -> None:
        """Show what belongs to the values that are on the screen."""
