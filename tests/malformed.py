"""Images that are broken in every way that files break, for tests."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from struct import pack_into

import numpy as np
from PIL import Image

KINDS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "JPEG2000", "PPM", "TGA", "ICO")


def malformed_images(n_images: int, random_state: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield (name, file) of images cut short, with bytes flipped, or with lying headers."""
    rng = random.Random(random_state)
    originals = [_image(kind) for kind in KINDS]
    for number in range(n_images):
        kind = number % len(KINDS)
        data = bytearray(originals[kind])
        way = ("cut", "flipped", "lying")[number // len(KINDS) % 3]
        if way == "cut":
            del data[rng.randrange(len(data)) :]
        elif way == "flipped":
            for _ in range(rng.randint(1, 40)):
                data[rng.randrange(len(data))] ^= rng.randint(1, 255)
        else:
            for _ in range(4):
                place = rng.randrange(min(64, len(data) - 4))
                pack_into("<I", data, place, rng.choice((0, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)))
        yield f"{number:04}-{way}.{KINDS[kind].lower()}", bytes(data)


def _image(kind: str) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()
