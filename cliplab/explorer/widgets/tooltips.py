"""What a control says of itself when the mouse rests on it."""

from __future__ import annotations

from typing import TypeVar

import ipywidgets

_Widget = TypeVar("_Widget", bound=ipywidgets.DOMWidget)


def with_tooltip(widget: _Widget, words: str) -> _Widget:
    """Give a control its tooltip, under the name that it has in this version of ipywidgets."""
    # Before version 8 only buttons have a tooltip; what has a description has one for that.
    name = "tooltip" if widget.has_trait("tooltip") else "description_tooltip"
    if widget.has_trait(name):
        setattr(widget, name, words)
    return widget
