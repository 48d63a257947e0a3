"""The clusterings of the same images for many k."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab.clustering.elbow import find_elbow
from cliplab.clustering.tables import sweep_table
from cliplab.clustering.values import Clustering

if TYPE_CHECKING:
    import pandas as pd


@checked
@dataclass(frozen=True, eq=False, repr=False)
class ClusterSweep(Mapping[int, Clustering]):
    """The clusterings of the same images for many k: ``sweep[k]`` is a `Clustering`.

    Cluster numbers are matched: cluster *i* for one k is the one that shares most images with
    cluster *i* for the k before, so that a colour means nearly the same as k changes.

    An algorithm that finds k itself has another parameter; then ``sweep[value]`` is the
    clustering for a value of that.

    Parameters
    ----------
    clusterings : tuple of Clustering
        One for each value, of the same images in the same space.
    random_state : int, default=0
        The seed of the clusterings.
    parameter : str, default="n_clusters"
        The parameter of the algorithm.
    parameter_values : tuple of int, default=()
        The parameter's value for each clustering; their numbers of clusters when left out.

    Raises
    ------
    ValueError
        If there is none, two have the same value, or they do not belong together.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> two = Clustering([0, 0, 1], [[0.5], [9.0]], inertia=0.5, silhouettes=[0.9, 0.8, 0.0])
    >>> ClusterSweep((two,)).to_pandas()["inertia"].tolist()
    [0.5]
    """

    clusterings: tuple[Clustering, ...]
    random_state: int = 0
    parameter: str = "n_clusters"
    parameter_values: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        values = self.parameter_values or self.n_clusters
        if len(values) != len(self.clusterings):
            raise ValueError(
                f"`parameter_values` must have one for each of the {len(self.clusterings)} "
                f"clusterings. Got {len(values)} instead."
            )
        pairs = sorted(zip(values, self.clusterings, strict=True), key=lambda pair: pair[0])
        alike = {(len(each), each.space, each.metric, each.algorithm) for each in self.clusterings}
        if len(alike) != 1 or len(set(values)) != len(values):
            raise ValueError(
                "`clusterings` must be of the same images in the same space, one for each k. "
                f"Got {list(self.clusterings)!r} instead."
            )
        object.__setattr__(self, "parameter_values", tuple(int(value) for value, _ in pairs))
        object.__setattr__(self, "clusterings", tuple(clustering for _, clustering in pairs))

    @property
    def n_clusters(self) -> tuple[int, ...]:
        """Every k; increasing, unless the sweep is over another parameter."""
        return tuple(clustering.n_clusters for clustering in self.clusterings)

    @property
    def inertias(self) -> NDArray[np.float64]:
        """The inertia of each clustering."""
        return np.array([clustering.inertia for clustering in self.clusterings])

    @property
    def silhouette_scores(self) -> NDArray[np.float64]:
        """The mean silhouette of each clustering."""
        return np.array([clustering.silhouette_score for clustering in self.clusterings])

    @property
    def silhouette_errors(self) -> NDArray[np.float64]:
        """The standard error of each mean silhouette; 0 if every image has one."""
        return np.array([clustering.silhouette_error for clustering in self.clusterings])

    @property
    def elbow(self) -> int | None:
        """The k at the elbow of the inertia curve; None if there is none, or k was not given."""
        if self.parameter != "n_clusters":
            return None
        return find_elbow(self.parameter_values, self.inertias)

    @property
    def elbows(self) -> dict[int, int | None]:
        """The elbow if the range ended earlier, for each end from the fourth k on.

        The rule scales both axes to the range, so its elbow often moves with the end. One that
        stays is worth more. Empty if k was not given.
        """
        if self.parameter != "n_clusters":
            return {}
        ks, inertias = self.parameter_values, self.inertias
        return {ks[end - 1]: find_elbow(ks[:end], inertias[:end]) for end in range(4, len(ks) + 1)}

    @property
    def space(self) -> str:
        """The space of the clusterings, as in `Clustering`."""
        return self.clusterings[0].space

    @property
    def metric(self) -> str:
        """The distance of the silhouettes."""
        return self.clusterings[0].metric

    @property
    def algorithm(self) -> str:
        """The algorithm that found the clusters."""
        return self.clusterings[0].algorithm

    @property
    def parameter_title(self) -> str:
        """The name of the parameter in words."""
        return "k" if self.parameter == "n_clusters" else "smallest size"

    def to_pandas(self) -> pd.DataFrame:
        """Return a table of inertia and mean silhouette for each k.

        Returns
        -------
        pandas.DataFrame
            One row for each k: ``n_clusters``, ``inertia`` and ``silhouette_score``, with
            ``silhouette_error`` if a sample of the images has silhouettes. If the sweep is over
            another parameter, that comes first, and ``n_noise`` last.
        """
        return sweep_table(self)

    def __getitem__(self, value: int) -> Clustering:
        if value not in self.parameter_values:
            raise KeyError(
                f"`{self.parameter}` must be one of {list(self.parameter_values)!r}. "
                f"Got {value!r} instead."
            )
        return self.clusterings[self.parameter_values.index(value)]

    def __iter__(self) -> Iterator[int]:
        return iter(self.parameter_values)

    def __len__(self) -> int:
        return len(self.clusterings)

    def __repr__(self) -> str:
        return (
            f"ClusterSweep of {len(self.clusterings[0])} images in the {self.space}, "
            f"{self.parameter_title} from {self.parameter_values[0]} to {self.parameter_values[-1]}"
        )

    def _repr_html_(self) -> str:
        return render("clustering/templates/table.html", heading=repr(self), table=self.to_pandas())
