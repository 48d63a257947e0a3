"""Small pictures as text that a page can show, read once and kept."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cliplab.explorer.thumbnails import data_uri, thumbnail

if TYPE_CHECKING:
    from cliplab.images import ImageSet

_PIXELS = 112
_N_KEPT = 1024  # About 5 MB.


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
        return data_uri(thumbnail(self._images[row], _PIXELS))
