"""What moved: how the images of one clustering are spread over the clusters of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from cliplab._core.validation import require_kind
from cliplab.clustering.matching import shared
from cliplab.clustering.values import NOISE, Clustering

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class ClusterTransitions:
    """How images flow from the clusters of one clustering to those of another.

    Parameters
    ----------
    before, after : ndarray of shape (n_images,)
        The cluster of every image; in `after` a cluster has the number of the one in `before`
        with which it shares most. -1 is noise.

    Examples
    --------
    >>> import numpy as np
    >>> moves = ClusterTransitions(np.array([0, 0, 1]), np.array([0, 2, 1]))
    >>> (moves.movers, moves.rows(0, 2))
    ((1,), (1,))
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]

    @property
    def movers(self) -> tuple[int, ...]:
        """The rows of the images that changed their cluster."""
        return tuple(np.flatnonzero(self.before != self.after).tolist())

    def rows(self, before: int, after: int) -> tuple[int, ...]:
        """Return the rows of the images that went from one cluster to another.

        Parameters
        ----------
        before, after : int
            The two clusters; -1 is noise.

        Returns
        -------
        tuple of int
            Increasing.
        """
        there = (self.before == before) & (self.after == after)
        return tuple(np.flatnonzero(there).tolist())

    def to_pandas(self) -> pd.DataFrame:
        """Count the images of every flow.

        Returns
        -------
        pandas.DataFrame
            One row for each pair of clusters that share an image: ``before``, ``after`` and
            ``n_images``, the largest first.
        """
        import pandas as pd

        table = pd.DataFrame({"before": self.before, "after": self.after})
        counts = table.value_counts(sort=False).rename("n_images").reset_index()
        return counts.sort_values(
            ["n_images", "before", "after"], ascending=[False, True, True], ignore_index=True
        )

    def __len__(self) -> int:
        return len(self.before)

    def __repr__(self) -> str:
        n_before, n_after = (
            len(np.unique(labels[labels != NOISE])) for labels in (self.before, self.after)
        )
        moved = f"{len(self.movers)} of {len(self)} images moved"
        return f"ClusterTransitions from {n_before} to {n_after} clusters: {moved}"


def compare_clusterings(before: Clustering, after: Clustering) -> ClusterTransitions:
    """Follow the images from one clustering to another, for example from k to k + 1.

    The clusters are matched first, so that as many images as possible stay where they are. When
    one cluster merely splits, only a part of it moves; when images come from everywhere, the new
    cluster is no refinement of the old ones.

    Parameters
    ----------
    before, after : Clustering
        Of the same images, in the same order.

    Returns
    -------
    ClusterTransitions
        Who moved from where to where.

    Raises
    ------
    ValueError
        If the numbers of images differ.
    TypeError
        If one is no clustering.

    References
    ----------
    Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval Research Logistics
    Quarterly 2, 83-97.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> before = Clustering([0, 0, 0, 0, 1, 1], [[0.0]] * 2, 0.0, [0.0] * 6)
    >>> after = Clustering([2, 2, 2, 1, 0, 0], [[0.0]] * 3, 0.0, [0.0] * 6)
    >>> compare_clusterings(before, after)
    ClusterTransitions from 2 to 3 clusters: 1 of 6 images moved
    >>> compare_clusterings(before, after).movers
    (3,)
    """
    require_kind("before", before, Clustering)
    require_kind("after", after, Clustering)
    if len(before) != len(after):
        raise ValueError(
            f"`after` must be of the same {len(before)} images. Got one of {len(after)} instead."
        )
    labels = after.cluster_labels
    # A cluster that shares most with one before takes its number; what is new gets new numbers.
    numbers = np.full(after.n_clusters, NOISE)
    kept, taken = linear_sum_assignment(
        shared(before.cluster_labels, labels, before.n_clusters, after.n_clusters), maximize=True
    )
    numbers[taken] = kept
    is_new = numbers == NOISE
    numbers[is_new] = before.n_clusters + np.arange(is_new.sum())
    renumbered = np.full(len(labels), NOISE)
    renumbered[labels != NOISE] = numbers[labels[labels != NOISE]]
    return ClusterTransitions(before.cluster_labels, renumbered)
