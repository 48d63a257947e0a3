"""Images with their ids, known classes and credits: the start of every lesson."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.validation import require_one_of, wrong_value
from cliplab.images.credits import Attribution, Credits
from cliplab.images.decoding import decode_picture

if TYPE_CHECKING:
    import datasets
    import pandas as pd
    from PIL.Image import Image

_CREDIT_COLUMNS = ("author", "title", "license", "url", "author_url", "license_url")
# What is kept of each image for the record; nobody colours a plot by it.
_RECORD_COLUMNS = ("source_url", "sha256", "retrieved", "changes")
_N_SHOWN = 16
_SHOWN_SIZE = 96


@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Images that keep their ids, known classes and credits together.

    Row *i* of everything that is made from an image set belongs to image *i*.

    Parameters
    ----------
    dataset : datasets.Dataset
        One row an image. Columns with a meaning of their own: ``image`` (a
        ``datasets.Image``, required), ``image_id`` (unique strings, required), ``class_label``
        (a ``datasets.ClassLabel``), ``author``, ``title``, ``license``, ``url``, ``author_url``
        and ``license_url``, and for the record ``source_url``, ``sha256``, ``retrieved`` and
        ``changes``. Every other column is a known factor that can be used to colour a plot.
    skipped : sequence of (name, reason), default=()
        What was left out when the images were loaded, and why.
    provenance : mapping, default={}
        Where the images come from: ``"source"``, and what it takes to draw the same sample again.
        Only what JSON can hold.

    Attributes
    ----------
    image_ids : ndarray of shape (n_images,)
        Names, unique within the set.
    class_labels : ndarray of shape (n_images,)
        The known classes as codes into `class_names`; -1 where none is known.
    class_names : tuple of str
        What the codes mean.
    attribution : tuple of Attribution
        Author, title, licence and link of every image.

    Raises
    ------
    ValueError
        If a required column is missing or two images share an id.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> images = load_storybook(n_images=30)
    >>> images[0].size
    (128, 128)
    >>> images[[2, 4, 6]]
    ImageSet of 3 images, 3 with a class out of 16
    """

    dataset: datasets.Dataset
    skipped: tuple[tuple[str, str], ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    image_ids: NDArray[np.str_] = field(init=False)
    class_labels: NDArray[np.int64] = field(init=False)
    class_names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        columns = self.dataset.column_names
        for required in ("image", "image_id"):
            if required not in columns:
                raise ValueError(wrong_value("dataset", f"have a column {required!r}", columns))
        image_ids = np.array(self.dataset["image_id"][:], dtype=np.str_)
        if len(np.unique(image_ids)) != len(image_ids):
            raise ValueError("`dataset` must have one id for each image. Got an id twice instead.")
        labels, names = _classes(self.dataset)
        for array in (image_ids, labels):
            array.setflags(write=False)
        # A frozen dataclass is filled once, here; after this nothing changes.
        object.__setattr__(self, "skipped", tuple(self.skipped))
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))
        object.__setattr__(self, "image_ids", image_ids)
        object.__setattr__(self, "class_labels", labels)
        object.__setattr__(self, "class_names", names)

    def __len__(self) -> int:
        return len(self.image_ids)

    @overload
    def __getitem__(self, index: int | np.integer[Any]) -> Image: ...
    @overload
    def __getitem__(self, index: slice | ArrayLike | Sequence[int]) -> ImageSet: ...
    def __getitem__(self, index: Any) -> Image | ImageSet:
        if isinstance(index, int | np.integer):
            return self._picture(int(index))
        if not isinstance(index, slice):
            index = np.asarray(index)
            # An empty list has no type of its own yet; it selects nothing.
            index = index if index.dtype == bool else index.astype(np.intp)
        rows = np.arange(len(self))[index]
        return ImageSet(self.dataset.select(rows), self.skipped, self.provenance)

    def __iter__(self) -> Iterator[Image]:
        return (self._picture(i) for i in range(len(self)))

    def _picture(self, i: int) -> Image:
        data = self.file_bytes(i)
        try:
            return decode_picture(data)
        except ValueError as error:
            raise ValueError(f"The picture {self.image_ids[i]} is {error}.") from error

    def file_bytes(self, index: int) -> bytes:
        r"""Return the file of one image as it was loaded, not yet decoded.

        Parameters
        ----------
        index : int
            Which image.

        Returns
        -------
        bytes
            A file in a format that Pillow reads.

        Raises
        ------
        IndexError
            If there is no such image.
        FileNotFoundError
            If the image stood in a file of its own that is gone.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> load_storybook(n_images=1).file_bytes(0)[:4]
        b'\x89PNG'
        """
        if not -len(self) <= index < len(self):
            raise IndexError(wrong_value("index", f"be below {len(self)}", index))
        file: dict[str, Any] = self._files[index % len(self)]["image"]
        if file["bytes"] is not None:
            return bytes(file["bytes"])
        try:
            return Path(file["path"]).read_bytes()
        except OSError as error:
            raise FileNotFoundError(
                f"The picture {self.image_ids[index]} was in a file that can no longer be read "
                f"({error.strerror}). Load the images again."
            ) from error

    @cached_property
    def _files(self) -> datasets.Dataset:
        """The pictures as files, without what is known about them, which takes as long to fetch."""
        import datasets

        return self.dataset.select_columns("image").cast_column(
            "image", datasets.Image(decode=False)
        )

    @property
    def attribution(self) -> tuple[Attribution, ...]:
        """Author, title, licence and links of every image."""
        return tuple(Attribution(**row) for row in self._texts(_CREDIT_COLUMNS))

    def credits(self) -> Credits:
        """Return who made the images, to be shown and saved wherever they are.

        Returns
        -------
        Credits
            A table, a page and files, with one row an image.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> load_storybook(n_images=3).credits()
        Credits of 3 images
        """
        record = self._texts(_RECORD_COLUMNS)
        citation = str(self.provenance.get("citation", ""))
        return Credits(self.image_ids.tolist(), self.attribution, record, citation)

    def _texts(self, columns: Sequence[str]) -> list[dict[str, str]]:
        """Return some columns row by row, without those that there are not."""
        known = [name for name in columns if name in self.dataset.column_names]
        values = [[str(value or "") for value in self.dataset[name][:]] for name in known]
        if not known:
            return [{} for _ in range(len(self))]
        return [dict(zip(known, row, strict=True)) for row in zip(*values, strict=True)]

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the columns that say one thing about an image beside its class and credits."""
        import datasets

        taken = {"image", "image_id", "class_label", *_CREDIT_COLUMNS, *_RECORD_COLUMNS}
        single = (datasets.Value, datasets.ClassLabel)
        features = self.dataset.features.items()
        return tuple(
            name for name, kind in features if name not in taken and isinstance(kind, single)
        )

    def factor(self, column: str) -> list[Any]:
        """Say what is known about each image in one respect.

        Parameters
        ----------
        column : str
            One of `factors`.

        Returns
        -------
        list of length n_images
            Numbers, truth values or text; None where nothing is known.

        Raises
        ------
        ValueError
            If there is no such column.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> load_storybook(n_images=3).factor("color")
        ['purple', 'brown', 'red']
        """
        require_one_of("column", column, self.factors)
        values = self.dataset[column][:]
        names = getattr(self.dataset.features[column], "names", None)
        if names is not None:
            return [names[code] if code is not None and code >= 0 else None for code in values]
        return list(values)

    def with_classes(self, column: str) -> ImageSet:
        """Take another known factor as the class of each image.

        Parameters
        ----------
        column : str
            A column of text, for example ``"color"`` of the storybook.

        Returns
        -------
        ImageSet
            The same images; `class_labels` and `class_names` come from `column`.

        Raises
        ------
        ValueError
            If there is no such column.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> load_storybook(n_images=100).with_classes("place").class_names[:2]
        ('beach', 'city')
        """
        import datasets

        values = ["" if value is None else str(value) for value in self.factor(column)]
        names = sorted(set(values) - {""})
        codes = [names.index(value) if value else -1 for value in values]
        table = self.dataset
        if "class_label" in table.column_names:
            table = table.remove_columns("class_label")
        table = table.add_column("class_label", codes, feature=datasets.ClassLabel(names=names))
        return ImageSet(table, self.skipped, self.provenance)

    def to_pandas(self) -> pd.DataFrame:
        """Everything that is known about the images, one row an image.

        Returns
        -------
        pandas.DataFrame
            Every column of the dataset but the pictures themselves, and ``class_name``.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> load_storybook(n_images=3).to_pandas().shape[0]
        3
        """
        frame: pd.DataFrame = self.dataset.remove_columns("image").to_pandas()
        if self.class_names:
            frame["class_name"] = [
                self.class_names[label] if label >= 0 else None for label in self.class_labels
            ]
        return frame

    def __repr__(self) -> str:
        known = int((self.class_labels >= 0).sum())
        left_out = f", {len(self.skipped)} skipped" if self.skipped else ""
        return (
            f"ImageSet of {len(self)} images, {known} with a class "
            f"out of {len(self.class_names)}{left_out}"
        )

    def _repr_html_(self) -> str:
        shown = enumerate(self.attribution[:_N_SHOWN])
        pictures = "".join(_picture_html(self, i, credit) for i, credit in shown)
        return (
            f"<div>{html.escape(repr(self))}</div>"
            f'<div style="display: flex; flex-wrap: wrap; gap: 6px">{pictures}</div>'
        )


def _classes(dataset: datasets.Dataset) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return each image's class as a code, -1 where none is known, and what the codes mean."""
    if "class_label" not in dataset.column_names:
        return np.full(len(dataset), -1), ()
    feature = dataset.features["class_label"]
    names = getattr(feature, "names", None)
    if names is None:
        must = "have a datasets.ClassLabel as its column 'class_label'"
        raise ValueError(wrong_value("dataset", must, feature))
    codes = [-1 if code is None else code for code in dataset["class_label"][:]]
    return np.array(codes, dtype=np.int64), tuple(names)


def _picture_html(images: ImageSet, i: int, credit: Attribution) -> str:
    small = images[i]
    small.thumbnail((_SHOWN_SIZE, _SHOWN_SIZE))
    buffer = io.BytesIO()
    small.save(buffer, format="JPEG", quality=85)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    name = html.escape(f"{images.image_ids[i]}: {credit}", quote=True)
    return (
        f'<figure style="margin: 0; width: {_SHOWN_SIZE}px">'
        f'<img src="data:image/jpeg;base64,{data}" alt="{name}" title="{name}" '
        'style="border-radius: 4px; margin: 0"><figcaption style="font-size: 10px; '
        'line-height: 1.3; overflow: hidden; white-space: nowrap; color: #767676">'
        f"{credit.to_short_html()}</figcaption></figure>"
    )
