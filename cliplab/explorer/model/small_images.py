"""The images as small files, each read once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cliplab.images.thumbnails import data_uri, thumbnail

if TYPE_CHECKING:
    from cliplab.images.image_set import ImageSet

_PIXELS = 112
N_KEPT = 1024  # About 3 MB.


class SmallImages:
    """The images of an ImageSet, 112 pixels wide.

    Parameters
    ----------
    images : ImageSet
        The images.
    """

    def __init__(self, images: ImageSet) -> None:
        self._images = images
        self.uri = lru_cache(maxsize=N_KEPT)(self._read)

    def _read(self, row: int) -> str:
        """Return the data URI of an image."""
        return data_uri(thumbnail(self._images.small_copy(row), _PIXELS))
