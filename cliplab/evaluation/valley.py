"""Is there a valley between two clusters? A look along the line between their centres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cliplab._core.arguments import checked
from cliplab._core.language import say
from cliplab._core.validation import require_count, require_rows, wrong_value
from cliplab.clustering.values import NOISE, Clustering
from cliplab.embeddings.points import points_and_space, unit_rows
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence.main_directions import main_directions, whitening
from cliplab.evaluation.line import (
    VALLEY,
    counts_between,
    different_rows,
    fullness,
    is_between,
    positions_between,
    rounded_p,
    squared_distances,
    valley_p_value,
)
from cliplab.evaluation.result_html import result_html
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    import pandas as pd

_N_SPLITS = 25
_MOST_STEPS = 30  # Of K-means, which begins near its end.
_CLEAR = 0.05
# Of positions, the centre of one cluster being 0 and that of the other 1.
# The bins fit the three stretches that are counted.
_EDGES = np.arange(-9, 22) / 12

Floats = NDArray[np.floating]
Labels = NDArray[np.integer]


@checked
@dataclass(frozen=True, eq=False)
class Valley:
    """Where the images of two clusters stand on the line between them, and whether it has a gap.

    Parameters
    ----------
    a, b : int
        The two clusters.
    rows : ndarray of int, shape (n_rows,)
        The images on the line: those that were nearer to it than to any other centre in half of
        the splits or more. They can be of other clusters, or noise.
    positions : ndarray of shape (n_rows,)
        Where each stands along the line: 0 beside the centre of `a`, 1 beside that of `b`. The
        line is that of the other half of the images; the mean over all splits.
    counts : tuple of float
        How many images stand about the centre of `a`, in the middle and about the centre of `b`,
        each on a third of the line; twice the mean over the halves.
    p_value : float
        An upper bound of the probability of a valley at least this clear, if there is none.
    between : tuple of int, default=()
        Clusters that lie between the two.

    Examples
    --------
    >>> found = Valley(0, 1, np.arange(4), np.array([0.0, 0.1, 0.9, 1.1]), (9.0, 2.0, 10.0), 0.02)
    >>> round(found.fullness, 2)
    0.24
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
    def fullness(self) -> float:
        """How full the middle is, as a share of the emptier end: 0 is empty, 1 no valley."""
        return float(fullness(np.array(self.counts)))

    @property
    def is_clear(self) -> bool:
        """Whether there is a valley: a p-value of at most 0.05, between neighbors."""
        return self.p_value <= _CLEAR and not self.between

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
        pair = {"a": self.a, "b": self.b}
        if self.between:
            others = ", ".join(map(str, self.between))
            return say("valley.between", n=len(self.between), others=others, **pair)
        p = rounded_p(self.p_value)
        if self.is_clear:
            return say("valley.found", fullness=self.fullness, most=VALLEY, p=p, **pair)
        return say("valley.not_found", p=p, **pair)

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with a row for each image on the line.

        Returns
        -------
        pandas.DataFrame
            With ``row``, the image, and ``position``, 0 beside the centre of `a` and 1 beside
            that of `b`.
        """
        import pandas as pd

        return pd.DataFrame({"row": self.rows, "position": self.positions})

    def __repr__(self) -> str:
        found = "valley" if self.is_clear else "no valley"
        end = "not neighbors" if self.between else f"{found}, p = {rounded_p(self.p_value)}"
        return (
            f"Valley between clusters {self.a} and {self.b} with {len(self.rows)} images: the "
            f"middle is {self.fullness:.0%} as full as the emptier end; {end}"
        )

    def _repr_html_(self) -> str:
        return result_html(repr(self), note=self.sentence)


@checked
def valley(
    embeddings: Embeddings | Projection | ArrayLike,
    clustering: Clustering,
    a: int,
    b: int,
    *,
    random_state: int = 0,
) -> Valley:
    """Ask whether there is a valley between two clusters.

    Where one group was cut in two there is none. Where there is none, it may be one group, two that
    touch, or too few images to tell.

    The images are split into halves at random. In one half K-means settles, from the clusters
    that are given. The other half is projected onto the line between the two centres. A line that
    was found in the same images would open a valley in noise, too, for it is the line along which
    they happen to differ most.

    Counted are the images that are nearer to this line than to any other centre, about both of
    its ends and in the middle. In one group with a log-concave density the middle is at least as
    full as the emptier end. Tested is whether it holds less than 70 % of that; of the two
    comparisons the less clear one counts. The p-value is twice the median over 25 splits and both
    halves. If you test many pairs, some p-values are small by chance.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What was clustered.
    clustering : Clustering
        Its clusters. Noise belongs to none, but is counted on the line.
    a, b : int
        Two of them.
    random_state : int, default=0
        Seed of the splits. Each pair has splits of its own.

    Returns
    -------
    Valley
        Where the images stand, how full the middle is, and the p-value, which is 1 if there are
        too few images for a test.

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
    >>> valley(groups, sweep_clusters(groups, [2])[2], 0, 1).is_clear
    True
    >>> one = load_laboratory("cone", n_images=200).embeddings
    >>> valley(one, sweep_clusters(one, [2])[2], 0, 1).is_clear
    False
    """
    points, _ = points_and_space(embeddings)
    labels = clustering.cluster_labels
    require_rows("clustering", len(labels), len(points))
    for name, cluster in (("a", a), ("b", b)):
        require_count(name, cluster, 0, clustering.n_clusters - 1, "the last cluster")
    if a == b:
        raise ValueError(wrong_value("b", f"be another cluster than `a`, {a}", b))
    if clustering.metric == "cosine":
        points = unit_rows(points)
    a, b = int(a), int(b)
    known = different_rows(points)
    points, labels = points[known], labels[known]
    random = np.random.default_rng([random_state, min(a, b), max(a, b)])
    sums, times, inside = np.zeros((3, len(points)))
    counts: list[NDArray[Any]] = []
    for _ in range(_N_SPLITS):
        order = random.permutation(len(points))
        middle = len(points) // 2
        for fit, held in ((order[:middle], order[middle:]), (order[middle:], order[:middle])):
            line = _line(points[fit], labels[fit], clustering.n_clusters)
            if line is None:
                counts.append(np.zeros(3))
                continue
            distances, spans = line.to_centers(points[held]), line.spans
            counts.append(counts_between(distances, spans, a, b))
            sums[held] += positions_between(distances, spans, a, b)
            times[held] += 1
            inside[held] += is_between(distances, spans, a, b)
    # Where no half had two centres, an image stands at the centre of its own cluster.
    is_own = (labels == a) | (labels == b)
    positions = np.where(times > 0, sums / np.maximum(times, 1), labels == b)
    on_line = np.where(times > 0, inside >= times / 2, is_own)
    means = 2 * np.mean(counts, axis=0)
    return Valley(
        a,
        b,
        known[on_line],
        positions[on_line],
        (float(means[0]), float(means[1]), float(means[2])),
        min(1.0, 2 * float(np.median(valley_p_value(np.array(counts))))),
        _between(points, labels, clustering.n_clusters, a, b),
    )


class _Line(NamedTuple):
    """Centres that have settled in some images, in coordinates in which they part best."""

    mean: Floats
    basis: Floats
    centers: Floats

    @property
    def spans(self) -> Floats:
        return squared_distances(self.centers, self.centers)

    def to_centers(self, points: Floats) -> Floats:
        return squared_distances((points - self.mean) @ self.basis, self.centers)


def _line(points: Floats, labels: Labels, k: int) -> _Line | None:
    """Let the centres of clusters settle in some images; None if one has no image left."""
    points, labels = points[labels != NOISE], labels[labels != NOISE]
    if len(points) == 0:
        return None
    directions = main_directions(points)
    scores = directions.scores(points)
    for _ in range(_MOST_STEPS):
        if np.bincount(labels, minlength=k).min() == 0:
            return None
        centers = np.array([scores[labels == cluster].mean(axis=0) for cluster in range(k)])
        before, labels = labels, squared_distances(scores, centers).argmin(axis=1)
        if (before == labels).all():
            break
    matrix = whitening(scores, centers, labels)
    centers = centers @ matrix
    spans = squared_distances(centers, centers)
    if spans[~np.eye(k, dtype=bool)].min(initial=np.inf) <= 0:
        return None
    return _Line(directions.mean, directions.basis @ matrix, centers)


def _between(points: Floats, labels: Labels, k: int, a: int, b: int) -> tuple[int, ...]:
    """Return the clusters whose centre lies in the ball that has the line as its diameter."""
    line = _line(points, labels, k)
    if line is None:
        return ()
    spans = line.spans
    inside = spans[a] + spans[b] < spans[a, b]
    inside[[a, b]] = False
    return tuple(np.flatnonzero(inside).tolist())
