"""Upright pictures: by their own notes or by the table of Open Images, never by both."""

from __future__ import annotations

import io
import math

from PIL import Image

_JPEG = b"\xff\xd8"
_ORIENTATION = 0x0112
# Degrees to turn against the clock, and how EXIF says that.
_AS_EXIF = {90: 8, 180: 3, 270: 6}


def turn_upright(file: bytes, degrees: float) -> bytes:
    """Note in a JPEG file how it has to be turned, unless it says so itself already.

    The picture itself is not touched: whatever reads it turns it by the note.

    Parameters
    ----------
    file : bytes
        A picture.
    degrees : float
        How far it has to be turned against the clock, by the table of Open Images; NaN where
        nobody knows.

    Returns
    -------
    bytes
        The file, with a note or as it was.
    """
    orientation = None if math.isnan(degrees) else _AS_EXIF.get(int(degrees))
    if orientation is None or not file.startswith(_JPEG) or _turns_itself(file):
        return file
    return _JPEG + _note(orientation) + file[len(_JPEG) :]


def turned_by(file: bytes) -> str:
    """Say by what a picture from `turn_upright` is turned: "table", "camera" or "nothing"."""
    if any(file.startswith(_JPEG + _note(orientation)) for orientation in _AS_EXIF.values()):
        return "table"
    return "camera" if _turns_itself(file) else "nothing"


def _turns_itself(file: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(file)) as image:
            return image.getexif().get(_ORIENTATION, 1) in range(2, 9)
    except Exception:  # Notes that cannot be read turn nothing.
        return False


def _note(orientation: int) -> bytes:
    notes = Image.Exif()
    notes[_ORIENTATION] = orientation
    content = notes.tobytes()
    content = content if content.startswith(b"Exif\0\0") else b"Exif\0\0" + content
    return b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content
