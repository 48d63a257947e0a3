"""Datasets of images at hand: a list or a table of paths, of Pillow's images, of pixels."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from cliplab._core.validation import require_one_of, user_path, wrong_value
from cliplab.images.columns import image_dataset, is_missing
from cliplab.images.decoding import upright_rgb

if TYPE_CHECKING:
    import datasets
    import pandas as pd


def list_dataset(images: Any, classes: Sequence[Any] | None) -> datasets.Dataset:
    """Return the dataset of `ImageSet.from_list`, which says what is allowed."""
    if isinstance(images, str | bytes) or not isinstance(images, Iterable):
        must = "be a list of paths, of PIL.Image.Image or of arrays (a folder? load_folder(…))"
        raise TypeError(wrong_value("images", must, images))
    column = image_column(images, "images")
    if not column:
        raise ValueError(wrong_value("images", "hold at least one image", "none"))
    columns: dict[str, Any] = {"image": column, "image_id": _numbers(len(column))}
    if classes is not None:
        if len(classes) != len(column):
            must = f"have one class for each of {len(column)} images"
            raise ValueError(wrong_value("classes", must, len(classes)))
        columns["class_label"] = list(classes)
    return image_dataset(columns)


def table_dataset(table: pd.DataFrame, image: str, class_label: str | None) -> datasets.Dataset:
    """Return the dataset of `ImageSet.from_pandas`, which says what is allowed."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(wrong_value("table", "be a pandas.DataFrame", type(table).__name__))
    names = [str(name) for name in table.columns]
    require_one_of("image", image, names)
    columns: dict[str, Any] = {
        "image": image_column(table[image], image),
        "image_id": _numbers(len(table)),
    }
    if class_label is not None:
        require_one_of("class_label", class_label, names)
        columns["class_label"] = table[class_label].tolist()
    for name in names:
        if name not in (image, class_label):
            values = [None if is_missing(value) else value for value in table[name].tolist()]
            columns[name] = [str(value) for value in values] if name == "image_id" else values
    return image_dataset(columns)


def image_column(items: Iterable[Any], name: str) -> list[str | bytes | None]:
    """Return what a dataset stores of some images: a path, or the bytes of a PNG file.

    Raises
    ------
    TypeError
        If one of them is neither a path nor an image of Pillow nor an array.
    ValueError
        If an array has another shape or other numbers than an image.
    """
    return [_stored(item, name, row) for row, item in enumerate(items)]


def _stored(item: Any, name: str, row: int) -> str | bytes | None:
    if is_missing(item):
        return None
    if isinstance(item, str | os.PathLike):
        return str(user_path(item).absolute())
    if isinstance(item, np.ndarray):
        item = _from_pixels(item, name, row)
    if not isinstance(item, Image.Image):
        must = "hold paths, images of Pillow (PIL.Image.Image) or arrays of pixels"
        raise TypeError(wrong_value(name, must, item, f" in row {row}"))
    buffer = io.BytesIO()
    upright_rgb(item).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _from_pixels(pixels: np.ndarray[Any, Any], name: str, row: int) -> Image.Image:
    is_shaped = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if not is_shaped or not pixels.size:
        must = "hold arrays of the shape (height, width) or (height, width, 3 or 4)"
        raise ValueError(wrong_value(name, must, pixels.shape, f" in row {row}"))
    if pixels.dtype != np.uint8:
        must = "hold numbers from 0 to 255 in uint8 (`(255 * pixels).astype('uint8')`?)"
        raise ValueError(wrong_value(name, must, str(pixels.dtype), f" in row {row}"))
    return Image.fromarray(np.ascontiguousarray(pixels))


def _numbers(n_images: int) -> list[str]:
    """Return ids for images that have none: their numbers, as wide as the last."""
    width = len(str(max(n_images - 1, 0)))
    return [f"{row:0{width}}" for row in range(n_images)]
