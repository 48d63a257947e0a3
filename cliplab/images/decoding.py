"""One image, from the bytes of a file to upright RGB, or the reason why it cannot be read."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

# More than most cameras take. Decoding an image of this size needs up to 1.2 GB.
MAX_PIXELS = 50_000_000
MAX_BYTES = 100_000_000
# Programs and vector graphics: Pillow would start other programs to read them.
_REFUSED_FORMATS = {"EPS", "WMF"}
# The format of many phones, which Pillow does not read.
_HEIC = {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"}


def decode_image(data: bytes, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Decode an image from the bytes of a file: the first one in it, upright, in RGB.

    EXIF orientation is applied, transparent pixels are blended with white, 16-bit and
    floating-point grey levels are reduced to 8 bits.

    Parameters
    ----------
    data : bytes
        A file in any format that Pillow reads, except PostScript and Windows metafiles.
    max_pixels : int
        A larger image is refused before memory is allocated for it.

    Returns
    -------
    PIL.Image.Image
        In mode RGB.

    Raises
    ------
    ValueError
        If it is not an image, is damaged or too large; the message is the reason in a few words.

    Examples
    --------
    >>> decode_image(b"<html>Not found</html>")
    Traceback (most recent call last):
    ...
    ValueError: text instead of an image, perhaps a web page
    """
    if not data:
        raise ValueError("an empty file")
    require_decodable_size(len(data))
    try:
        with Image.open(io.BytesIO(data), formats=_formats()) as image:
            _require_pixels(image, max_pixels)
            image.load()
            return to_rgb(_upright(image))
    except _TooLargeError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"too large: {_first_line(error)}") from error
    except UnidentifiedImageError as error:
        is_text = data.lstrip()[:1] == b"<"
        raise ValueError(
            "text instead of an image, perhaps a web page"
            if is_text
            else "HEIC, which has to be exported as JPEG"
            if data[4:12] in _HEIC
            else "not an image that Pillow can read"
        ) from error
    except MemoryError:
        raise  # Not the fault of the file.
    except Exception as error:  # Damaged files make Pillow raise nearly anything.
        raise ValueError(f"damaged: {_first_line(error)}") from error


def require_decodable_size(n_bytes: int) -> None:
    """Refuse a file by its size, before it is read.

    Raises
    ------
    ValueError
        If it has more than 100 MB; the message is the reason in a few words.
    """
    if n_bytes > MAX_BYTES:
        raise ValueError(
            f"too large: {n_bytes / 1e6:.0f} MB, where {MAX_BYTES / 1e6:.0f} MB are allowed"
        )


class _TooLargeError(ValueError):
    """An image has more pixels than a computer in a classroom can hold."""


def _formats() -> list[str]:
    Image.init()
    return [name for name in Image.ID if name not in _REFUSED_FORMATS]


def _require_pixels(image: Image.Image, max_pixels: int) -> None:
    """Refuse an image by its header, before memory is allocated for it."""
    width, height = image.size
    if width * height > max_pixels:
        raise _TooLargeError(
            f"too large: {width} × {height} pixels, "
            f"where {max_pixels / 1e6:.0f} million are allowed"
        )


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # Damaged EXIF data is no reason to lose the image.
        return image


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert an image of any mode to RGB: transparent becomes white, grey levels get 8 bits.

    Parameters
    ----------
    image : PIL.Image.Image
        In any mode.

    Returns
    -------
    PIL.Image.Image
        In mode RGB; the same object if it is in RGB already.

    Examples
    --------
    >>> to_rgb(Image.new("RGBA", (1, 1), (0, 0, 0, 0))).getpixel((0, 0))
    (255, 255, 255)
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _eight_bits(image).convert("RGB")
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        white = Image.new("RGBA", layers.size, "white")
        return Image.alpha_composite(white, layers).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Reduce 16 bits to the upper 8; of wider numbers, stretch the range that occurs."""
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        return Image.fromarray((values >> 8).astype(np.uint8))
    values = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
    darkest, brightest = float(values.min()), float(values.max())
    if darkest == brightest:  # Nothing to stretch: the grey level itself, clipped to 8 bits.
        return Image.new("L", image.size, int(min(max(darkest, 0), 255)))
    # Halved before the subtraction, which would overflow with extreme values.
    span = brightest / 2 - darkest / 2
    return Image.fromarray(((values / 2 - darkest / 2) / span * 255).astype(np.uint8))


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
