"""The vectors of a store, read in portions: as many as a disk holds, in little memory."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.kinds import count
from cliplab._core.plain_text import plain
from cliplab._core.rows import row_numbers
from cliplab._core.validation import user_path
from cliplab.embeddings.keys import KEY_SIZE, image_key
from cliplab.embeddings.points import Points, checked_unit_rows
from cliplab.embeddings.portions import N_ROWS
from cliplab.embeddings.store import MADE_BY, is_new, is_whole, shards_in
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    from cliplab.images.image_set import ImageSet


@checked
class StoredEmbeddings(Points):
    """Embeddings that `encode_images` has stored on disk, however many there are.

    They are read in portions. Only the keys of the images are in memory, 16 bytes for each. An
    image whose vector is stored twice has one row. Rows are in the order of the store, which is
    not the order of your images: `rows_of` returns the row of each image.

    Parameters
    ----------
    folder : path-like
        A store, as it was given to `encode_images`, with the vectors of one model. Or, in a store
        with several models, the folder of one of them.
    keys : ndarray of shape (n_images,), optional
        Which images to take, by the `keys` of other StoredEmbeddings. Default: all of them.

    Attributes
    ----------
    folder : pathlib.Path
        The folder with the vectors.
    provenance : mapping of str to str
        How the vectors were made: model, weights, preprocessing and precision.
    keys : ndarray of shape (n_images,)
        The key of the image of each row, as bytes: a hash of the image's file.

    Raises
    ------
    FileNotFoundError
        If there are no vectors, or none of these images.
    ValueError
        If there are vectors of several models, or how they were made cannot be read.

    Warns
    -----
    UserWarning
        If files are left out: damaged ones, copies that are not complete yet, and those of a newer
        version of cliplab.

    Examples
    --------
    >>> import tempfile
    >>> from cliplab import ClipEncoder, load_storybook
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vectors = ClipEncoder("storybook").encode_images(load_storybook(20), store=folder)
    ...     stored = StoredEmbeddings(folder)
    ...     print(stored, [len(portion) for portion in stored.portions(8)])
    StoredEmbeddings of 20 rows with 128 features, made by storybook [8, 8, 4]
    """

    def __init__(
        self, folder: str | os.PathLike[str], keys: NDArray[np.void] | None = None
    ) -> None:
        self.folder = _folder_of_one_model(user_path(folder))
        self.provenance: Mapping[str, str] = MappingProxyType(_made_by(self.folder))
        paths = _usable(shards_in(self.folder))
        # Fixed-width bytes take 150 MB for nine million keys, Python's own bytes a gigabyte.
        keys_of_shards = [_read(path, "keys").view("S16").ravel() for path in paths]
        all_keys = np.concatenate([np.empty(0, "S16"), *keys_of_shards])
        is_taken = np.zeros(len(all_keys), dtype=bool)
        is_taken[np.unique(all_keys, return_index=True)[1]] = True  # The first of equal keys.
        if keys is not None:
            is_taken &= np.isin(all_keys, np.asarray(keys).view("S16"))
        if not is_taken.any():
            raise FileNotFoundError(_no_vectors(self.folder))
        ends = np.cumsum([len(some) for some in keys_of_shards], dtype=np.intp)
        taken = [np.flatnonzero(part) for part in np.split(is_taken, ends[:-1])]
        # For each shard its path, and which of its rows are taken.
        self._shards = [(path, rows) for path, rows in zip(paths, taken, strict=True) if rows.size]
        self._ends = np.cumsum([len(rows) for _, rows in self._shards])
        self._checked: set[Path] = set()
        # numpy drops the zeros at the end of bytes, but not of void.
        self.keys = all_keys[is_taken].view("V16")
        self.keys.setflags(write=False)
        self._n_features = self._vectors(0, np.array([0])).shape[1]

    @property
    def model(self) -> str:
        """The name of the model that made the vectors."""
        return self.provenance["model"]

    @property
    def shape(self) -> tuple[int, int]:
        """The number of images, and the number of features of each."""
        return len(self.keys), self._n_features

    @property
    def space(self) -> str:
        """The name of the space of these vectors, as for `Embeddings`."""
        return "embedding"

    def __len__(self) -> int:
        return len(self.keys)

    def rows_of(self, images: ImageSet) -> NDArray[np.intp]:
        """Return the row of each image.

        Rows are in the order of the store, which is not the order of the images.

        Parameters
        ----------
        images : ImageSet
            Images whose vectors are stored here. Their files are read.

        Returns
        -------
        ndarray of shape (n_images,)
            ``clustering.cluster_labels[stored.rows_of(images)]`` are the labels of the images.

        Raises
        ------
        ValueError
            If an image has no vector here.
        """
        row_of = {key: row for row, key in enumerate(self.keys.tolist())}
        keys = [image_key(images.file_bytes(row)) for row in range(len(images))]
        missing = [row for row, key in enumerate(keys) if key not in row_of]
        if missing:
            raise ValueError(
                f"`images` must be images whose vectors are stored. Got {len(missing)} others "
                f"instead, the first is {images.image_ids[missing[0]]}."
            )
        return np.array([row_of[key] for key in keys])

    @checked(size=count(1))
    def portions(self, size: int = N_ROWS) -> Iterator[NDArray[np.float32]]:
        """Yield all vectors in the order of their rows, some at a time.

        Parameters
        ----------
        size : int, default=4096
            How many at a time. The last portion may be smaller.

        Yields
        ------
        ndarray of shape (at most size, n_features)
            Unit vectors.
        """
        for start in range(0, len(self), size):
            rows = np.arange(start, min(start + size, len(self)))
            # A store holds the vectors as the network returns them.
            yield checked_unit_rows(self._rows(rows))

    def __getitem__(self, rows: ArrayLike | slice) -> Embeddings:
        """Read some vectors into memory: a number, a slice, a mask or a list of rows."""
        wanted = np.atleast_1d(row_numbers("rows", rows, len(self)))
        if not wanted.size:
            return self[:1][wanted]  # None, with as many features.
        return Embeddings(self._rows(wanted), self.model, self.provenance)

    def _rows(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Read rows in any order, each shard once."""
        vectors = np.empty((len(rows), self._n_features), dtype=np.float32)
        shard_of = np.searchsorted(self._ends, rows, side="right")
        for shard in np.unique(shard_of):
            places = np.flatnonzero(shard_of == shard)
            first = self._ends[shard] - len(self._shards[shard][1])
            vectors[places] = self._vectors(shard, rows[places] - first)
        return vectors

    def _vectors(self, shard: int, rows: NDArray[np.intp]) -> NDArray[Any]:
        """Read some of the rows that are taken of a shard; before the first time, check it."""
        path, taken = self._shards[shard]
        if path not in self._checked:
            if not is_whole(path):
                raise ValueError(_damaged(path))
            self._checked.add(path)
        wanted = taken[rows]
        first, last = int(wanted.min()), int(wanted.max())
        return _read(path, "vectors", slice(first, last + 1))[wanted - first]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        raise TypeError(
            "`embeddings` must be vectors in memory. Got StoredEmbeddings instead: read some of "
            "them into memory, for example stored[::100]."
        )

    def __repr__(self) -> str:
        n_images, n_features = self.shape
        return (
            f"StoredEmbeddings of {n_images:,} rows with {n_features} features, "
            f"made by {self.model}"
        )


def _folder_of_one_model(folder: Path) -> Path:
    if (folder / MADE_BY).is_file():
        return folder
    models = sorted(path.parent for path in folder.glob(f"*/{MADE_BY}"))
    if not models:
        raise FileNotFoundError(_no_vectors(folder))
    if len(models) > 1:
        names = ", ".join(repr(model.name) for model in models)
        raise ValueError(
            f"`folder` must hold the vectors of one model. Got {str(folder)!r} instead, which "
            f"holds those of several: name one of its folders {names}."
        )
    return models[0]


def _made_by(folder: Path) -> dict[str, str]:
    try:
        found: Any = json.loads((folder / MADE_BY).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(_damaged(folder / MADE_BY)) from error
    is_known = isinstance(found, dict) and isinstance(found.get("model"), str)
    if not is_known or not all(isinstance(value, str) for value in found.values()):
        raise ValueError(_damaged(folder / MADE_BY))
    return dict(plain(found))


def _usable(paths: list[Path]) -> list[Path]:
    """Return the shards that can be read, and warn of the others."""
    usable: list[Path] = []
    newer: list[Path] = []
    damaged: list[Path] = []
    for path in paths:
        # What was damaged earlier is removed when images are encoded. What is read is checked.
        is_damaged = is_new(path) and not is_whole(path)
        if not is_damaged and _has_form(path):
            usable.append(path)
        else:
            (newer if not is_damaged and is_whole(path) else damaged).append(path)
    for left_out, why in (
        (newer, "of a newer version of cliplab: update it to use them"),
        (damaged, "damaged, or are still being written by another program"),
    ):
        if left_out:
            files = f"{len(left_out)} files in {str(left_out[0].parent)!r}"
            warnings.warn(f"{files} are left out: they are {why}.", stacklevel=4)
    return usable


def _has_form(path: Path) -> bool:
    """Return whether a shard has one key for each vector, by its header."""
    import safetensors

    try:
        with safetensors.safe_open(path, "numpy") as opened:
            keys, vectors = opened.get_slice("keys"), opened.get_slice("vectors")
            kinds = keys.get_dtype(), vectors.get_dtype()
            shapes = keys.get_shape(), vectors.get_shape()
    except Exception:  # The library raises nearly anything for what it does not know.
        return False
    is_known = kinds == ("U8", "F32") and len(shapes[1]) == 2
    return is_known and shapes[0] == [shapes[1][0], KEY_SIZE]


def _no_vectors(folder: Path) -> str:
    return (
        "`folder` must be a store that `encode_images` has filled. "
        f"Got {str(folder)!r} instead, where there are no vectors."
    )


def _read(path: Path, name: str, rows: slice = slice(None)) -> NDArray[Any]:
    """Read rows of an array in a shard; only these are taken from the disk."""
    import safetensors

    try:
        with safetensors.safe_open(path, "numpy") as opened:
            array: NDArray[Any] = opened.get_slice(name)[rows]
            return array
    except (OSError, safetensors.SafetensorError) as error:
        raise ValueError(_damaged(path)) from error


def _damaged(path: Path) -> str:
    return (
        f"`folder` must hold undamaged files. Got {path.name} instead, which is gone or damaged: "
        "encode the same images again, which adds what is missing, and open the folder again."
    )
