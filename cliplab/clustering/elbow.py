"""Where a falling curve bends: the elbow, or the finding that there is none."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def find_elbow(
    n_clusters: ArrayLike, inertias: ArrayLike, sensitivity: float | None = None
) -> int | None:
    """Find the k after which more clusters help little, by the Kneedle rule.

    Both axes are scaled to run from 0 to 1. The elbow is where the curve lies farthest below
    the straight line between its ends, if from there it comes back to the line far enough
    before it bends away again. Evenly spread points in a plane have such a bend too: an elbow
    is a hint, not proof of groups.

    Parameters
    ----------
    n_clusters : array-like of shape (n_values,)
        Numbers of clusters, increasing.
    inertias : array-like of shape (n_values,)
        The inertia for each.
    sensitivity : float, default=(n_values - 1) / 4
        How far the curve must come back, in mean steps of the scaled k. The default asks for a
        quarter of the plot's height, however many k there are: noise in 16 dimensions or more
        stays below that, groups that K-means can find lie above. The paper's 1 calls nearly
        every curve over many k an elbow.

    Returns
    -------
    int or None
        The elbow; None where the curve has no clear one.

    Raises
    ------
    ValueError
        If the two arrays do not have the same length, or `n_clusters` does not increase.

    References
    ----------
    Satopää, V., Albrecht, J., Irwin, D. and Raghavan, B. (2011). Finding a "Kneedle" in a
    haystack: detecting knee points in system behavior. 31st International Conference on
    Distributed Computing Systems Workshops, 166-171.

    Examples
    --------
    >>> find_elbow(range(2, 12), [80, 50, 20, 18, 16, 14, 12, 10, 8, 6])
    4
    >>> find_elbow(range(2, 12), range(100, 0, -10)) is None
    True
    """
    ks = np.asarray(n_clusters)
    curve = np.asarray(inertias, dtype=np.float64)
    if ks.ndim != 1 or ks.shape != curve.shape or (np.diff(ks) <= 0).any():
        raise ValueError(
            "`n_clusters` must increase and have one entry for each of `inertias`. "
            f"Got shapes {ks.shape!r} and {curve.shape!r} instead."
        )
    if len(ks) < 3 or curve[0] <= curve[-1]:
        return None
    x = (ks - ks[0]) / (ks[-1] - ks[0])
    y = (curve - curve[-1]) / (curve[0] - curve[-1])
    bend = 1 - x - y
    drop = 0.25 if sensitivity is None else sensitivity / (len(ks) - 1)
    peaks = [i for i in range(1, len(ks) - 1) if bend[i] > bend[i - 1] and bend[i] >= bend[i + 1]]
    for peak, next_peak in zip(peaks, [*peaks, len(ks)][1:], strict=True):
        if bend[peak + 1 : next_peak].min() < bend[peak] - drop:
            return int(ks[peak])
    return None
