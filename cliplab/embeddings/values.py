"""Embeddings: unit vectors, with the model that made them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.cache import write_whole
from cliplab._core.html import render
from cliplab._core.kinds import count
from cliplab._core.plain_text import plain
from cliplab._core.rows import row_numbers, with_rows
from cliplab._core.validation import because, user_path, wrong_value
from cliplab.embeddings import exchange
from cliplab.embeddings.points import Points, checked_unit_rows
from cliplab.embeddings.portions import N_ROWS

if TYPE_CHECKING:
    import pandas as pd


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Embeddings(Points):
    """One unit vector for each image (or text), and how they were made.

    The dot product of two rows is the cosine similarity of the two images. Any array can be
    wrapped, so that vectors of other models can be clustered too.

    Parameters
    ----------
    vectors : array-like of shape (n_images, n_features)
        Any length; they are scaled to unit length and stored as read-only float32.
    model : str, default="unknown"
        The name of the model that made the vectors.
    provenance : mapping of str to str, default={}
        How they were made: weights, preprocessing, precision, device.

    Raises
    ------
    ValueError
        If the array is not two-dimensional, is empty, or has a row that is zero or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> embeddings = Embeddings([[3.0, 4.0], [0.0, 2.0]], model="an example")
    >>> embeddings.vectors.tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 1.0]]
    >>> embeddings
    Embeddings of 2 rows with 2 features, made by an example
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
        object.__setattr__(self, "model", plain(model))
        object.__setattr__(self, "provenance", MappingProxyType(plain(provenance or {})))

    @property
    def shape(self) -> tuple[int, int]:
        """The number of images, and the number of features of each."""
        n_images, n_features = self.vectors.shape
        return n_images, n_features

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: Any) -> Embeddings:
        """Return the embeddings of some images: a number, a slice, a mask or a list of rows."""
        chosen = np.atleast_1d(row_numbers("rows", rows, len(self)))
        return with_rows(self, vectors=self.vectors[chosen])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.vectors, dtype=dtype, copy=copy)

    @property
    def space(self) -> str:
        """The name of the space: "embedding" or "centered embedding"."""
        return "centered embedding" if self.provenance.get("centered") else "embedding"

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

        Examples
        --------
        >>> [len(portion) for portion in Embeddings([[1.0, 0.0]] * 5).portions(2)]
        [2, 2, 1]
        """
        for start in range(0, len(self), size):
            yield self.vectors[start : start + size]

    def centered(self) -> Embeddings:
        """Subtract the mean of all rows, and scale the rows to unit length again.

        CLIP's image vectors lie in a narrow cone: any two have a high cosine similarity, because
        all share one direction. Without that direction the cosine shows in what they differ.
        Centering alone changes no Euclidean distance; the new unit length does.

        Returns
        -------
        Embeddings
            Of the same images. Their `space` is "centered embedding". Centered embeddings are
            returned unchanged.

        Raises
        ------
        ValueError
            If a row equals the mean, and so has no direction left.

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
        """Write the vectors and how they were made into one file.

        Parameters
        ----------
        path : path-like
            A safetensors file, which other programs read too; ``.safetensors`` is usual. It is
            written completely or not at all.

        Raises
        ------
        OSError
            If it cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Embeddings([[1.0, 0.0]], model="an example").save(f"{folder}/one.safetensors")
        ...     load_embeddings(f"{folder}/one.safetensors")
        Embeddings of 1 rows with 2 features, made by an example
        """
        content = exchange.file_of(self.vectors, self.model, self.provenance)
        write_whole(user_path(path), content)

    def to_hub(self, name: str, *, private: bool = False) -> None:
        """Publish the vectors as a dataset on the Hugging Face Hub.

        Parameters
        ----------
        name : str
            ``"owner/name"``. Log in before, with ``hf auth login`` or HF_TOKEN.
        private : bool, default=False
            Whether only the owner can see it.

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
        exchange.publish(name, self.vectors, self.model, self.provenance, private=private)

    @classmethod
    def from_hub(cls, name: str, *, revision: str | None = None) -> Embeddings:
        """Fetch vectors that `to_hub` has published.

        Parameters
        ----------
        name : str
            ``"owner/name"``.
        revision : str, optional
            Which version. Default: the newest.

        Returns
        -------
        Embeddings
            Equal to the last bit.

        Raises
        ------
        FileNotFoundError, PermissionError, ConnectionError
            If it does not exist, you may not read it, or the Hub cannot be reached.
        ValueError
            If it is another kind of dataset.

        Examples
        --------
        >>> Embeddings.from_hub("ada/my-vectors")  # doctest: +SKIP
        """
        return cls(*exchange.fetch(name, revision))

    def to_pandas(self) -> pd.DataFrame:
        """Return the vectors as a table, one row for each image and one column for each feature.

        Returns
        -------
        pandas.DataFrame
            Of shape (n_images, n_features).

        Examples
        --------
        >>> Embeddings([[3.0, 4.0], [0.0, 2.0]]).to_pandas().shape
        (2, 2)
        """
        import pandas as pd

        return pd.DataFrame(self.vectors)

    def __repr__(self) -> str:
        n_rows, n_features = self.shape
        centered = ", centered" if self.provenance.get("centered") else ""
        made = f"made by {self.model}{centered}"
        return f"Embeddings of {n_rows} rows with {n_features} features, {made}"

    def _repr_html_(self) -> str:
        facts = {"space": self.space, **self.provenance}
        return render("embeddings/templates/embeddings.html", title=repr(self), facts=facts)


def as_embeddings(embeddings: Embeddings | NDArray[Any]) -> Embeddings:
    """Return embeddings, or an array of vectors as embeddings.

    Raises
    ------
    ValueError
        As for the array of `Embeddings`, of which the caller has given an argument `embeddings`.
    """
    if isinstance(embeddings, Embeddings):
        return embeddings
    return Embeddings(checked_unit_rows(embeddings, "embeddings"))


@checked
def load_embeddings(path: str | os.PathLike[str]) -> Embeddings:
    """Read embeddings that `Embeddings.save` has written.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    Embeddings
        Equal to the last bit.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is another kind of file, or damaged.

    Examples
    --------
    >>> embeddings = load_embeddings("my-photographs.safetensors")  # doctest: +SKIP
    """
    try:
        content = user_path(path).read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise FileNotFoundError(wrong_value("path", "be a file", os.fspath(path))) from error
    except OSError as error:
        reason = f": {error.strerror or error}"
        must = "be a file that can be read"
        raise type(error)(wrong_value("path", must, os.fspath(path), reason)) from error
    return embeddings_from(content, os.fspath(path))


def embeddings_from(content: bytes, path: str) -> Embeddings:
    """Return the embeddings in the content of a file; the errors are those of `load_embeddings`."""
    try:
        return Embeddings(*exchange.parts_of(content))
    except (ValueError, TypeError) as error:
        must = "be an undamaged file that `Embeddings.save` has written"
        raise ValueError(wrong_value("path", must, path, because(error))) from error
