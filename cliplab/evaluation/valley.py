"""Are two clusters two groups, or one that was cut? A look along the line between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.validation import require_count, require_kind, require_rows, wrong_value
from cliplab.clustering.values import Clustering
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.result_html import result_html
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    import pandas as pd

_N_SPLITS = 25
_MOST_STEPS = 20  # Of K-means with two centres, which begins near its end.
# Of positions, the centre of one cluster being 0 and that of the other 1.
_EDGES = np.linspace(-1, 2, 19)


@dataclass(frozen=True, eq=False)
class Valley:
    """The images of two clusters along the line between their centres, and whether there is a gap.

    Parameters
    ----------
    a, b : int
        The two clusters.
    rows : ndarray of int, shape (n_rows,)
        The images of both.
    positions : ndarray of shape (n_rows,)
        Where each stands along the line: 0 at the centre of `a`, 1 at that of `b`. The line is
        that of the other half of the images; the mean over all splits into halves.
    counts : tuple of float
        How many images stand in the first, the middle and the last third of the line between the
        centres, on average over the splits.
    p_value : float
        How probable so deep a valley, or a deeper one, is at most if the density along the line
        does not dip in its middle third.
    between : tuple of int, default=()
        Clusters that lie between the two: their centres are nearer to the middle of the line.

    Examples
    --------
    >>> found = Valley(0, 1, np.arange(4), np.array([0.0, 0.1, 0.9, 1.1]), (9.0, 1.5, 10.0), 0.02)
    >>> found.depth
    0.8333333333333334
    """

    a: int
    b: int
    rows: NDArray[np.intp]
    positions: NDArray[np.float64]
    counts: tuple[float, float, float]
    p_value: float
    between: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.rows, self.positions):
            array.setflags(write=False)

    @property
    def depth(self) -> float:
        """How far the middle third lies below the lower of the other two, as a share of it.

        1 is an empty middle; 0 is a middle as full as the lower third, or fuller.
        """
        first, middle, last = self.counts
        lower = min(first, last)
        return max(0.0, 1 - middle / lower) if lower > 0 else 0.0

    @property
    def histogram(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """How many images stand in each bin of the line, and the edges of the bins."""
        # What lies beyond the last edges is counted at the ends.
        inside = np.clip(self.positions, _EDGES[0], _EDGES[-1])
        counts, edges = np.histogram(inside, _EDGES)
        return counts.astype(np.intp), edges

    @property
    def sentence(self) -> str:
        """What was tested, and what was found."""
        if self.between:
            is_one = len(self.between) == 1
            others = f"{'cluster' if is_one else 'clusters'} {' and '.join(map(str, self.between))}"
            return (
                f"Clusters {self.a} and {self.b} are not neighbours: {others} "
                f"{'lies' if is_one else 'lie'} between them, so that a gap between their images "
                "does not tell whether they are one group."
            )
        between = f"Between the centres of clusters {self.a} and {self.b}"
        if self.p_value <= 0.05:
            return (
                f"{between} there is a valley: the middle third of the line holds {self.depth:.0%} "
                f"fewer images than the emptier of the other two (p = {_rounded(self.p_value)})."
            )
        return (
            f"{between} no valley was found (p = {_rounded(self.p_value)}). "
            "They may be one group that was cut, or too few images to tell."
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with a row for each image of the two clusters.

        Returns
        -------
        pandas.DataFrame
            With ``row``, the image, and ``position``, 0 at the centre of `a` and 1 at that of `b`.
        """
        import pandas as pd

        return pd.DataFrame({"row": self.rows, "position": self.positions})

    def __repr__(self) -> str:
        return (
            f"Valley between clusters {self.a} and {self.b} of {len(self.rows)} images: "
            f"depth {self.depth:.2f}, p = {_rounded(self.p_value)}"
        )

    def _repr_html_(self) -> str:
        return result_html(repr(self), note=self.sentence)


def valley(
    embeddings: Embeddings | Projection | ArrayLike,
    clustering: Clustering,
    a: int,
    b: int,
    *,
    random_state: int = 0,
) -> Valley:
    """Ask whether there is a valley between two clusters, or K-means has cut one group in two.

    The images of both clusters are split into halves at random. One half gives the line: two
    centres, found in it alone. The other half is projected onto that line. A line that was found in
    the same images would open a valley in noise, too, for it is the line along which they happen to
    differ most.

    If the density along the line has one peak, wherever it is, the middle third between the two
    centres is at least as full as the emptier of the other two thirds. This is tested by the
    numbers of images in the thirds: with the smaller number of the two comparisons it is a binomial
    test of a share of one half. The p-value is twice the median over 25 splits and both directions.

    Only neighbours can be told apart in this way: where another cluster lies between the two, there
    is a gap between their images in any case, and the value says so.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What was clustered.
    clustering : Clustering
        Its clusters.
    a, b : int
        Two of them.
    random_state : int, default=0
        Seed of the splits.

    Returns
    -------
    Valley
        Where the images stand, how deep the valley is, and its p-value. It is 1 if there are too
        few images for a test.

    Raises
    ------
    ValueError
        If the two are not of the same images, or there are no such two clusters.
    TypeError
        If an argument is of another kind.

    References
    ----------
    Berger, R. L. (1982). Multiparameter hypothesis testing and acceptance sampling. Technometrics
    24, 295-300.

    Meinshausen, N., Meier, L. and Bühlmann, P. (2009). p-values for high-dimensional regression.
    Journal of the American Statistical Association 104, 1671-1681.

    Examples
    --------
    >>> from cliplab import load_laboratory, sweep_clusters
    >>> groups = load_laboratory("mixture", n_groups=2, n_images=200).embeddings
    >>> valley(groups, sweep_clusters(groups, [2])[2], 0, 1).p_value < 0.001
    True
    >>> one = load_laboratory("cone", n_images=200).embeddings
    >>> valley(one, sweep_clusters(one, [2])[2], 0, 1).p_value > 0.05
    True
    """
    points, _ = points_and_space(embeddings)
    require_kind("clustering", clustering, Clustering)
    labels = clustering.cluster_labels
    require_rows("clustering", len(labels), len(points))
    for name, cluster in (("a", a), ("b", b)):
        require_count(name, cluster, 0, clustering.n_clusters - 1, "the last cluster")
    if a == b:
        raise ValueError(wrong_value("b", f"be another cluster than `a`, {a}", b))
    require_count("random_state", random_state, least=0)
    rows = np.flatnonzero((labels == a) | (labels == b))
    between = _between(clustering.centers, a, b)
    members = points[rows].astype(np.float64)
    members -= members.mean(axis=0)
    is_b = labels[rows] == b
    random = np.random.default_rng([random_state, a, b])
    sums, times = np.zeros(len(rows)), np.zeros(len(rows))
    p_values, counts = [], []
    for _ in range(_N_SPLITS):
        in_first = _half(is_b, random)
        for half in (in_first, ~in_first):
            centers = _two_centers(members[half], is_b[half])
            if centers is None:
                continue
            places = _along(members[~half], *centers)
            sums[~half] += places
            times[~half] += 1
            thirds, p_value = _test(places)
            counts.append(thirds)
            p_values.append(p_value)
    if not p_values:
        placed = is_b.astype(np.float64)
        return Valley(int(a), int(b), rows, placed, (0.0, 0.0, 0.0), 1.0, between)
    # Each split tests one half only; twice the mean count is that of all.
    first, middle, last = 2 * np.mean(counts, axis=0)
    return Valley(
        int(a),
        int(b),
        rows,
        sums / np.maximum(times, 1),
        (float(first), float(middle), float(last)),
        min(1.0, 2 * float(np.median(p_values))),
        between,
    )


def _between(centers: NDArray[np.floating], a: int, b: int) -> tuple[int, ...]:
    """Return the clusters whose centres are nearer to the middle of a and b than these two are."""
    distances = ((centers - (centers[a] + centers[b]) / 2) ** 2).sum(axis=1)
    nearer = np.flatnonzero(distances < min(distances[a], distances[b]) * (1 - 1e-9))
    return tuple(nearer.tolist())


def _half(is_b: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.bool_]:
    """Return a random half of the images of each cluster."""
    chosen = np.zeros(len(is_b), dtype=bool)
    for cluster in (False, True):
        members = random.permutation(np.flatnonzero(is_b == cluster))
        chosen[members[: (len(members) + int(random.integers(2))) // 2]] = True
    return chosen


def _two_centers(
    points: NDArray[np.float64], is_b: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Let two centres settle in some points; None if they do not stay apart."""
    for _ in range(_MOST_STEPS):
        if is_b.all() or not is_b.any():
            return None
        one, other = points[~is_b].mean(axis=0), points[is_b].mean(axis=0)
        if np.allclose(one, other):
            return None
        before, is_b = is_b, _along(points, one, other) > 0.5
        if (before == is_b).all():
            break
    return one, other


def _along(
    points: NDArray[np.float64], one: NDArray[np.float64], other: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return where points stand along a line: 0 at its one end, 1 at the other."""
    line = other - one
    places: NDArray[np.float64] = (points - one) @ line / (line @ line)
    return places


def _test(places: NDArray[np.float64]) -> tuple[tuple[int, int, int], float]:
    """Return how many stand in each third between 0 and 1, and the p-value of a valley."""
    from scipy.stats import binom

    inside = places[(places >= 0) & (places < 1)]
    first, middle, last = np.bincount((3 * inside).astype(int), minlength=3).tolist()
    lower = min(first, last)
    # Both thirds must be fuller than the middle: the less clear of the two comparisons counts.
    return (first, middle, last), float(binom.cdf(middle, middle + lower, 0.5))


def _rounded(p_value: float) -> str:
    return f"{p_value:.3f}" if p_value >= 0.001 else f"{p_value:.0e}"
