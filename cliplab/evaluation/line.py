"""The line between two centres: which images stand there, and whether its middle is empty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cliplab._core.language import number, say

# It is a valley if the middle holds less than this share of what the emptier end holds.
VALLEY = 0.7
# And if it holds less than all of it, it is emptier, clearly or not.
EMPTIER = 1.0
# Three stretches of the same length: about the one centre, in the middle, about the other.
STRETCHES = ((-1 / 6, 1 / 6), (1 / 3, 2 / 3), (5 / 6, 7 / 6))
_LOW, _HIGH = np.array(STRETCHES).T

Floats = NDArray[np.floating]
Ends = int | NDArray[np.intp]


def squared_distances(points: Floats, centers: Floats) -> NDArray[np.float64]:
    """Return the squared distance of every point to each centre, shape (n_points, n_centers)."""
    squares: NDArray[np.float64] = (
        (points**2).sum(axis=1)[:, None] - 2 * points @ centers.T + (centers**2).sum(axis=1)
    )
    return np.maximum(squares, 0)


def positions_between(distances: Floats, spans: Floats, a: Ends, b: Ends) -> Floats:
    """Return where images stand along the line between two centres.

    Parameters
    ----------
    distances : ndarray of shape (n_images, n_clusters)
        The squared distance of every image to every centre.
    spans : ndarray of shape (n_clusters, n_clusters)
        The squared distances between the centres.
    a, b : int
        The two centres.

    Returns
    -------
    ndarray of shape (n_images,)
        0 beside the centre `a`, 1 beside `b`.

    Examples
    --------
    >>> points, centers = np.array([[0.0, 5.0], [3.0, 0.0]]), np.array([[0.0, 0.0], [4.0, 0.0]])
    >>> def squared(some, others):
    ...     return ((some[:, None] - others) ** 2).sum(axis=2)
    >>> positions_between(squared(points, centers), squared(centers, centers), 0, 1).tolist()
    [0.0, 0.75]
    """
    span = spans[a, b]
    positions: Floats = (distances[:, a] - distances[:, b] + span) / (2 * span)
    return positions


def is_between(distances: Floats, spans: Floats, a: int, b: int) -> NDArray[np.bool_]:
    """Return which images are nearer to the line from one centre to another than to all others.

    For each other centre, they are nearer to the point of the line that is nearest to it. So what
    remains is convex, a half-space for each other centre. This matters, for a convex piece of a
    group whose density is log-concave has one peak along every line. The two clusters together are
    not convex, and a group that is cut in many has a waist where two of them meet.

    Parameters are those of `positions_between`.
    """
    (shares,) = _nearest_points(spans, np.array([a]), np.array([b]))
    to_ends = distances[:, [a]], distances[:, [b]]
    return np.asarray(_is_nearer(to_ends, spans[a, b], shares, distances).all(axis=1))


def counts_between(distances: Floats, spans: Floats, a: Ends, b: Ends) -> NDArray[np.intp]:
    """Count the images about one centre, in the middle of the line, and about the other centre.

    Parameters are those of `positions_between`; for many lines at once the centres are arrays, and
    a row is returned for each. The three stretches are a third of the line long.
    """
    starts, ends = np.atleast_1d(a), np.atleast_1d(b)
    lengths, shares = spans[starts, ends], _nearest_points(spans, starts, ends)
    to_start, to_end = distances[:, starts], distances[:, ends]
    # Most images are nearer to a centre of their own than to a line. That one is asked first.
    own = shares.T[distances.argmin(axis=1)]
    is_likely = _is_nearer((to_start, to_end), lengths, own, distances.min(axis=1, keepdims=True))
    images, lines = np.nonzero(is_likely)
    positions = positions_between(distances, spans, starts, ends)[images, lines, None]
    rows, stretches = np.nonzero((positions >= _LOW) & (positions <= _HIGH))
    images, lines = images[rows], lines[rows]
    to_ends = to_start[images, lines, None], to_end[images, lines, None]
    known = _is_nearer(to_ends, lengths[lines, None], shares[lines], distances[images]).all(axis=1)
    counted = lines[known] * len(_LOW) + stretches[known]
    counts = np.bincount(counted, minlength=len(starts) * len(_LOW)).reshape(-1, len(_LOW))
    return counts if np.ndim(a) else counts[0]


def _nearest_points(spans: Floats, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Floats:
    """Return where on each line the point is that is nearest to each centre: 0 to 1 of the way."""
    lengths = spans[starts, ends][:, None]
    shares: Floats = np.clip((spans[starts] + lengths - spans[ends]) / (2 * lengths), 0, 1)
    lines = np.arange(len(shares))
    shares[lines, starts], shares[lines, ends] = 0, 1  # Whatever is rounded.
    return shares


def _is_nearer(
    to_ends: tuple[Floats, Floats], lengths: Floats, shares: Floats, to_others: Floats
) -> NDArray[np.bool_]:
    """Return whether points of a line are nearer than other centres; all distances are squared."""
    to_start, to_end = to_ends
    to_points = to_start * (1 - shares) + to_end * shares
    to_points -= shares * (1 - shares) * lengths
    return to_points <= to_others


def fullness(counts: Floats | NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how full the middle is, as a share of the emptier end: 0 is empty, 1 no valley.

    Parameters
    ----------
    counts : ndarray of shape (..., 3)
        Those of `counts_between`. NaN where nothing could be counted.

    Returns
    -------
    ndarray of shape (...)
        It can be more than 1. A quarter of an image is added to both, so that two empty ends are
        no valley.
    """
    ends = np.minimum(counts[..., 0], counts[..., 2])
    full: NDArray[np.float64] = (counts[..., 1] + 0.25) / (ends + 0.25)
    return full


def valley_p_value(counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how probable so empty a middle is at most, if there is no valley.

    No valley means that the middle holds `VALLEY` times as many as the emptier end, or more. Both
    ends must be fuller than the middle, so the less clear of two binomial tests counts.

    Parameters
    ----------
    counts : ndarray of int, shape (..., 3)
        Those of `counts_between`.

    Returns
    -------
    ndarray of shape (...)
        From 0 to 1.

    References
    ----------
    Berger, R. L. (1982). Multiparameter hypothesis testing and acceptance sampling. Technometrics
    24, 295-300.

    Examples
    --------
    >>> valley_p_value(np.array([[20, 2, 30], [20, 14, 30]])).round(4).tolist()
    [0.0011, 0.5729]
    """
    from scipy.stats import binom

    ends = np.minimum(counts[..., 0], counts[..., 2])
    tail: NDArray[np.float64] = binom.cdf(
        counts[..., 1], counts[..., 1] + ends, VALLEY / (1 + VALLEY)
    )
    return tail


def rounded_p(p_value: float) -> str:
    """Return a p-value in words, with three digits, so that 0.0504 is not taken for 0.05.

    Examples
    --------
    >>> [rounded_p(p) for p in (0.0504, 3.72e-8, 1e-30, 1.0)]
    ['0.0504', '3.72e-08', 'less than 1e-15', '1']
    """
    return say("report.tiny_p") if p_value < 1e-15 else number(p_value, ".3g")


def different_rows(points: Floats) -> NDArray[np.intp]:
    """Return one row of each that occurs, ascending.

    An image that occurs twice would be in both halves, and each would confirm the other.
    """
    return np.sort(np.unique(points, axis=0, return_index=True)[1])
