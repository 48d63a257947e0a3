"""The value of a projection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab._core.plain_text import plain
from cliplab._core.rows import are_all, row_numbers, with_rows
from cliplab.embeddings.points import Points

if TYPE_CHECKING:
    import pandas as pd


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Projection(Points):
    """The coordinates of every image in a few dimensions: a map of the embeddings.

    A projection is for looking. Distances in it are not those of the embeddings, so it is
    clustered only on purpose.

    Parameters
    ----------
    coordinates : array-like of shape (n_images, n_components)
        Finite numbers, stored as read-only float32. Plots show the first two columns.
    method : str, default="by hand"
        How it was made: ``"pca"``, ``"tsne"``, ``"umap"`` or a name of your own.
    kl_divergence : float, optional
        How much the neighbours in a t-SNE differ from those of the embeddings, in nats; 0 is
        perfect. Only t-SNE has it. It compares maps of the same embeddings at one perplexity
        only.
    parameters : mapping of str to float, default={}
        The method's parameters and its progress.

    Raises
    ------
    ValueError
        If the coordinates are not a table of finite numbers.

    Examples
    --------
    >>> Projection([[0, 1], [2, 3], [4, 5]], method="by hand")
    Projection of 3 images into 2 dimensions, by hand
    """

    coordinates: NDArray[np.float32]
    method: str = "by hand"
    kl_divergence: float | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        coordinates = np.array(self.coordinates, dtype=np.float32)
        if coordinates.ndim != 2 or coordinates.size == 0 or not np.isfinite(coordinates).all():
            raise ValueError(
                "`coordinates` must be finite numbers of shape (n_images, n_components). "
                f"Got an array of shape {coordinates.shape!r} instead."
            )
        coordinates.setflags(write=False)
        # A frozen dataclass is filled once, here; after this nothing changes.
        object.__setattr__(self, "coordinates", coordinates)
        object.__setattr__(self, "method", plain(self.method))
        parameters = {plain(name): float(value) for name, value in self.parameters.items()}
        object.__setattr__(self, "parameters", MappingProxyType(parameters))

    def __len__(self) -> int:
        return len(self.coordinates)

    def __getitem__(self, rows: Any) -> Projection:
        """Return where some images are: a number, a slice, a mask or a list of rows."""
        chosen = np.atleast_1d(row_numbers("rows", rows, len(self)))
        # How far the neighbours of all images are preserved does not say it of some.
        kl_divergence = self.kl_divergence if are_all(chosen, len(self)) else None
        coordinates = self.coordinates[chosen]
        return with_rows(self, coordinates=coordinates, kl_divergence=kl_divergence)

    @property
    def space(self) -> str:
        """The name of the space that a clustering of the projection is in."""
        n_components = self.coordinates.shape[1]
        return self.method if n_components == 2 else f"{self.method}-{n_components}"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.coordinates, dtype=dtype, copy=copy)

    def to_pandas(self) -> pd.DataFrame:
        """Return the coordinates as a table.

        Returns
        -------
        pandas.DataFrame
            One row an image, with columns ``x`` and ``y``; of other than two dimensions, columns
            ``component_1``, ``component_2`` and so on.

        Examples
        --------
        >>> Projection([[0, 1], [2, 3]]).to_pandas()["y"].tolist()
        [1.0, 3.0]
        """
        import pandas as pd

        n_components = self.coordinates.shape[1]
        names = [f"component_{i}" for i in range(1, n_components + 1)]
        return pd.DataFrame(self.coordinates, columns=["x", "y"] if n_components == 2 else names)

    def __repr__(self) -> str:
        n_images, n_components = self.coordinates.shape
        kl = "" if self.kl_divergence is None else f", KL divergence {self.kl_divergence:.3f}"
        if kl and "perplexity" in self.parameters:
            kl += f" (to compare at perplexity {self.parameters['perplexity']:g} only)"
        return f"Projection of {n_images} images into {n_components} dimensions, {self.method}{kl}"

    def _repr_html_(self) -> str:
        facts = {name: f"{value:g}" for name, value in self.parameters.items()}
        return render("embeddings/templates/embeddings.html", title=repr(self), facts=facts)
