"""Upright images: rotated by their own EXIF data or by the table of Open Images, never by both."""

from __future__ import annotations

import io
import math

from PIL import Image

_JPEG = b"\xff\xd8"
_ORIENTATION = 0x0112
# Degrees to rotate counterclockwise, and the EXIF orientation that means the same.
_AS_EXIF = {90: 8, 180: 3, 270: 6}


def add_rotation(file: bytes, degrees: float) -> bytes:
    """Add an EXIF orientation to a JPEG file that has none.

    The pixels do not change: a program that shows the image rotates it.

    Parameters
    ----------
    file : bytes
        An image file.
    degrees : float
        How far to rotate it counterclockwise, from the table of Open Images; NaN where it is
        not known.

    Returns
    -------
    bytes
        The file, with an orientation or unchanged.
    """
    orientation = None if math.isnan(degrees) else _AS_EXIF.get(int(degrees))
    if orientation is None or not file.startswith(_JPEG) or _has_orientation(file):
        return file
    return _JPEG + _exif(orientation) + file[len(_JPEG) :]


def rotation_origin(file: bytes) -> str:
    """Return where the rotation of a file from `add_rotation` comes from.

    Returns
    -------
    {"table", "camera", "none"}
        The table of Open Images, or the camera's own EXIF data; "none" for no rotation.
    """
    if any(file.startswith(_JPEG + _exif(orientation)) for orientation in _AS_EXIF.values()):
        return "table"
    return "camera" if _has_orientation(file) else "none"


def _has_orientation(file: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(file)) as image:
            return image.getexif().get(_ORIENTATION, 1) in range(2, 9)
    except Exception:  # Damaged EXIF data rotates nothing.
        return False


def _exif(orientation: int) -> bytes:
    data = Image.Exif()
    data[_ORIENTATION] = orientation
    content = data.tobytes()
    content = content if content.startswith(b"Exif\0\0") else b"Exif\0\0" + content
    return b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content
