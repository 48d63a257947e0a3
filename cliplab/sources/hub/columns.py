"""Which columns of a stranger's dataset are the images, the classes and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datasets

# Names that mean something to an ImageSet; a stranger's column of that name may mean another thing.
_OURS = ("image", "image_id", "class_label")
_CREDITS = ("author", "title", "license", "url")


def find_image_column(features: datasets.Features, asked: str | None, name: str) -> str:
    """Return the column that holds the images: the one asked for, or the first of that kind.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    import datasets

    columns: list[str] = [
        each for each, kind in features.items() if isinstance(kind, datasets.Image)
    ]
    if asked is not None and asked in features:
        return asked
    if asked is not None or not columns:
        raise ValueError(
            f"`image_column` must be a column of {name} that holds images, out of "
            f"{list(features)!r}. Got {asked!r} instead."
        )
    return columns[0]


def find_label_column(features: datasets.Features, asked: str | None, name: str) -> str | None:
    """Return the column that holds the classes: the one asked for, or the only ClassLabel.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    import datasets

    if asked is not None:
        if not isinstance(features.get(asked), datasets.ClassLabel | datasets.Value):
            raise ValueError(
                f"`label_column` must be a column of {name} with one value an image, out of "
                f"{list(features)!r}. Got {asked!r} instead."
            )
        return asked
    columns = [each for each, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
    return columns[0] if len(columns) == 1 else None


def find_other_columns(features: datasets.Features, taken: Sequence[str | None]) -> dict[str, str]:
    """Return what each other column that is kept is called in an ImageSet.

    Pictures, sounds and raw bytes are left out.
    """
    import datasets

    text = datasets.Value("string")
    names = {}
    for column, kind in features.items():
        is_media = isinstance(kind, datasets.Image | datasets.Audio)
        if column in taken or is_media or kind == datasets.Value("binary"):
            continue
        is_ours = column in _OURS or (column in _CREDITS and kind != text)
        names[column] = f"hub_{column}" if is_ours else column
    return names


def class_label(features: datasets.Features, column: str | None) -> Any | None:
    """Return the kind of a column where it already names its classes."""
    import datasets

    kind = features.get(column) if column else None
    return kind if isinstance(kind, datasets.ClassLabel) else None
