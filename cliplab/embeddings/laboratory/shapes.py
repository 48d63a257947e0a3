"""The shapes of the laboratory: how each is drawn, before it is put onto the sphere."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

N_TAIL = 30  # Groups of the long tail.
N_OUTER, N_INNER = 3, 4  # Groups of the hierarchy, and groups in each of them.
# Of the cone: the first component has so much of the variance.
_FIRST_SHARE = 0.25


class Drawn(NamedTuple):
    """What a shape draws: offsets from the mean, of any scale, and to which groups they belong."""

    offsets: NDArray[np.float64]
    labels: NDArray[np.intp]
    outer: NDArray[np.intp] | None = None


class Wanted(NamedTuple):
    """What is asked of a shape; None where it has no such number."""

    n_images: int
    n_features: int
    n_groups: int | None
    separation: float | None


class Shape(NamedTuple):
    """How a shape is drawn, what it teaches, and its own numbers with their defaults."""

    draw: Callable[[np.random.Generator, Wanted], Drawn]
    lesson: str
    n_groups: int | None = None
    separation: float | None = None


# Groups


def _mixture(random: np.random.Generator, wanted: Wanted) -> Drawn:
    assert wanted.n_groups is not None
    assert wanted.separation is not None
    labels = _shared_out(random, wanted.n_images, np.ones(wanted.n_groups))
    centers = _centers(random, wanted.n_groups, wanted.n_features, wanted.separation)
    return Drawn(centers[labels] + random.normal(size=(wanted.n_images, wanted.n_features)), labels)


def _hierarchy(random: np.random.Generator, wanted: Wanted) -> Drawn:
    assert wanted.separation is not None
    labels = _shared_out(random, wanted.n_images, np.ones(N_OUTER * N_INNER))
    outer = labels // N_INNER
    inner = [
        _centers(random, N_INNER, wanted.n_features, wanted.separation) for _ in range(N_OUTER)
    ]
    inner = [each - each.mean(axis=0) for each in inner]
    # Even the nearest images of two outer groups are further apart than the inner groups are wide.
    reach = max(float(np.linalg.norm(each, axis=1).max()) for each in inner)
    apart = 4 * reach + 8
    outer_centers = _centers(random, N_OUTER, wanted.n_features, apart)
    centers = np.vstack([center + each for center, each in zip(outer_centers, inner, strict=True)])
    return Drawn(centers[labels] + _normal(random, wanted), labels, outer)


def _long_tail(random: np.random.Generator, wanted: Wanted) -> Drawn:
    labels = _shared_out(random, wanted.n_images, 1 / np.arange(1, N_TAIL + 1))
    centers = _centers(random, N_TAIL, wanted.n_features, 8.0)
    return Drawn(centers[labels] + random.normal(size=(wanted.n_images, wanted.n_features)), labels)


def _shared_out(
    random: np.random.Generator, n_images: int, weights: NDArray[np.floating]
) -> NDArray[np.intp]:
    """Return labels in random order with sizes as near to some weights as whole numbers are.

    Each group has one row at least.
    """
    shares = weights / weights.sum() * (n_images - len(weights))
    sizes = 1 + np.floor(shares).astype(int)
    short = n_images - sizes.sum()
    sizes[np.argsort(np.floor(shares) - shares, kind="stable")[:short]] += 1
    return random.permutation(np.repeat(np.arange(len(weights)), sizes))


def _centers(
    random: np.random.Generator, n_centers: int, n_features: int, separation: float
) -> NDArray[np.float64]:
    """Return random centers, the nearest two of which are as far apart as is asked for."""
    centers: NDArray[np.float64] = random.normal(size=(n_centers, n_features))
    if n_centers == 1:
        return centers
    squares = (centers**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * centers @ centers.T
    nearest = float(np.sqrt(distances[np.triu_indices(n_centers, 1)].min()))
    return separation / nearest * centers


# One group


def _one_group(offsets: NDArray[np.float64]) -> Drawn:
    return Drawn(offsets, np.zeros(len(offsets), dtype=np.intp))


def _normal(random: np.random.Generator, wanted: Wanted) -> NDArray[np.float64]:
    return random.normal(size=(wanted.n_images, wanted.n_features))


def _decay(n_features: int) -> NDArray[np.float64]:
    """Return standard deviations whose squares are proportional to 1/i."""
    deviations: NDArray[np.float64] = np.arange(1.0, n_features + 1) ** -0.5
    return deviations


def _gaussian(random: np.random.Generator, wanted: Wanted) -> Drawn:
    return _one_group(_normal(random, wanted))


def _decaying(random: np.random.Generator, wanted: Wanted) -> Drawn:
    return _one_group(_normal(random, wanted) * _decay(wanted.n_features))


def _cone(random: np.random.Generator, wanted: Wanted) -> Drawn:
    variances = np.arange(1.0, wanted.n_features) ** -0.5
    variances *= (1 - _FIRST_SHARE) / variances.sum()
    spread = np.sqrt(np.r_[_FIRST_SHARE, variances])
    return _one_group(_normal(random, wanted) * spread)


def _skewed(random: np.random.Generator, wanted: Wanted) -> Drawn:
    size = (wanted.n_images, wanted.n_features)
    return _one_group((random.gamma(2.0, size=size) - 2) * _decay(wanted.n_features))


def _heavy_tails(random: np.random.Generator, wanted: Wanted) -> Drawn:
    # One length for a whole row would be squeezed by scaling to unit length.
    size = (wanted.n_images, wanted.n_features)
    return _one_group(random.standard_t(4, size=size) * _decay(wanted.n_features))


def _sphere(random: np.random.Generator, wanted: Wanted) -> Drawn:
    points = _normal(random, wanted)
    return _one_group(points / np.linalg.norm(points, axis=1, keepdims=True))


def _arc(random: np.random.Generator, wanted: Wanted) -> Drawn:
    angles = random.uniform(-np.pi / 2, np.pi / 2, size=wanted.n_images)
    points = 0.05 * _normal(random, wanted) / np.sqrt(wanted.n_features)
    points[:, :2] += np.column_stack([np.cos(angles), np.sin(angles)])
    return _one_group(points)


SHAPES = {
    "mixture": Shape(
        _mixture,
        "Groups that stand apart: here a number of clusters can be right or wrong.",
        n_groups=5,
        separation=8.0,
    ),
    "hierarchy": Shape(
        _hierarchy,
        "Groups in groups: 3 and 12 are both right, and no single number says so.",
        separation=8.0,
    ),
    "long_tail": Shape(
        _long_tail,
        "Thirty groups of unequal sizes: a range to 20 ends before the answer, and the smallest "
        "groups look like chance.",
    ),
    "gaussian": Shape(
        _gaussian, "One group, equally wide in all directions: every cluster in it is a cut."
    ),
    "decaying": Shape(
        _decaying, "One group with a few wide directions: K-means cuts across the widest."
    ),
    "cone": Shape(
        _cone,
        "One group that is narrow and long, as CLIP's vectors are: two halves are not two groups.",
    ),
    "skewed": Shape(
        _skewed,
        "One group with a dense end and a long tail: not normal, and still one group.",
    ),
    "heavy_tails": Shape(
        _heavy_tails, "One group with a few rows far out: outliers are not a group."
    ),
    "sphere": Shape(_sphere, "A shell with nothing in its middle: centers stand where no row is."),
    "arc": Shape(
        _arc,
        "A curve is one group: K-means cuts it into pieces, and every cut is as good as another.",
    ),
}
