"""The widgets that are open, wherever a version of ipywidgets keeps them."""

from __future__ import annotations

from ipywidgets import Widget
from ipywidgets.widgets import widget as module

_PLACES = ((module, "_instances"), (Widget, "_active_widgets"), (Widget, "widgets"))


def living_widgets() -> dict[str, Widget]:
    """Return them by their ids: in ipywidgets 8.0.3 and later, before, and in 7."""
    return next(vars(place)[name] for place, name in _PLACES if name in vars(place))
