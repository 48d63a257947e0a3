"""Embeddings: unit vectors that remember which model made them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.cache import write_whole
from cliplab._core.hub_errors import hub_errors, require_answer, require_name
from cliplab.embeddings.points import Points, checked_unit_rows


@dataclass(frozen=True, eq=False, repr=False)
class Embeddings(Points):
    """One unit vector for each image (or text), and where it came from.

    The dot product of two rows is the cosine similarity of the two images. Any array can be
    wrapped, so the lesson also runs on vectors that do not come from CLIP.

    Parameters
    ----------
    vectors : array-like of shape (n_images, n_features)
        Scaled to unit length when wrapped; kept as float32 that cannot be written to.
    model : str, default="unknown"
        The name of what made the vectors.
    provenance : mapping of str to str, default={}
        How they were made: weights, preprocessing, precision, device.

    Raises
    ------
    ValueError
        If the array is not two-dimensional, is empty, or has a row that is zero or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> embeddings = Embeddings([[3.0, 4.0], [0.0, 2.0]], model="by hand")
    >>> embeddings.vectors.tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 1.0]]
    >>> embeddings
    Embeddings of 2 rows with 2 features, made by by hand
    """

    vectors: NDArray[np.float32]
    model: str = "unknown"
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __init__(
        self,
        vectors: ArrayLike,
        model: str = "unknown",
        provenance: Mapping[str, str] | None = None,
    ) -> None:
        # A frozen dataclass is filled once, here; after this nothing changes.
        object.__setattr__(self, "vectors", checked_unit_rows(vectors))
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "provenance", MappingProxyType(dict(provenance or {})))

    @property
    def shape(self) -> tuple[int, int]:
        """How many vectors there are, and how many features each has."""
        n_images, n_features = self.vectors.shape
        return n_images, n_features

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: Any) -> Embeddings:
        """Take the embeddings of some images: a slice, a mask or a list of rows."""
        return Embeddings(np.atleast_2d(self.vectors[rows]), self.model, self.provenance)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.vectors, dtype=dtype, copy=copy)

    @property
    def space(self) -> str:
        """What these vectors are called where a result says in which space it was measured."""
        return "centered embedding" if self.provenance.get("centered") else "embedding"

    def centered(self) -> Embeddings:
        """Move the mean of all rows to the origin, and scale the rows to unit length again.

        CLIP's image vectors lie together in a narrow cone: any two have a high cosine, because
        all share one direction. Without that direction the cosine tells of what differs. Where
        distances are Euclidean, moving alone would change nothing; it is the new unit length
        that does.

        Returns
        -------
        Embeddings
            Of the same images; its `space` says that it is centred. What is centred already
            stays as it is.

        Raises
        ------
        ValueError
            If a row is the mean itself, and so has no direction left.

        References
        ----------
        Mu, J. and Viswanath, P. (2018). All-but-the-top: simple and effective postprocessing
        for word representations. International Conference on Learning Representations.

        Examples
        --------
        >>> Embeddings([[1.0, 0.0], [0.0, 1.0]]).centered().vectors.round(2).tolist()
        [[0.7099999785423279, -0.7099999785423279], [-0.7099999785423279, 0.7099999785423279]]
        """
        if self.space == "centered embedding":
            return self
        moved = self.vectors - self.vectors.mean(axis=0, dtype=np.float64)
        return Embeddings(moved, self.model, {**self.provenance, "centered": "yes"})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the vectors and where they came from into one file.

        Parameters
        ----------
        path : path-like
            A safetensors file, which other programs read too; ``.safetensors`` is usual. It is
            there whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Embeddings([[1.0, 0.0]], model="by hand").save(f"{folder}/one.safetensors")
        ...     load_embeddings(f"{folder}/one.safetensors")
        Embeddings of 1 rows with 2 features, made by by hand
        """
        import safetensors.numpy

        told = {"model": self.model, "provenance": json.dumps(dict(self.provenance))}
        content = safetensors.numpy.save(
            # It writes the memory of an array as it lies, whatever order its rows lie in.
            {"vectors": np.ascontiguousarray(self.vectors)},
            metadata=told,
        )
        write_whole(Path(path).expanduser(), content)

    def to_hub(self, name: str, *, private: bool = False) -> None:
        """Publish the vectors as a dataset on the Hugging Face Hub.

        Parameters
        ----------
        name : str
            ``"owner/name"``. Log in before, with ``hf auth login`` or HF_TOKEN.
        private : bool, default=False
            Show it to its owner only.

        Raises
        ------
        PermissionError
            If you are not logged in, or may not write there.
        ConnectionError
            If the Hub cannot be reached.

        Examples
        --------
        >>> Embeddings([[1.0, 0.0]]).to_hub("ada/my-vectors")  # doctest: +SKIP
        """
        import datasets

        told = {"model": self.model, "provenance": json.dumps(dict(self.provenance))}
        columns = {"vector": list(self.vectors)} | {
            column: [value] * len(self) for column, value in told.items()
        }
        require_name(name)
        text, number = datasets.Value("string"), datasets.Value("float32")
        features = datasets.Features({"vector": [number], "model": text, "provenance": text})
        with hub_errors(f"the dataset {name}"):
            require_answer()
            datasets.Dataset.from_dict(columns, features=features).push_to_hub(
                name, private=private
            )

    @classmethod
    def from_hub(cls, name: str, *, revision: str | None = None) -> Embeddings:
        """Fetch vectors that `to_hub` has published.

        Parameters
        ----------
        name : str
            ``"owner/name"``.
        revision : str, optional
            Which version; the newest when left out.

        Returns
        -------
        Embeddings
            The same to the last bit.

        Raises
        ------
        FileNotFoundError, PermissionError, ConnectionError
            If it is not there, not for you, or cannot be reached.
        ValueError
            If it holds something else.

        Examples
        --------
        >>> Embeddings.from_hub("ada/my-vectors")  # doctest: +SKIP
        """
        import datasets

        require_name(name)
        with hub_errors(f"the dataset {name}"):
            require_answer()
            table = datasets.load_dataset(name, split="train", revision=revision)
        if not {"vector", "model", "provenance"} <= set(table.column_names) or len(table) == 0:
            raise ValueError(
                f"`name` must be a dataset that `to_hub` has published. Got {name!r} instead, "
                f"with the columns {table.column_names!r}."
            )
        told = table[0]
        vectors = np.asarray(table["vector"][:], dtype=np.float32)
        return cls(vectors, told["model"], json.loads(told["provenance"]))

    def __repr__(self) -> str:
        n_rows, n_features = self.vectors.shape
        return f"Embeddings of {n_rows} rows with {n_features} features, made by {self.model}"


def load_embeddings(path: str | os.PathLike[str]) -> Embeddings:
    """Read embeddings that `Embeddings.save` has written.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    Embeddings
        The same to the last bit.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds something else, or is damaged.

    Examples
    --------
    >>> embeddings = load_embeddings("my-photographs.safetensors")  # doctest: +SKIP
    """
    import safetensors

    file = Path(path).expanduser()
    if not file.is_file():
        raise FileNotFoundError(f"`path` must be a file. Got {os.fspath(path)!r} instead.")
    try:
        with safetensors.safe_open(file, "numpy") as opened:
            told = opened.metadata() or {}
            vectors = opened.get_tensor("vectors")
            model, provenance = told["model"], json.loads(told["provenance"])
    except (safetensors.SafetensorError, KeyError, ValueError) as error:
        raise ValueError(
            "`path` must be a file that `Embeddings.save` has written, and whole. "
            f"Got {os.fspath(path)!r} instead."
        ) from error
    return Embeddings(vectors, model, provenance)
