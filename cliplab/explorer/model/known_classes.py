"""Which columns of the images are known classes, with which clusters can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cliplab.images.image_set import ImageSet

# More are names and no classes, as captions or files have them.
_MOST_CLASSES = 100


def class_columns(images: ImageSet) -> tuple[str, ...]:
    """Return the names of the columns that are classes, that of `class_labels` first.

    A column is one if it has words that at least two images share on average. Numbers are amounts,
    truth values are marks, and captions and ids differ from image to image. The images' own class
    is ``"class"``, or the column that it was taken from.
    """
    values = {name: images.factor(name) for name in images.factors}
    columns = [name for name in values if _are_classes(values[name])]
    own = _own_classes(images)
    if any(own):
        first = next((name for name in columns if values[name] == own), "class")
        columns = [first, *(name for name in columns if name != first)]
    return tuple(columns)


def with_known(images: ImageSet, column: str) -> ImageSet:
    """Return the images with one of these columns as their class."""
    return images if column == "class" else images.with_classes(column)


def _own_classes(images: ImageSet) -> list[str | None]:
    names = [*images.class_names, None]  # No class is -1, the last.
    return [names[label] for label in images.class_labels]


def _are_classes(values: Sequence[Any]) -> bool:
    known = [value for value in values if value is not None and value != ""]
    if not all(isinstance(value, str) for value in known):
        return False
    return 2 <= len(set(known)) <= min(_MOST_CLASSES, len(known) / 2)
