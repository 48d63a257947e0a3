"""Small images that a page gets once, however often they are shown in it."""

from __future__ import annotations

import ipywidgets

from cliplab._core.html import render
from cliplab.explorer.model.small_images import N_KEPT


class PageImages:
    """Small images, each sent to a page once.

    They are looks (CSS) of class names: what shows an image has its class name.

    Attributes
    ----------
    widget : ipywidgets.VBox
        The looks; it belongs into the page and cannot be seen.
    """

    def __init__(self) -> None:
        self._sent: set[int] = set()
        # All share its layout and style: each would be sent along with a message of its own.
        self._first = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self._first], layout={"display": "none"})

    def class_name(self, row: int) -> str:
        """Return the class name of an image."""
        return f"cliplab-{self.widget.model_id[:8]}-{row}"

    def send(self, uris: dict[int, str]) -> None:
        """Give the page those images that it lacks; one that has very many is emptied first."""
        if len(self._sent | uris.keys()) > N_KEPT:
            for each in self.widget.children[1:]:
                each.close()
            self._sent.clear()
            self.widget.children = (self._first,)
        lacking = [
            (self.class_name(row), uri) for row, uri in uris.items() if row not in self._sent
        ]
        if not lacking:
            return
        looks = render("explorer/style/templates/image_looks.html", looks=lacking)
        layout, style = self._first.layout, self._first.style
        sent = ipywidgets.HTML(looks, layout=layout, style=style)
        self.widget.children = (*self.widget.children, sent)
        self._sent |= uris.keys()
