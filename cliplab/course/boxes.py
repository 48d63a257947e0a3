"""Controls in which a question is answered: a box, choices, or places of a ranking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets

from cliplab.course.kinds import Choice, Kind, Ranking

_CHOOSE = "choose …"


class Box(Protocol):
    """A control that holds an answer.

    Attributes
    ----------
    widget : ipywidgets.Widget
        What is shown.
    """

    widget: ipywidgets.Widget

    @property
    def answer(self) -> Any:
        """What stands in it."""


def box_for(kind: Kind, label: str, on_enter: Callable[[], None]) -> Box:
    """Return the control for a kind of answers.

    Parameters
    ----------
    kind : Kind
        What is asked for.
    label : str
        What the control is called.
    on_enter : callable
        Called when Enter is pressed in a box for text.

    Returns
    -------
    Box
        Choices for a choice, a menu a place for a ranking, else a box for text.
    """
    if isinstance(kind, Choice):
        return Choices(label, kind.options)
    if isinstance(kind, Ranking):
        return Places(label, kind.options)
    return Line(label, kind.must, on_enter)


class Line:
    """A box for text.

    Parameters
    ----------
    label : str
        What it is called.
    must : str
        What is to be put in.
    on_enter : callable
        Called when Enter is pressed.
    """

    def __init__(self, label: str, must: str, on_enter: Callable[[], None]) -> None:
        self.widget = ipywidgets.Text(
            description=label,
            placeholder=must,
            layout={"width": "auto", "max_width": "420px"},
            style={"description_width": "initial"},
        )

        def hear(_: Any, content: dict[str, Any], _buffers: Any) -> None:
            if content.get("event") == "submit":
                on_enter()

        # ipywidgets 8 warns of its own `on_submit`, and 7 has no other.
        self.widget.on_msg(hear)

    @property
    def answer(self) -> str:
        """The text."""
        return str(self.widget.value)


class Choices:
    """Words of which one is chosen; none at first.

    Parameters
    ----------
    label : str
        What they are called.
    options : tuple of str
        The words.
    """

    def __init__(self, label: str, options: tuple[str, ...]) -> None:
        self.widget = ipywidgets.RadioButtons(
            description=label,
            options=options,
            value=None,
            layout={"width": "auto", "height": "auto"},
            style={"description_width": "initial"},
        )

    @property
    def answer(self) -> str | None:
        """The word that is chosen."""
        answer: str | None = self.widget.value
        return answer


class Places:
    """A menu for each place of a ranking.

    Parameters
    ----------
    label : str
        What they are called.
    options : tuple of str
        What is put into an order.
    """

    def __init__(self, label: str, options: tuple[str, ...]) -> None:
        self._menus = [
            ipywidgets.Dropdown(
                description=f"{label}: {place}.",
                options=(_CHOOSE, *options),
                layout={"width": "auto", "max_width": "420px"},
                style={"description_width": "initial"},
            )
            for place in range(1, len(options) + 1)
        ]
        self.widget = ipywidgets.VBox(self._menus)

    @property
    def answer(self) -> list[str]:
        """The words in the order of their places."""
        return [str(menu.value) for menu in self._menus]
