"""Thumbnails: one by one for pages, many on a sheet for the hover, as files for packs."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

if TYPE_CHECKING:
    from cliplab.images.image_set import ImageSet

# A sheet of 16 × 16 images is small enough to arrive in one message.
SHEET_SIDE = 16


def thumbnail(image: Image.Image, size: int) -> Image.Image:
    """Return the square middle of an image, as CLIP sees it, `size` pixels wide."""
    return ImageOps.fit(image.convert("RGB"), (size, size), Image.Resampling.BILINEAR)


def data_uri(image: Image.Image) -> str:
    """Return an image as text that a page can show: as WebP, half as long as JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, format="WEBP", quality=75)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def sheets(images: ImageSet, size: int) -> Iterator[tuple[int, str]]:
    """Yield sheets of thumbnails as (number, data URI), row by row in the order of the images."""
    per_sheet = SHEET_SIDE**2
    for number, start in enumerate(range(0, len(images), per_sheet)):
        sheet = Image.new("RGB", (SHEET_SIDE * size, SHEET_SIDE * size))
        for i in range(start, min(start + per_sheet, len(images))):
            row, column = divmod(i - start, SHEET_SIDE)
            sheet.paste(thumbnail(images.small_copy(i), size), (column * size, row * size))
        yield number, data_uri(sheet)


def reduced_file(images: ImageSet, row: int, size: int) -> bytes | None:
    """Return a small file of one image, or None where its own file is as small.

    Parameters
    ----------
    images : ImageSet
        The images.
    row : int
        Which image.
    size : int
        Pixels of the longer side, at most.

    Returns
    -------
    bytes or None
        A JPEG file. None where the image has no more pixels and its file no more than `size` ×
        `size` bytes: to encode it again would only blur it.
    """
    image = images[row]
    if max(image.size) <= size and len(images.file_bytes(row)) <= size * size:
        return None
    image.thumbnail((size, size))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
