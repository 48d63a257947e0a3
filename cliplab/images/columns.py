"""What the columns of a dataset of images mean: the image, its class, its credits, its factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.validation import wrong_value

if TYPE_CHECKING:
    import datasets

CREDIT_COLUMNS = ("author", "title", "license", "url", "author_url", "license_url")
# What is recorded of each image; nobody colours a plot by it.
RECORD_COLUMNS = ("source_url", "sha256", "retrieved", "changes")


def require_columns(dataset: datasets.Dataset) -> None:
    """Refuse a dataset without images or without their ids.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    columns = dataset.column_names
    for required in ("image", "image_id"):
        if required not in columns:
            raise ValueError(wrong_value("dataset", f"have a column {required!r}", columns))


def classes_of(dataset: datasets.Dataset) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the known class of each image, and the names of the classes.

    Returns
    -------
    class_labels : ndarray of shape (n_images,)
        Integer codes; -1 where no class is known.
    class_names : tuple of str
        The class of each code.

    Raises
    ------
    ValueError
        If the classes have no names.
    """
    if "class_label" not in dataset.column_names:
        return np.full(len(dataset), -1), ()
    feature = dataset.features["class_label"]
    names = getattr(feature, "names", None)
    if names is None:
        must = "have a datasets.ClassLabel as its column 'class_label'"
        raise ValueError(wrong_value("dataset", must, feature))
    codes = [-1 if code is None else code for code in dataset["class_label"][:]]
    return np.array(codes, dtype=np.int64), tuple(names)


def texts_of(dataset: datasets.Dataset, columns: Sequence[str]) -> list[dict[str, str]]:
    """Return some columns as text, one dict an image; columns that do not exist are left out."""
    existing = [name for name in columns if name in dataset.column_names]
    if not existing:
        return [{} for _ in range(len(dataset))]
    values = [[str(value or "") for value in dataset[name][:]] for name in existing]
    return [dict(zip(existing, row, strict=True)) for row in zip(*values, strict=True)]


def factor_names(dataset: datasets.Dataset) -> tuple[str, ...]:
    """Return the columns with one value an image, other than its class and credits."""
    import datasets

    taken = {"image", "image_id", "class_label", *CREDIT_COLUMNS, *RECORD_COLUMNS}
    single = (datasets.Value, datasets.ClassLabel)
    features = dataset.features.items()
    return tuple(name for name, kind in features if name not in taken and isinstance(kind, single))


def factor_values(dataset: datasets.Dataset, column: str) -> list[Any]:
    """Return the values of one column, with names in place of integer codes."""
    values = dataset[column][:]
    names = getattr(dataset.features[column], "names", None)
    if names is None:
        return list(values)
    return [names[code] if code is not None and code >= 0 else None for code in values]


def with_class_column(dataset: datasets.Dataset, values: Sequence[Any]) -> datasets.Dataset:
    """Return the dataset with other known classes: one value an image, None or "" for no class."""
    import datasets

    texts = ["" if value is None else str(value) for value in values]
    names = sorted(set(texts) - {""})
    codes = [names.index(text) if text else -1 for text in texts]
    if "class_label" in dataset.column_names:
        dataset = dataset.remove_columns("class_label")
    return dataset.add_column("class_label", codes, feature=datasets.ClassLabel(names=names))
