"""Which columns of a dataset hold images, classes or anything else, and what each becomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cliplab._core.validation import wrong_value
from cliplab.images.decoding import decode_image
from cliplab.sources.hub.plan import Request
from cliplab.sources.hub.row_groups import open_on_hub

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

# Names with a meaning in an ImageSet; in another dataset they may mean something else.
_OURS = ("image", "image_id", "class_label")
_CREDITS = ("author", "title", "license", "url")


class Columns:
    """What each column of a dataset becomes in an ImageSet.

    Parameters
    ----------
    request : Request
        Which columns are asked for.
    features : datasets.Features
        The columns of the dataset.

    Attributes
    ----------
    image : str
        The column that holds the images.
    needed : list of str
        All columns that are read.
    features : datasets.Features
        The columns of the ImageSet.

    Raises
    ------
    ValueError
        If a column that is asked for does not exist, or none holds images.
    """

    def __init__(self, request: Request, features: datasets.Features) -> None:
        import datasets

        self._split = request.split
        self.image = _image_column(features, request.image_column, request.name)
        self._label = _label_column(features, request.label_column, request.name)
        classes = _class_label(features, self._label)
        taken = [self.image, self._label if classes else None]
        self._others = _other_columns(features, taken)
        self.needed = [each for each in (*taken, *self._others) if each]
        kinds = {"image": datasets.Image(), "image_id": datasets.Value("string")}
        if classes:
            kinds["class_label"] = classes
        kinds |= {name: features[column] for column, name in self._others.items()}
        self._has_license = "license" in kinds
        if not self._has_license:
            kinds["license"] = datasets.Value("string")
        self.features = datasets.Features(kinds)

    @property
    def class_column(self) -> str | None:
        """The column of the ImageSet that holds class names, where there are no integer codes."""
        if self._label is None or "class_label" in self.features:
            return None
        return self._others[self._label]

    def row(self, number: int, raw: dict[str, Any], license_name: str) -> dict[str, Any]:
        """Return one row as an ImageSet has it; an image that cannot be read raises ValueError."""
        data = _file_of(raw[self.image])
        decode_image(data)
        row: dict[str, Any] = {"image": {"bytes": data, "path": None}}
        row["image_id"] = self.name(number)
        if self._label is not None and "class_label" in self.features:
            code = raw[self._label]
            is_known = code is not None and 0 <= code < len(self.features["class_label"].names)
            row["class_label"] = code if is_known else -1
        if not self._has_license:
            row["license"] = license_name
        return row | {name: raw[column] for column, name in self._others.items()}

    def table(self, rows: list[dict[str, Any]]) -> pa.Table:
        """Return rows as a table of pyarrow, with the types of the columns."""
        import datasets

        columns = {name: [row[name] for row in rows] for name in self.features}
        return datasets.Dataset.from_dict(columns, features=self.features).data.table

    def name(self, number: int) -> str:
        """Return an image id made from a row number, for names in the dataset may repeat."""
        return f"{self._split}-{number}"


def _image_column(features: datasets.Features, requested: str | None, name: str) -> str:
    """Return the column that holds the images: the requested one, or the first of that kind.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    import datasets

    columns: list[str] = [
        each for each, kind in features.items() if isinstance(kind, datasets.Image)
    ]
    if requested is not None and requested in features:
        return requested
    if requested is not None or not columns:
        must = f"be a column of {name} that holds images, out of {list(features)!r}"
        raise ValueError(wrong_value("image_column", must, requested))
    return columns[0]


def _label_column(features: datasets.Features, requested: str | None, name: str) -> str | None:
    """Return the column that holds the classes: the requested one, or the only ClassLabel.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    import datasets

    if requested is not None:
        kind = features.get(requested)
        is_one_value = isinstance(kind, datasets.ClassLabel | datasets.Value)
        if not is_one_value or kind == datasets.Value("binary"):
            must = f"be a column of {name} with one value an image, out of {list(features)!r}"
            raise ValueError(wrong_value("label_column", must, requested))
        return requested
    columns = [each for each, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
    return columns[0] if len(columns) == 1 else None


def _other_columns(features: datasets.Features, taken: Sequence[str | None]) -> dict[str, str]:
    """Return the name in an ImageSet of each other column.

    Images, sounds and raw bytes are left out.
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


def _class_label(features: datasets.Features, column: str | None) -> Any | None:
    """Return the type of a column where it has class names already."""
    import datasets

    kind = features.get(column) if column else None
    return kind if isinstance(kind, datasets.ClassLabel) else None


def _file_of(cell: Any) -> bytes:
    """Return the file in a cell, or the file on the Hub whose address is in the cell."""
    data, path = (cell.get("bytes"), cell.get("path")) if isinstance(cell, dict) else (cell, None)
    if isinstance(data, bytes):
        return data
    if isinstance(path, str) and path.startswith("hf://"):
        try:
            with open_on_hub(path) as file:
                return bytes(file.read())
        except FileNotFoundError as error:
            raise ValueError("a file that the Hub does not have") from error
    raise ValueError("not in the dataset itself, which has only its address")
