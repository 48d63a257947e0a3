"""Embeddings: unit vectors that remember which model made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False, repr=False)
class Embeddings:
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
        object.__setattr__(self, "vectors", _unit_rows(vectors))
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "provenance", MappingProxyType(dict(provenance or {})))

    def __len__(self) -> int:
        return len(self.vectors)

    def __getitem__(self, rows: Any) -> Embeddings:
        """Take the embeddings of some images: a slice, a mask or a list of rows."""
        return Embeddings(np.atleast_2d(self.vectors[rows]), self.model, self.provenance)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.vectors, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        n_rows, n_features = self.vectors.shape
        return f"Embeddings of {n_rows} rows with {n_features} features, made by {self.model}"


def _unit_rows(vectors: ArrayLike) -> NDArray[np.float32]:
    array = np.asarray(vectors, dtype=np.float64)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            "`vectors` must be an array of shape (n_images, n_features). "
            f"Got one of shape {array.shape!r} instead."
        )
    lengths = np.linalg.norm(array, axis=1)
    unusable = np.flatnonzero(~np.isfinite(lengths) | (lengths == 0))
    if unusable.size:
        raise ValueError(
            "`vectors` must have rows that are finite and not zero. "
            f"Got {unusable.size} such rows instead, the first at {unusable[0]}."
        )
    # Rows that are of unit length already stay as they are to the last bit, so that wrapping
    # twice, or in other portions, changes nothing.
    lengths[np.abs(lengths - 1) < 1e-6] = 1
    unit: NDArray[np.float32] = (array / lengths[:, None]).astype(np.float32)
    unit.setflags(write=False)
    return unit
