"""What an image is: upright RGB, from a file's bytes or from Pillow, or why it cannot be read."""

from __future__ import annotations

import contextlib
import io
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

# More than most cameras take. Decoding an image of this size needs up to 0.6 GB.
MAX_PIXELS = 50_000_000
# Larger images are decoded one at a time: four threads then need 1.2 GB, and not up to 4 GB.
_LARGE = 16_000_000
_turn = threading.RLock()
# What is computed from the pixels of an image takes so many of them at a time.
_STRIP = 4_000_000
# How TIFF files begin. Of damaged ones libtiff prints each line that it cannot read.
_TIFF = (b"II", b"MM")
MAX_BYTES = 100_000_000
# Programs and vector graphics: Pillow would start other programs to read them.
_REFUSED_FORMATS = {"EPS", "WMF"}
# The format of many phones, which Pillow does not read.
_HEIC = {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"}


def decode_image(data: bytes, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Decode an image from the bytes of a file: the first one in it, upright, in RGB.

    EXIF orientation is applied, transparent pixels are blended with white, wider grey levels are
    reduced to 8 bits, as `upright_rgb` says.

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
        with _opened(data) as image:
            _require_pixels(image, max_pixels)
            with _alone_if_large(image):
                with _quiet_libtiff(data):
                    image.load()
                return upright_rgb(image)
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
        what = "of a kind that Pillow cannot read" if _is_unsupported(error) else "damaged"
        raise ValueError(f"{what}: {_first_line(error)}") from error


@contextlib.contextmanager
def alone_if_large(data: bytes | None) -> Iterator[None]:
    """Wait until no other large image is in work, if this is one; the others go on.

    For what is done with an image between decoding and letting it go.

    Parameters
    ----------
    data : bytes or None
        The bytes of its file, if there is one.
    """
    try:
        with _opened(data or b"") as image:
            turn = _alone_if_large(image)
    except Exception:  # Whoever decodes it will say what is wrong.
        turn = contextlib.nullcontext()
    with turn:
        yield


def _alone_if_large(image: Image.Image) -> contextlib.AbstractContextManager[object]:
    return _turn if image.width * image.height > _LARGE else contextlib.nullcontext()


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """Open an image without warnings of Pillow on a notebook's screen."""
    # For all threads: `catch_warnings` in several at once would leave them all switched off. Once:
    # each time it would come before the user's own filters, and make Python forget what it said.
    if _NO_WARNINGS_OF_PILLOW not in warnings.filters:
        warnings.filterwarnings("ignore", module=_PILLOW)
    with Image.open(io.BytesIO(data), formats=_formats()) as image:
        yield image


_PILLOW = r"PIL\."
_NO_WARNINGS_OF_PILLOW = ("ignore", None, Warning, re.compile(_PILLOW), 0)


class _Quiet:
    """Drops what libraries write to the stream of errors, while at least one thread is inside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_inside = 0
        self._stream = -1

    def __enter__(self) -> None:
        with self._lock, contextlib.suppress(OSError):  # Some programs have no such stream.
            if self._n_inside == 0:
                self._stream = os.dup(2)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 2)
                os.close(nowhere)
            self._n_inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._n_inside = max(0, self._n_inside - 1)
            if self._n_inside == 0 and self._stream >= 0:
                os.dup2(self._stream, 2)
                os.close(self._stream)
                self._stream = -1


_QUIET = _Quiet()


def _quiet_libtiff(data: bytes) -> contextlib.AbstractContextManager[object]:
    return _QUIET if data[:2] in _TIFF else contextlib.nullcontext()


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


def _is_unsupported(error: Exception) -> bool:
    """Return whether a file may be whole, and Pillow or this build of it lacks what it takes."""
    words = ("unsupported", "not supported", "not available", "not implemented", "unknown")
    return isinstance(error, NotImplementedError | KeyError) or any(
        word in str(error).lower() for word in words
    )


def upright_rgb(image: Image.Image) -> Image.Image:
    """Return an image as it is encoded and shown: upright, in RGB.

    Parameters
    ----------
    image : PIL.Image.Image
        In any mode. EXIF orientation is applied. Transparent pixels are blended with white. Of grey
        levels with more than 8 bits the upper 8 are kept of as many bits as are used: 8, 10, 12, 14
        or 16; of other numbers the range that occurs is stretched.

    Returns
    -------
    PIL.Image.Image
        In mode RGB; the same object if it is so already.

    Examples
    --------
    >>> upright_rgb(Image.new("RGBA", (1, 1), (0, 0, 0, 0))).getpixel((0, 0))
    (255, 255, 255)
    """
    image = _upright(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _eight_bits(image)
    if image.has_transparency_data:
        return _in_strips(image, _on_white)
    return image if image.mode == "RGB" else image.convert("RGB")


def _in_strips(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Change an image to RGB strip by strip: what lies between takes little memory."""
    changed = Image.new("RGB", image.size)
    for top, strip in _strips(image):
        changed.paste(change(strip), (0, top))
    return changed


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    height = max(1, _STRIP // image.width)
    for top in range(0, image.height, height):
        yield top, image.crop((0, top, image.width, min(top + height, image.height)))


def _on_white(image: Image.Image) -> Image.Image:
    layers = image.convert("RGBA")
    white = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(white, layers).convert("RGB")


def _upright(image: Image.Image) -> Image.Image:
    try:
        # In place it would change the caller's image, and a copy is dear where nothing is to do.
        is_turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
        return ImageOps.exif_transpose(image) if is_turned else image
    except Exception:  # Damaged EXIF data is no reason to lose the image.
        return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Reduce whole numbers of up to 16 bits to the upper 8; of others, stretch the range."""
    ends = [
        (values.min(), values.max()) for values in (_numbers(each) for _, each in _strips(image))
    ]
    darkest = float(min(low for low, _ in ends))
    brightest = float(max(high for _, high in ends))

    def shades(values: NDArray[Any]) -> NDArray[Any]:
        if image.mode != "F" and darkest >= 0 and brightest < 2**16:
            # Cameras and microscopes store 10 or 12 bits in 16.
            n_bits = max(8, int(brightest).bit_length())
            return values >> (n_bits + n_bits % 2 - 8)
        if darkest == brightest:  # Nothing to stretch: the grey level itself, clipped to 8 bits.
            return np.full(values.shape, min(max(darkest, 0), 255))
        # Halved before the subtraction, which would overflow with extreme values.
        span = brightest / 2 - darkest / 2
        stretched: NDArray[Any] = (values.astype(np.float32) / 2 - darkest / 2) / span * 255
        return stretched

    return _in_strips(
        image,
        lambda strip: Image.fromarray(shades(_numbers(strip)).astype(np.uint8)).convert("RGB"),
    )


def _numbers(image: Image.Image) -> NDArray[Any]:
    values = np.asarray(image)
    return np.nan_to_num(values, posinf=0, neginf=0) if image.mode == "F" else values


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
