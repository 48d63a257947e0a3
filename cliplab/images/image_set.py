"""Images with their ids, known classes and credits: the start of every lesson."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.device import n_cores
from cliplab._core.html import render
from cliplab._core.kinds import PLAIN, several
from cliplab._core.plain_text import plain
from cliplab._core.rows import row_number, row_numbers
from cliplab._core.validation import require_one_of, wrong_value
from cliplab._core.worker_threads import WorkerThreads
from cliplab.images.columns import (
    CREDIT_COLUMNS,
    RECORD_COLUMNS,
    Texts,
    classes_of,
    factor_names,
    factor_values,
    plain_dataset,
    require_columns,
    with_class_column,
)
from cliplab.images.credits import Attribution, Credits
from cliplab.images.files import ImageFiles
from cliplab.images.items import list_dataset, table_dataset
from cliplab.images.thumbnails import data_uri

if TYPE_CHECKING:
    import datasets
    import pandas as pd
    from PIL.Image import Image

_N_SHOWN = 16
_SHOWN_SIZE = 96
_LIST = several(Iterable, PLAIN["Any"])._replace(
    words="a list of paths, of Pillow's images or of arrays", classes=("list",)
)
_MAX_WORKERS = 4


@checked
@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Images together with their ids, known classes and credits.

    Row *i* of everything that is computed from an image set belongs to image *i*.

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
        Where the images come from: ``"source"``, and what is needed to draw the same sample
        again. Only what JSON can hold.

    Attributes
    ----------
    image_ids : ndarray of shape (n_images,)
        Names, unique within the set.
    class_labels : ndarray of shape (n_images,)
        The known classes, as integer codes into `class_names`; -1 where none is known.
    class_names : tuple of str
        The class of each code.
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
        require_columns(self.dataset)
        object.__setattr__(self, "dataset", plain_dataset(self.dataset))
        image_ids = np.array(self.dataset["image_id"][:], dtype=np.str_)
        if len(np.unique(image_ids)) != len(image_ids):
            raise ValueError("`dataset` must have one id for each image. Got an id twice instead.")
        labels, names = classes_of(self.dataset)
        for array in (image_ids, labels):
            array.setflags(write=False)
        # A frozen dataclass is filled once, here; after this nothing changes.
        object.__setattr__(self, "skipped", plain(tuple(self.skipped)))
        object.__setattr__(self, "provenance", MappingProxyType(plain(self.provenance)))
        object.__setattr__(self, "image_ids", image_ids)
        object.__setattr__(self, "class_labels", labels)
        object.__setattr__(self, "class_names", names)

    @classmethod
    @checked(images=_LIST)
    def from_list(cls, images: Iterable[Any], *, classes: Sequence[Any] | None = None) -> ImageSet:
        """Make an image set of a list of images: paths, Pillow's images or arrays of pixels.

        Parameters
        ----------
        images : iterable
            Each a path, a ``PIL.Image.Image``, or an array of shape (height, width), (height,
            width, 3) or (height, width, 4) in uint8. An array of shape (n_images, height, width,
            3) is a list of such arrays.
        classes : sequence of length n_images, optional
            The known class of each image; None, "" or NaN where there is none.

        Returns
        -------
        ImageSet
            Its ids are the numbers of the images.

        Raises
        ------
        TypeError
            If one of the images is none of these.
        ValueError
            If there is none, or not one class for each.

        Examples
        --------
        >>> import numpy as np
        >>> ImageSet.from_list(np.zeros((2, 8, 8, 3), dtype=np.uint8), classes=["night", None])
        ImageSet of 2 images, 1 with a class out of 1
        """
        return cls(list_dataset(images, classes), provenance={"source": "list"})

    @classmethod
    def from_pandas(
        cls, table: pd.DataFrame, *, image: str = "image", class_label: str | None = None
    ) -> ImageSet:
        """Make an image set of a table with one row an image.

        Parameters
        ----------
        table : pandas.DataFrame
            A column has the images, as in `from_list`. ``image_id``, if it is there, has unique
            names. Every other column is kept: as credits where it has their names, as a known
            factor otherwise.
        image : str, default="image"
            The column with the images, often paths.
        class_label : str, optional
            The column with the known classes.

        Returns
        -------
        ImageSet
            In the order of the table.

        Raises
        ------
        TypeError
            If `table` is no DataFrame, or one of the images is no image.
        ValueError
            If a column is missing, or two images share an id.

        Examples
        --------
        >>> import pandas as pd
        >>> from PIL import Image
        >>> table = pd.DataFrame({"photo": [Image.new("RGB", (8, 8))], "kind": ["night"]})
        >>> ImageSet.from_pandas(table, image="photo", class_label="kind")
        ImageSet of 1 images, 1 with a class out of 1
        """
        return cls(table_dataset(table, image, class_label), provenance={"source": "table"})

    def __len__(self) -> int:
        return len(self.image_ids)

    @overload
    def __getitem__(self, index: int | np.integer[Any]) -> Image: ...
    @overload
    def __getitem__(self, index: slice | ArrayLike | Sequence[int]) -> ImageSet: ...
    def __getitem__(self, index: Any) -> Image | ImageSet:
        rows = row_numbers("index", index, len(self))
        if isinstance(rows, int):
            return self._files.decode(rows)
        if len(np.unique(rows)) < len(rows):  # Their ids would be the same.
            twice = int(np.flatnonzero(np.bincount(rows) > 1)[0])
            raise ValueError(wrong_value("index", "name each image once", twice, " twice"))
        return ImageSet(self.dataset.select(rows), self.skipped, self.provenance)

    def __iter__(self) -> Iterator[Image]:
        return (self[i] for i in range(len(self)))

    def without_unreadable(self) -> ImageSet:
        """Return the images that can be read; the others are listed in its `skipped`.

        Every image is decoded once, so this takes some seconds for a thousand photographs.

        Returns
        -------
        ImageSet
            The same images in the same order, without those that are missing or damaged.

        Raises
        ------
        ValueError
            If none of them can be read.

        Examples
        --------
        >>> images = ImageSet.from_list([np.zeros((8, 8), dtype=np.uint8), "no such file.png"])
        >>> found = images.without_unreadable()
        >>> len(found), [name for name, reason in found.skipped]
        (1, ['1'])
        """
        with WorkerThreads(min(_MAX_WORKERS, n_cores())) as pool:
            flaws = list(pool.map(self._files.flaw, range(len(self))))
        good = [row for row, flaw in enumerate(flaws) if flaw is None]
        skipped = [(str(self.image_ids[i]), flaw) for i, flaw in enumerate(flaws) if flaw]
        if not good:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in skipped[:3])
            raise ValueError(wrong_value("images", "hold one that can be read", reasons))
        return ImageSet(self.dataset.select(good), (*self.skipped, *skipped), self.provenance)

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
            If the image was in a file that no longer exists.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> load_storybook(n_images=1).file_bytes(0)[:4]
        b'\x89PNG'
        """
        return self._files.read(row_number("index", index, len(self)))

    def decode(self, index: int, *, file: bytes) -> Image:
        """Decode one image from its file, which `file_bytes` has returned.

        Parameters
        ----------
        index : int
            Which image.
        file : bytes
            Its file.

        Returns
        -------
        PIL.Image.Image
            The same as ``images[index]``, which reads the file again.

        Raises
        ------
        ValueError
            If it cannot be decoded.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> images = load_storybook(n_images=1)
        >>> images.decode(0, file=images.file_bytes(0)).size
        (128, 128)
        """
        return self._files.decode(row_number("index", index, len(self)), file)

    def small_copy(self, index: int) -> Image:
        """Return one image with fewer pixels, for thumbnails.

        An image that was decoded before, for example to encode it, is not decoded again.

        Parameters
        ----------
        index : int
            Which image.

        Returns
        -------
        PIL.Image.Image
            In RGB. A large image is reduced until its shorter side has 128 pixels.

        Raises
        ------
        IndexError
            If there is no such image.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> load_storybook(n_images=1).small_copy(0).size
        (128, 128)
        """
        return self._files.small_copy(row_number("index", index, len(self)))

    @cached_property
    def _files(self) -> ImageFiles:
        return ImageFiles(self.dataset, self.image_ids.tolist())

    @cached_property
    def _credits(self) -> Texts:
        return Texts(self.dataset, CREDIT_COLUMNS)

    @property
    def attribution(self) -> tuple[Attribution, ...]:
        """Author, title, licence and links of every image."""
        return self.attribution_of(range(len(self)))

    def attribution_of(self, rows: slice | ArrayLike | Sequence[int]) -> tuple[Attribution, ...]:
        """Return author, title, licence and links of some images, without reading the others.

        Parameters
        ----------
        rows : slice, mask or sequence of int
            Which images, as in ``images[rows]``.

        Returns
        -------
        tuple of Attribution
            In the order of `rows`.

        Raises
        ------
        IndexError
            If there is no such image.

        Examples
        --------
        >>> from cliplab import load_storybook
        >>> print(*load_storybook(n_images=9).attribution_of([3]))
        “a brown octopus in the sea” by cliplab, CC0 1.0
        """
        numbers = np.atleast_1d(row_numbers("rows", rows, len(self)))
        read = self._credits.read(numbers.tolist())
        return tuple(Attribution(**row) for row in read)

    def credits(self) -> Credits:
        """Return the credits of the images, to show and save with them.

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
        record = Texts(self.dataset, RECORD_COLUMNS).read()
        citation = str(self.provenance.get("citation", ""))
        return Credits(self.image_ids.tolist(), self.attribution, record, citation)

    @property
    def factors(self) -> tuple[str, ...]:
        """The names of the columns with one value for each image, except class and credits."""
        return factor_names(self.dataset)

    def factor(self, column: str) -> list[Any]:
        """Return the values of one known factor.

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
        return factor_values(self.dataset, column)

    def with_classes(self, column: str) -> ImageSet:
        """Return the same images with another known factor as their class.

        Parameters
        ----------
        column : str
            One of `factors`, for example ``"color"`` of the storybook.

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
        table = with_class_column(self.dataset, self.factor(column))
        return ImageSet(table, self.skipped, self.provenance)

    def to_pandas(self) -> pd.DataFrame:
        """Return all that is known about the images, one row for each image.

        Returns
        -------
        pandas.DataFrame
            Every column of the dataset except the images themselves, and ``class_name``.

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
        # What a source took for the classes, where that was its own guess.
        taken = f" (classes: {self.provenance['classes']})" if "classes" in self.provenance else ""
        return (
            f"ImageSet of {len(self)} images, {known} with a class "
            f"out of {len(self.class_names)}{taken}{left_out}"
        )

    def _repr_html_(self) -> str:
        shown = [
            {"uri": self._shown(i), "name": f"{self.image_ids[i]}: {credit}", "credit": credit}
            for i, credit in enumerate(self.attribution_of(range(min(_N_SHOWN, len(self)))))
        ]
        template = "images/templates/image_set.html"
        return render(template, summary=repr(self), images=shown, size=_SHOWN_SIZE)

    def _shown(self, row: int) -> str:
        small = self.small_copy(row)
        small.thumbnail((_SHOWN_SIZE, _SHOWN_SIZE))
        return data_uri(small)
