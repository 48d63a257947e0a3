"""The control panel: ipywidgets linked to the state, and the lines of status and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from cliplab._core.html import render
from cliplab._core.language import say
from cliplab.explorer.widgets.tooltips import with_tooltip

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.views import View


_N_STOPS = 12  # Colours of the bar that shows amounts.


class Controls:
    """The menu of colours, and the lines for status, legend and errors.

    Parameters
    ----------
    session : ExplorerSession
        Whose state the controls set and follow.
    """

    def __init__(self, session: ExplorerSession) -> None:
        self._session, self._state = session, session.state
        options = session.options
        self._is_drawing = False
        self._followers: list[tuple[str, Callable[[Any], None]]] = []
        self._color_by = ipywidgets.Dropdown(
            description=say("controls.color_by"),
            options=[(title, name) for name, title in options.colors.items()],
            style={"description_width": "initial"},
            layout={"width": "240px"},
        )
        self._map_images = ipywidgets.Dropdown(
            description=say("controls.show"),
            options=[(title, name) for name, title in options.map_images.items()],
            style={"description_width": "initial"},
            layout={"width": "180px", "display": None if len(options.map_images) > 1 else "none"},
        )
        self._note = ipywidgets.HTML(layout={"display": "none"})
        with_tooltip(self._color_by, say("controls.color_by_help"))
        with_tooltip(self._map_images, say("controls.show_help"))
        self._status = ipywidgets.HTML(layout={"flex": "1 1 240px", "min_width": "0"})
        self.foot = self._status
        self._legend = ipywidgets.HTML(layout={"width": "100%"})
        self.error = ipywidgets.HTML(layout={"display": "none"})
        self.panel = ipywidgets.HBox(
            [
                ipywidgets.HBox([self._map_images, self._color_by]),
                ipywidgets.VBox([self._legend, self._note]),
            ]
        )

        # What is offered changes, so this menu is drawn and does not follow by itself.
        self._lead("color_by", self._color_by)
        self.link("map_images", self._map_images)

    def show_status(self, text: str) -> None:
        """Say in a line what is on the screen."""
        self._status.value = render("explorer/style/templates/status.html", text=text)

    def show_error(self, text: str) -> None:
        """Say under the panel what went wrong; an empty text takes it away."""
        self.error.value = render("explorer/style/templates/error.html", text=text)
        self.error.layout.display = None if text else "none"

    def show_note(self, text: str) -> None:
        """Say beside the menus what the wall keeps; an empty text takes it away."""
        self._note.value = render("explorer/style/templates/text.html", words=text)
        self._note.layout.display = None if text else "none"

    def show_legend(self, coloring: View, by_cluster: bool) -> None:
        """Say what the colours stand for; what those of the clusters are, their table says."""
        self._legend.layout.display = "none" if by_cluster else None
        self._legend.value = render(
            "explorer/style/templates/legend.html",
            legend=[] if by_cluster else coloring["legend"],
            is_amount=coloring["is_amount"],
            colors=coloring["palette"][:: max(1, len(coloring["palette"]) // _N_STOPS)],
        )

    def offer_colors(self, titles: dict[str, str], chosen: str) -> None:
        """Show what images can be coloured by, which is not what is hidden, and the choice."""
        options = tuple((title, name) for name, title in titles.items())
        # New options make the menu jump to the first for a moment, which is nobody's choice.
        self._is_drawing = True
        with self._color_by.hold_sync():
            if self._color_by.options != options:
                self._color_by.options = options
            self._color_by.value = chosen
        self._is_drawing = False

    def disconnect(self) -> None:
        """Let go of the state, so that nobody follows it for a panel that is gone."""
        while self._followers:
            trait, follow = self._followers.pop()
            self._state.unobserve(follow, trait)

    def link(self, trait: str, widget: ipywidgets.Widget) -> None:
        """Keep a trait of the state and a widget's value the same, in both directions."""
        widget.value = getattr(self._state, trait)

        def follow(change: Any) -> None:
            widget.value = change["new"]

        self._state.observe(follow, trait)
        self._followers.append((trait, follow))
        self._lead(trait, widget)

    def _lead(self, trait: str, widget: ipywidgets.Widget) -> None:
        """Have a widget's value set a trait of the state; a value that it refuses is taken back."""

        def lead(change: Any) -> None:
            if self._is_drawing:
                return
            try:
                setattr(self._state, trait, change["new"])
            except traitlets.TraitError as error:
                self._session.say(str(error))
                widget.value = getattr(self._state, trait)

        widget.observe(lead, "value")
