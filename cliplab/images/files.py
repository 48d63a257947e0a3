"""The files of a set of images: read, decoded, and stored as small copies."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from cliplab.images.decoding import decode_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    import datasets

# Pixels of a small copy's shorter side: no thumbnail is larger. A copy takes about 10 kB.
_SHORTER_SIDE = 128
_MAX_COPIES = 2048
# Of longer strips the copy would be as large as the image.
_MAX_ASPECT_RATIO = 8


class ImageFiles:
    """The files of a set of images.

    When a large image is decoded, a small copy of it is stored in memory. A thumbnail is made
    from the copy, so that it does not need the image decoded again.

    Parameters
    ----------
    dataset : datasets.Dataset
        With a column ``image``.
    image_ids : sequence of str
        The name of each image, for errors.
    """

    def __init__(self, dataset: datasets.Dataset, image_ids: Sequence[str]) -> None:
        import datasets

        # One column alone: to fetch the others with each image would take as long again.
        column = dataset.select_columns("image")
        self._table = column.cast_column("image", datasets.Image(decode=False))
        self._image_ids = image_ids
        self._copies: dict[int, bytes] = {}

    def read(self, row: int) -> bytes:
        """Return the file of one image, not yet decoded.

        Raises
        ------
        ValueError
            If there is no image in this row.
        FileNotFoundError
            If the file no longer exists.
        """
        file: dict[str, Any] = self._table[row]["image"] or {"bytes": None, "path": None}
        if file["bytes"] is not None:
            return bytes(file["bytes"])
        if not file["path"]:
            raise ValueError(f"The image {self._image_ids[row]} is missing.")
        try:
            return Path(file["path"]).read_bytes()
        except OSError as error:
            raise FileNotFoundError(
                f"The file of the image {self._image_ids[row]} can no longer be read "
                f"({error.strerror}). Load the images again."
            ) from error

    def decode(self, row: int, file: bytes | None = None) -> Image.Image:
        """Return one image in RGB, decoded from its file if that is given.

        Raises
        ------
        ValueError
            If it cannot be decoded.
        FileNotFoundError
            If its file no longer exists.
        """
        file = self.read(row) if file is None else file
        try:
            image = decode_image(file)
        except ValueError as error:
            raise ValueError(f"The image {self._image_ids[row]} is {error}.") from error
        if row not in self._copies and len(self._copies) < _MAX_COPIES and _is_large(image):
            self._copies[row] = _small_file(image)
        return image

    def flaw(self, row: int) -> str | None:
        """Return why an image cannot be read; None for a good one."""
        try:
            self.decode(row)
        except (ValueError, OSError) as error:
            return str(error)
        return None

    def small_copy(self, row: int) -> Image.Image:
        """Return a copy of one image for thumbnails; it is decoded only if it was not before.

        Raises
        ------
        ValueError
            If it cannot be decoded.
        FileNotFoundError
            If its file no longer exists.
        """
        if row not in self._copies:
            image = self.decode(row)
            if row not in self._copies:
                return image
        return decode_image(self._copies[row])


def _is_large(image: Image.Image) -> bool:
    """Return whether a copy, of the same aspect ratio, would be much smaller than the image."""
    shorter, longer = sorted(image.size)
    return shorter > _SHORTER_SIDE and longer <= _MAX_ASPECT_RATIO * shorter


def _small_file(image: Image.Image) -> bytes:
    factor = _SHORTER_SIDE / min(image.size)
    size = (round(image.width * factor), round(image.height * factor))
    buffer = io.BytesIO()
    small = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=1.0)
    small.save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()
