"""Which columns of a stranger's dataset are images, classes or the rest, and what each becomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cliplab._core.validation import wrong_value
from cliplab.images.decoding import decode_image
from cliplab.sources.hub.plan import Request
from cliplab.sources.hub.row_groups import opened

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

# Names that mean something to an ImageSet; a stranger's column of that name may mean another thing.
_OURS = ("image", "image_id", "class_label")
_CREDITS = ("author", "title", "license", "url")


class Columns:
    """What becomes of each column on the way into an ImageSet.

    Parameters
    ----------
    request : Request
        Which columns were asked for.
    features : datasets.Features
        The columns that there are.

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
        If a column that was asked for is not there, or none holds images.
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
        """The column of the ImageSet that holds the names of the classes, where no codes do."""
        if self._label is None or "class_label" in self.features:
            return None
        return self._others[self._label]

    def row(self, number: int, raw: dict[str, Any], license_name: str) -> dict[str, Any]:
        """Return one row as an ImageSet has it; a bad picture raises ValueError."""
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
        """Return rows as a table of pyarrow, which knows what its columns are."""
        import datasets

        columns = {name: [row[name] for row in rows] for name in self.features}
        return datasets.Dataset.from_dict(columns, features=self.features).data.table

    def name(self, number: int) -> str:
        """Name an image by its place, for names in the dataset may repeat."""
        return f"{self._split}-{number}"


def _image_column(features: datasets.Features, asked: str | None, name: str) -> str:
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
        must = f"be a column of {name} that holds images, out of {list(features)!r}"
        raise ValueError(wrong_value("image_column", must, asked))
    return columns[0]


def _label_column(features: datasets.Features, asked: str | None, name: str) -> str | None:
    """Return the column that holds the classes: the one asked for, or the only ClassLabel.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    import datasets

    if asked is not None:
        kind = features.get(asked)
        is_one_value = isinstance(kind, datasets.ClassLabel | datasets.Value)
        if not is_one_value or kind == datasets.Value("binary"):
            must = f"be a column of {name} with one value an image, out of {list(features)!r}"
            raise ValueError(wrong_value("label_column", must, asked))
        return asked
    columns = [each for each, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
    return columns[0] if len(columns) == 1 else None


def _other_columns(features: datasets.Features, taken: Sequence[str | None]) -> dict[str, str]:
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


def _class_label(features: datasets.Features, column: str | None) -> Any | None:
    """Return the kind of a column where it already names its classes."""
    import datasets

    kind = features.get(column) if column else None
    return kind if isinstance(kind, datasets.ClassLabel) else None


def _file_of(cell: Any) -> bytes:
    """Return the file in a cell, or that which it names on the Hub."""
    data, path = (cell.get("bytes"), cell.get("path")) if isinstance(cell, dict) else (cell, None)
    if isinstance(data, bytes):
        return data
    if isinstance(path, str) and path.startswith("hf://"):
        try:
            with opened(path) as file:
                return bytes(file.read())
        except FileNotFoundError as error:
            raise ValueError("a file that the Hub does not have") from error
    raise ValueError("not in the dataset itself, which has only its address")
