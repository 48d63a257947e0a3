"""Small pictures: read once and kept, and sent to a page once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import ipywidgets

from cliplab._core.html import render
from cliplab.images.thumbnails import data_uri, thumbnail

if TYPE_CHECKING:
    from cliplab.images.image_set import ImageSet

_PIXELS = 112
_N_KEPT = 1024  # About 3 MB.


class SmallPictures:
    """The pictures of an ImageSet, 112 pixels wide.

    Parameters
    ----------
    images : ImageSet
        Whose pictures.
    """

    def __init__(self, images: ImageSet) -> None:
        self._images = images
        self.uri = lru_cache(maxsize=_N_KEPT)(self._read)

    def _read(self, row: int) -> str:
        return data_uri(thumbnail(self._images.small_copy(row), _PIXELS))


class PagePictures:
    """Pictures that a page gets once, however often they are shown in it.

    They are looks (CSS) of class names: what shows a picture bears its class name.

    Parameters
    ----------
    small : SmallPictures
        The pictures.

    Attributes
    ----------
    widget : ipywidgets.VBox
        The looks; it belongs into the page and cannot be seen.
    """

    def __init__(self, small: SmallPictures) -> None:
        self._small = small
        self._sent: set[int] = set()
        # All share its layout and style: each would be sent along with a message of its own.
        self._first = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self._first], layout={"display": "none"})

    def class_name(self, row: int) -> str:
        """Return the class name of a picture."""
        return f"cliplab-{self.widget.model_id[:8]}-{row}"

    def read(self, rows: Sequence[int]) -> dict[int, str]:
        """Return those of the pictures that the page lacks; it takes time and changes nothing."""
        lacking = [row for row in rows if row not in self._sent]
        begins_anew = len(self._sent) + len(lacking) > _N_KEPT
        return {row: self._small.uri(row) for row in (rows if begins_anew else lacking)}

    def send(self, pictures: dict[int, str]) -> None:
        """Give the page pictures; one that has had very many of them begins anew."""
        if not pictures:
            return
        if len(self._sent | pictures.keys()) > _N_KEPT:
            for each in self.widget.children[1:]:
                each.close()
            self._sent.clear()
            self.widget.children = (self._first,)
        looks = render(
            "explorer/style/templates/image_looks.html",
            looks=[(self.class_name(row), uri) for row, uri in pictures.items()],
        )
        layout, style = self._first.layout, self._first.style
        sent = ipywidgets.HTML(looks, layout=layout, style=style)
        self.widget.children = (*self.widget.children, sent)
        self._sent |= pictures.keys()
