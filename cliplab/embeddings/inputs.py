"""The images to encode: those of an ImageSet, which have files, or a list of Pillow's images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from PIL import Image

from cliplab.embeddings.keys import image_key
from cliplab.images.decoding import upright_rgb
from cliplab.images.image_set import ImageSet


class FileImages:
    """The images of an ImageSet."""

    def __init__(self, images: ImageSet) -> None:
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def name(self, row: int) -> str:
        """Return what an error calls the image."""
        return str(self._images.image_ids[row])

    def read(self, row: int) -> bytes:
        """Return the file of the image."""
        with _readable(row):
            return self._images.file_bytes(row)

    def key(self, _row: int, file: bytes | None) -> bytes:
        """Return the key of the image in a store, by its file."""
        return image_key(file or b"")

    def decode(self, row: int, file: bytes | None) -> Image.Image:
        """Decode the image, from its file where that was read before."""
        with _readable(row):
            return self._images[row] if file is None else self._images.decode(row, file=file)


class PillowImages:
    """A list of Pillow's images, which have no files."""

    def __init__(self, images: Sequence[Image.Image]) -> None:
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def name(self, row: int) -> str:
        """Return what an error calls the image."""
        return str(row)

    def read(self, _row: int) -> None:
        """Return no file."""

    def key(self, row: int, _file: bytes | None) -> bytes:
        """Return the key of the image in a store, by the pixels that are encoded."""
        image = self.decode(row, None)
        return image_key(f"{image.mode} {image.size} None".encode() + image.tobytes())

    def decode(self, row: int, _file: bytes | None) -> Image.Image:
        """Return the image, upright and in RGB; Pillow reads it from its file only now."""
        with _readable(row):
            self._images[row].load()
            return upright_rgb(self._images[row])


InputImages: TypeAlias = FileImages | PillowImages


def input_images(images: object) -> InputImages:
    """Return the images to encode behind one interface.

    Raises
    ------
    TypeError
        If they are neither an ImageSet nor a list of Pillow's images.
    ValueError
        If there is none.
    """
    found: InputImages
    if isinstance(images, ImageSet):
        found = FileImages(images)
    else:
        wrong = images
        if isinstance(images, Sequence):
            wrong = next((each for each in images if not isinstance(each, Image.Image)), None)
        if not isinstance(images, Sequence) or wrong is not None:
            raise TypeError(
                "`images` must be an ImageSet or a list of images, each a PIL.Image.Image. "
                f"Got {type(wrong).__name__} instead."
            )
        found = PillowImages(images)
    if len(found) == 0:
        raise ValueError("`images` must hold at least one image. Got none instead.")
    return found


@contextmanager
def _readable(row: int) -> Iterator[None]:
    """Report the number of an image that cannot be read."""
    try:
        yield
    except (OSError, SyntaxError) as error:
        raise ValueError(
            f"`images` must be images that can be read. Number {row} cannot: {error}"
        ) from error
