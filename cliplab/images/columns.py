"""What the columns of a dataset of images mean: the image, its class, its credits, its factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.plain_text import MARKS, plain
from cliplab._core.validation import wrong_value

if TYPE_CHECKING:
    import datasets

CREDIT_COLUMNS = ("author", "title", "license", "url", "author_url", "license_url")
# What is recorded about each image, but is not a factor to colour a plot by.
RECORD_COLUMNS = ("source_url", "sha256", "retrieved", "changes")


def image_dataset(
    columns: Mapping[str, Sequence[Any]], class_names: Sequence[str] | None = None
) -> datasets.Dataset:
    """Return a dataset for an ImageSet, from plain columns: what every source ends with.

    Parameters
    ----------
    columns : mapping of str to sequence
        One value an image. ``image`` (required): paths, the bytes of image files, or None.
        ``image_id`` (required): unique names. ``class_label``: names of the known classes, None
        for no class. The others hold truth values, numbers, lists of text or text, None where
        nothing is known.
    class_names : sequence of str, optional
        All classes, also those without an image; by default those that occur, sorted.

    Returns
    -------
    datasets.Dataset
        One row an image; the classes are a ``datasets.ClassLabel``.

    Examples
    --------
    >>> image_dataset({"image": ["a.jpg"], "image_id": ["a"], "class_label": ["cat"]}).features
    {'image': Image(mode=None, decode=True), 'image_id': Value('string'), \
'class_label': ClassLabel(names=['cat'])}
    """
    import datasets

    features = {name: _feature(values) for name, values in columns.items()}
    features["image"] = datasets.Image()
    rows = dict(columns)
    rows["image"] = [
        {"path": image} if isinstance(image, str) else image and {"bytes": image}
        for image in columns["image"]
    ]
    if "class_label" in columns:
        labels = [None if is_missing(label) else str(label) for label in columns["class_label"]]
        names = list(class_names or sorted({label for label in labels if label is not None}))
        rows["class_label"] = [-1 if label is None else names.index(label) for label in labels]
        features["class_label"] = datasets.ClassLabel(names=names)
    return datasets.Dataset.from_dict(rows, features=datasets.Features(features))


def is_missing(value: Any) -> bool:
    """Return whether a value stands for nothing: None, an empty text, NaN or pandas' NA."""
    import pandas as pd

    if np.ndim(value):
        return False
    return value is None or (isinstance(value, str) and not value) or bool(pd.isna(value))


def _feature(values: Sequence[Any]) -> Any:
    """Return the type of a column; without any value, text."""
    import datasets

    first = next((value for value in values if value is not None), "")
    if isinstance(first, list):
        return [datasets.Value("string")]
    kinds = {bool: "bool", int: "int64", float: "float64"}
    return datasets.Value(kinds.get(type(first), "string"))


def plain_dataset(dataset: datasets.Dataset) -> datasets.Dataset:
    """Return the dataset without marks in its texts, classes and names that turn a line around.

    All that is shown of a stranger's images comes from here. Most datasets have no such mark, and
    are returned as they are.

    Raises
    ------
    ValueError
        If classes or columns differ in such marks only.
    """
    import datasets

    names = plain(dataset.column_names)
    if len(set(names)) < len(names):
        must = "have columns that differ in more than marks of direction"
        raise ValueError(wrong_value("dataset", must, dataset.column_names))
    if names != dataset.column_names:
        dataset = dataset.rename_columns(dict(zip(dataset.column_names, names, strict=True)))
    for name, kind in dataset.features.items():
        classes = getattr(kind, "names", None)
        if classes is not None and plain(classes) != classes:
            if len(set(plain(classes))) < len(classes):
                must = "have classes that differ in more than marks of direction"
                raise ValueError(wrong_value("dataset", must, classes))
            codes = dataset[name][:]
            plain_kind = datasets.ClassLabel(names=plain(classes))
            dataset = dataset.remove_columns(name).add_column(name, codes, feature=plain_kind)
    for name in _marked(dataset):
        texts, kind = plain(dataset[name][:]), dataset.features[name]
        dataset = dataset.remove_columns(name).add_column(name, texts, feature=kind)
    return dataset


def _marked(dataset: datasets.Dataset) -> list[str]:
    """Return the columns of texts, or of lists of texts, where one has a mark of direction."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def is_list(kind: pa.DataType) -> bool:
        return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))

    def holds_texts(kind: pa.DataType) -> bool:
        inner = kind.value_type if is_list(kind) else kind
        return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))

    schema = dataset.features.arrow_schema
    names = [name for name in dataset.column_names if holds_texts(schema.field(name).type)]
    if not names or not len(dataset):
        return []
    # Read from Arrow, and only the rows that the dataset has.
    table = dataset.select_columns(names).with_format("arrow")[:]
    found = []
    for name in names:
        texts = pc.list_flatten(table[name]) if is_list(table[name].type) else table[name]
        if pc.any(pc.match_substring_regex(texts, f"[{MARKS}]")).as_py():
            found.append(name)
    return found


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


class Texts:
    """Some columns of a dataset as text; columns that do not exist are left out.

    Rows are read from Arrow: through the features of `datasets` each read takes milliseconds.

    Parameters
    ----------
    dataset : datasets.Dataset
        With a row for each image.
    columns : sequence of str
        The names of the columns.
    """

    def __init__(self, dataset: datasets.Dataset, columns: Sequence[str]) -> None:
        self._n_rows = len(dataset)
        existing = [name for name in columns if name in dataset.column_names]
        self._table = dataset.select_columns(existing).with_format("arrow") if existing else None

    def read(self, rows: Sequence[int] | None = None) -> list[dict[str, str]]:
        """Return one dict for each of some rows, or for all."""
        rows = range(self._n_rows) if rows is None else rows
        if self._table is None:
            return [{} for _ in rows]
        read = self._table[list(rows)].to_pylist() if len(rows) else []
        return [{name: str(value or "") for name, value in row.items()} for row in read]


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
    """Return the dataset with other known classes: one value an image, missing for no class."""
    import datasets

    texts = ["" if is_missing(value) else str(value) for value in values]
    names = sorted(set(texts) - {""})
    codes = [names.index(text) if text else -1 for text in texts]
    if "class_label" in dataset.column_names:
        dataset = dataset.remove_columns("class_label")
    return with_column(dataset, "class_label", codes, datasets.ClassLabel(names=names))


def with_column(
    dataset: datasets.Dataset, name: str, values: Sequence[Any], feature: Any = None
) -> datasets.Dataset:
    """Return the dataset with one more column.

    Of rows that were chosen before, `datasets` makes a table of their own first, under a progress
    bar that speaks of indices. Nobody has asked for it, so it is not shown.
    """
    import datasets

    was_shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        return dataset.add_column(name, list(values), feature=feature)
    finally:
        if was_shown:
            datasets.enable_progress_bars()
