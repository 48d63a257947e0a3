"""Transitions: which images are in another cluster in a second clustering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab.clustering.matching import match_to
from cliplab.clustering.values import NOISE, Clustering
from cliplab.evaluation.result_html import result_html

if TYPE_CHECKING:
    import pandas as pd


@checked
@dataclass(frozen=True, eq=False, repr=False)
class ClusterTransitions:
    """How the images of one clustering spread over the clusters of another.

    Parameters
    ----------
    before, after : array-like of shape (n_images,)
        The cluster of each image; -1 is noise. The clusters of `after` are renumbered: each has
        the number of its match in `before`, and those without a match have new numbers.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> transitions = ClusterTransitions([0, 0, 1], [0, 2, 1])
    >>> (transitions.movers, transitions.rows(0, 2))
    ((1,), (1,))
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]

    def __post_init__(self) -> None:
        before, after = (np.array(each, dtype=np.int64) for each in (self.before, self.after))
        if before.ndim != 1 or before.shape != after.shape:
            raise ValueError(
                "`before` and `after` must have the same shape (n_images,). "
                f"Got {before.shape!r} and {after.shape!r} instead."
            )
        for name, labels in (("before", before), ("after", after)):
            labels.setflags(write=False)
            object.__setattr__(self, name, labels)

    @property
    def movers(self) -> tuple[int, ...]:
        """The rows of the images that are in another cluster than before."""
        return tuple(np.flatnonzero(self.before != self.after).tolist())

    def rows(self, before: int, after: int) -> tuple[int, ...]:
        """Return the rows of the images that were in one cluster and are now in another.

        Parameters
        ----------
        before, after : int
            The two clusters, which may be the same; -1 is noise.

        Returns
        -------
        tuple of int
            In increasing order.
        """
        return tuple(np.flatnonzero((self.before == before) & (self.after == after)).tolist())

    def to_pandas(self) -> pd.DataFrame:
        """Count the images that each pair of clusters shares.

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

    def _repr_html_(self) -> str:
        return result_html(repr(self), self.to_pandas())


@checked
def compare_clusterings(before: Clustering, after: Clustering) -> ClusterTransitions:
    """Find the images that change their cluster, for example from k to k + 1.

    The clusters are matched first, so that as many images as possible keep their cluster. If one
    cluster splits in two, only the images of one part move. If the images of a new cluster come
    from many old ones, the new clustering does not refine the old one.

    Parameters
    ----------
    before, after : Clustering
        Of the same images, in the same order.

    Returns
    -------
    ClusterTransitions
        The cluster of each image before and after, and the images that moved.

    Raises
    ------
    ValueError
        If the numbers of images differ.
    TypeError
        If one of them is not a Clustering.

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
    if len(before) != len(after):
        raise ValueError(
            f"`after` must be of the same {len(before)} images. Got one of {len(after)} instead."
        )
    labels = match_to(before.cluster_labels, after.cluster_labels)
    return ClusterTransitions(before.cluster_labels, labels)
