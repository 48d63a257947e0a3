"""The vectors of a store, read portion by portion: as many as a disk holds, in little memory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.validation import require_count
from cliplab.embeddings.points import Points, checked_unit_rows
from cliplab.embeddings.store import is_whole, picture_key
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    from cliplab.images.image_set import ImageSet

_MADE_BY = "made_by.json"


class StoredEmbeddings(Points):
    """Vectors that `encode_images` has kept on disk, however many there are.

    Only the keys of the pictures stand in memory, 16 bytes for each. A picture whose vector is
    kept twice counts once. Rows stand in the order in which they were kept, and not in that of
    your images: `rows_of` says where each is.

    Parameters
    ----------
    folder : path-like
        A store, as it was named to `encode_images`, with the vectors of one model; or the folder
        of one of several models in it.
    keys : array-like of shape (n_pictures,), optional
        Which pictures' vectors, by the `keys` of other shards; all that are kept when left out.

    Attributes
    ----------
    folder : pathlib.Path
        Where the shards are.
    made_by : mapping of str to str
        Which model made the vectors, with its weights, preparation and precision.
    keys : ndarray of shape (n_images,)
        Which picture each row is of: what ``picture_key`` says of its file, as bytes.

    Raises
    ------
    FileNotFoundError
        If there are no vectors, or none of these pictures.
    ValueError
        If there are those of several models.

    Examples
    --------
    >>> import tempfile
    >>> from cliplab import ClipEncoder, load_storybook
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vectors = ClipEncoder("storybook").encode_images(load_storybook(20), store=folder)
    ...     shards = StoredEmbeddings(folder)
    ...     print(shards, [len(portion) for portion in shards.portions(8)])
    StoredEmbeddings with 20 vectors of 128 features, made by storybook [8, 8, 4]
    """

    def __init__(self, folder: str | os.PathLike[str], keys: ArrayLike | None = None) -> None:
        self.folder = _folder_of_one_model(Path(folder).expanduser())
        self.made_by: Mapping[str, str] = MappingProxyType(
            json.loads((self.folder / _MADE_BY).read_bytes())
        )
        self._whole: set[Path] = set()
        paths = sorted(self.folder.glob("*.safetensors"))
        # Fixed-width bytes rather than Python's own: of nine million, 150 MB instead of a
        # gigabyte.
        parts = [_tensor(path, "keys").view("S16").ravel() for path in paths]
        all_keys = np.concatenate([np.empty(0, "S16"), *parts])
        firsts = np.unique(all_keys, return_index=True)[1]
        is_first = np.zeros(len(all_keys), dtype=bool)
        is_first[firsts] = True
        if keys is not None:
            is_first &= np.isin(all_keys, np.asarray(keys).view("S16"))
        ends = np.cumsum([len(some) for some in parts], dtype=np.intp)
        kept = [np.flatnonzero(part) for part in np.split(is_first, ends[:-1])] if parts else []
        self._shards = [(path, rows) for path, rows in zip(paths, kept, strict=True) if rows.size]
        # As void they keep the zeros at their ends.
        self.keys = all_keys[is_first].view("V16")
        self.keys.setflags(write=False)
        if not self._shards:
            raise FileNotFoundError(_no_vectors(self.folder))
        self._n_features = self._vectors(self._shards[0][0]).shape[1]

    @property
    def shape(self) -> tuple[int, int]:
        """How many vectors there are, and how many features each has."""
        return len(self.keys), self._n_features

    @property
    def space(self) -> str:
        """The name of the space of these vectors, as for `Embeddings`."""
        return "embedding"

    def __len__(self) -> int:
        return len(self.keys)

    def rows_of(self, images: ImageSet) -> NDArray[np.intp]:
        """Say in which row the vector of each image is.

        The rows of a store stand in the order in which they were kept, which is not that of the
        images.

        Parameters
        ----------
        images : ImageSet
            Whose vectors are here.

        Returns
        -------
        ndarray of shape (n_images,)
            ``clustering.cluster_labels[shards.rows_of(images)]`` goes with the images.

        Raises
        ------
        ValueError
            If an image has no vector here.
        """
        row_of = {key: row for row, key in enumerate(self.keys.tolist())}
        keys = [picture_key(images.file_bytes(row)) for row in range(len(images))]
        missing = [row for row, key in enumerate(keys) if key not in row_of]
        if missing:
            raise ValueError(
                f"`images` must be among those whose vectors are kept. Got {len(missing)} that "
                f"are not instead, the first is {images.image_ids[missing[0]]}."
            )
        return np.array([row_of[key] for key in keys])

    def portions(self, size: int = 4096) -> Iterator[NDArray[np.float32]]:
        """Yield all vectors in the order of their rows, some at a time.

        Parameters
        ----------
        size : int, default=4096
            How many at a time; the last portion may be smaller.

        Yields
        ------
        ndarray of shape (at most size, n_features)
            Unit vectors.
        """
        require_count("size", size, 1)
        waiting: list[NDArray[np.float32]] = []
        n_waiting = 0
        for path, rows in self._shards:
            vectors = self._vectors(path)
            if len(rows) < len(vectors):
                vectors = vectors[rows]
            while n_waiting + len(vectors) >= size:
                own, vectors = np.split(vectors, [size - n_waiting])
                # A store keeps what the network said; all else is reckoned with unit vectors.
                yield checked_unit_rows(np.vstack([*waiting, own]))
                waiting, n_waiting = [], 0
            if len(vectors):
                # A copy, for a view would keep the whole shard in memory beside the next one.
                waiting.append(vectors.copy())
                n_waiting += len(vectors)
            del vectors
        if waiting:
            yield checked_unit_rows(np.vstack(waiting))

    def __getitem__(self, rows: ArrayLike | slice) -> Embeddings:
        """Take some vectors into memory: a slice, a mask or a list of rows."""
        is_none = not isinstance(rows, slice) and np.size(rows) == 0
        places = rows if isinstance(rows, slice) else np.asarray(rows)
        wanted = np.atleast_1d(np.arange(len(self))[slice(0) if is_none else places])
        if not wanted.size:
            raise ValueError("`rows` must name at least one vector. Got none instead.")
        vectors = np.empty((len(wanted), self._n_features), dtype=np.float32)
        start = 0
        for path, own in self._shards:
            places = np.flatnonzero((wanted >= start) & (wanted < start + len(own)))
            if places.size:
                vectors[places] = self._vectors(path)[own[wanted[places] - start]]
            start += len(own)
        return Embeddings(vectors, self.made_by["model"], self.made_by)

    def _vectors(self, path: Path) -> NDArray[np.float32]:
        """Read a shard; at the first time see that it is what its name says."""
        if path not in self._whole:
            if not is_whole(path):
                raise ValueError(_damaged(path))
            self._whole.add(path)
        return _tensor(path, "vectors")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        raise TypeError(
            "`embeddings` must be vectors in memory. Got StoredEmbeddings instead: take some into "
            "memory, shards[::100], or use cluster_shards, sweep_shards or project_shards."
        )

    def __repr__(self) -> str:
        n_vectors, n_features = self.shape
        return (
            f"StoredEmbeddings with {n_vectors:,} vectors of {n_features} features, "
            f"made by {self.made_by['model']}"
        )


def _folder_of_one_model(folder: Path) -> Path:
    if (folder / _MADE_BY).is_file():
        return folder
    models = sorted(path.parent for path in folder.glob(f"*/{_MADE_BY}"))
    if not models:
        raise FileNotFoundError(_no_vectors(folder))
    if len(models) > 1:
        names = ", ".join(repr(model.name) for model in models)
        raise ValueError(
            f"`folder` must hold the vectors of one model. Got {str(folder)!r} instead, which "
            f"holds those of several: name one of its folders {names}."
        )
    return models[0]


def _no_vectors(folder: Path) -> str:
    return (
        "`folder` must be a store that `encode_images` has filled. "
        f"Got {str(folder)!r} instead, where there are no vectors."
    )


def _tensor(path: Path, name: str) -> NDArray[Any]:
    import safetensors

    try:
        with safetensors.safe_open(path, "numpy") as opened:
            tensor: NDArray[Any] = opened.get_tensor(name)
            return tensor
    except (OSError, safetensors.SafetensorError) as error:
        raise ValueError(_damaged(path)) from error


def _damaged(path: Path) -> str:
    return (
        f"`folder` must hold whole shards. Got {path.name} instead, which is gone or damaged: "
        "encode the same images again, which makes what is missing, and open the folder anew."
    )
