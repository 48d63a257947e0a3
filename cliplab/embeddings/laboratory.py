"""A laboratory of shapes: vectors about whose groups everything is known, for lessons and proofs.

All shapes stand off the origin, as CLIP's vectors do: the mean cosine of two rows is about 0.6.
Centered on the origin they would lose their shape when they are scaled to unit length.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab._core.html import render
from cliplab._core.validation import require_count, require_number, require_one_of, wrong_value
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    import pandas as pd

# The variance of all directions together, of rows whose mean has length 1. The mean cosine of two
# rows is about 1 / (1 + variance).
_VARIANCE = 0.65
_N_TAIL = 30  # Groups of the long tail.
_N_OUTER, _N_INNER = 3, 4  # Groups of the hierarchy, and groups in each of them.
_MOST_SEPARATION = 20
# Of the cone: the first component has so much of the variance.
_FIRST_SHARE = 0.25


@dataclass(frozen=True, eq=False)
class Laboratory:
    """Vectors with known groups, and what they teach.

    Parameters
    ----------
    name : str
        Which shape it is.
    embeddings : Embeddings
        Unit vectors of shape (n_images, n_features).
    class_labels : ndarray of int, shape (n_images,)
        The group of each row, from 0; all 0 where there is one group.
    outer_labels : ndarray of int, shape (n_images,), or None
        In a hierarchy, which of the few large groups that group belongs to.
    lesson : str
        What the shape teaches, in a sentence.

    Examples
    --------
    >>> shape = load_laboratory("hierarchy", n_images=120)
    >>> shape.n_groups, len(set(shape.outer_labels.tolist()))
    (12, 3)
    """

    name: str
    embeddings: Embeddings
    class_labels: NDArray[np.intp]
    outer_labels: NDArray[np.intp] | None
    lesson: str

    def __post_init__(self) -> None:
        for labels in (self.class_labels, self.outer_labels):
            if labels is not None:
                labels.setflags(write=False)

    @property
    def n_groups(self) -> int:
        """The number of groups; 1 where there is nothing to separate."""
        return len(np.unique(self.class_labels))

    def __len__(self) -> int:
        return len(self.embeddings)

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with a row for each vector: its group, and the outer one if there is one.

        Returns
        -------
        pandas.DataFrame
            With ``class_label`` and, of a hierarchy, ``outer_label``.
        """
        import pandas as pd

        columns = {"class_label": self.class_labels}
        if self.outer_labels is not None:
            columns["outer_label"] = self.outer_labels
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        groups = "one group" if self.n_groups == 1 else f"{self.n_groups} groups"
        n_images, n_features = self.embeddings.shape
        return f"Laboratory {self.name!r} of {n_images} rows with {n_features} features, {groups}"

    def _repr_html_(self) -> str:
        return render("embeddings/templates/laboratory.html", laboratory=self)


class _Drawn(NamedTuple):
    """What a shape draws: offsets from the mean, of any scale, and to which groups they belong."""

    offsets: NDArray[np.float64]
    labels: NDArray[np.intp]
    outer: NDArray[np.intp] | None = None


class _Wanted(NamedTuple):
    """What is asked of a shape; None where it has no such number."""

    n_images: int
    n_features: int
    n_groups: int | None
    separation: float | None


class _Shape(NamedTuple):
    """How a shape is drawn, what it teaches, and its own numbers with their defaults."""

    draw: Callable[[np.random.Generator, _Wanted], _Drawn]
    lesson: str
    n_groups: int | None = None
    separation: float | None = None


def load_laboratory(
    name: str,
    *,
    n_images: int = 1000,
    n_features: int = 64,
    n_groups: int | None = None,
    separation: float | None = None,
    random_state: int = 0,
) -> Laboratory:
    """Draw vectors of a known shape: one group, several groups, or groups in groups.

    A distance between groups is given in standard deviations within a group along one direction:
    8 is far, at 4 neighbours touch, at 2 they are one hill. That is before the rows are scaled to
    unit length, which moves groups in few dimensions still further from each other.

    Parameters
    ----------
    name : str
        With groups: ``"mixture"`` (normal groups, the nearest two of them `separation` apart),
        ``"hierarchy"`` (3 groups of 4 groups each; the 4 are `separation` apart) and
        ``"long_tail"`` (30 groups, the *r*-th with a share proportional to 1/*r*). One group each:
        ``"gaussian"`` (the same variance in all directions), ``"decaying"`` (the variance in
        direction *i* is proportional to 1/*i*), ``"cone"`` (one direction has a quarter of the
        variance, as in CLIP's vectors), ``"skewed"`` (each direction has a long tail on one side),
        ``"heavy_tails"`` (Student's t with 4 degrees of freedom in each direction),
        ``"sphere"`` (a shell, empty in the middle) and ``"arc"`` (a curve).
    n_images : int, default=1000
        How many rows, at least 3. At least the number of groups.
    n_features : int, default=64
        How many features, at least 3.
    n_groups : int, optional
        For ``"mixture"``: how many groups, from 1; 5 if it is not given.
    separation : float, optional
        For ``"mixture"`` and ``"hierarchy"``, from 0 to 20; 8 if it is not given. With 4 the inner
        groups of the hierarchy are faint.
    random_state : int, default=0
        Seed, 0 or more.

    Returns
    -------
    Laboratory
        Unit vectors and their known groups.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the shape has no such number.

    Examples
    --------
    >>> load_laboratory("mixture", n_groups=3)
    Laboratory 'mixture' of 1000 rows with 64 features, 3 groups
    >>> arc = load_laboratory("arc", n_images=200)
    >>> arc.lesson
    'A curve is one group: K-means cuts it into pieces, and every cut is as good as another.'
    """
    require_one_of("name", name, _SHAPES)
    require_count("random_state", random_state, least=0)
    require_count("n_features", n_features, least=3)
    shape = _SHAPES[name]
    for argument, value, default in (
        ("n_groups", n_groups, shape.n_groups),
        ("separation", separation, shape.separation),
    ):
        if value is not None and default is None:
            raise ValueError(wrong_value(argument, f"not be given for {name!r}", value))
    n_groups = shape.n_groups if n_groups is None else n_groups
    separation = shape.separation if separation is None else separation
    if n_groups is not None:
        require_count("n_groups", n_groups, least=1)
    if separation is not None:
        require_number("separation", separation, 0, _MOST_SEPARATION)
    least = {"long_tail": _N_TAIL, "hierarchy": _N_OUTER * _N_INNER}.get(name, n_groups or 3)
    require_count("n_images", n_images, least=max(3, least))
    random = np.random.default_rng([int(random_state), *name.encode()])
    # One direction is that of the mean; the shape is drawn in all others.
    wanted = _Wanted(int(n_images), int(n_features) - 1, n_groups, separation)
    drawn = shape.draw(random, wanted)
    return Laboratory(name, _off_the_origin(drawn, random), drawn.labels, drawn.outer, shape.lesson)


def _off_the_origin(drawn: _Drawn, random: np.random.Generator) -> Embeddings:
    """Scale offsets to the variance of CLIP's vectors, and put them at right angles to their mean.

    Along the mean, scaling to unit length would flatten them. The axes are turned at random, so
    that no feature belongs to a direction of the shape.
    """
    offsets = drawn.offsets - drawn.offsets.mean(axis=0)
    offsets *= np.sqrt(_VARIANCE / (offsets**2).sum(axis=1).mean())
    n_features = offsets.shape[1] + 1
    axes = np.linalg.qr(random.normal(size=(n_features, n_features)))[0]
    return Embeddings(axes[0] + offsets @ axes[1:], model="laboratory")


# Groups


def _mixture(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    assert wanted.n_groups is not None
    assert wanted.separation is not None
    labels = _shared_out(random, wanted.n_images, np.ones(wanted.n_groups))
    centers = _centers(random, wanted.n_groups, wanted.n_features, wanted.separation)
    return _Drawn(
        centers[labels] + random.normal(size=(wanted.n_images, wanted.n_features)), labels
    )


def _hierarchy(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    assert wanted.separation is not None
    labels = _shared_out(random, wanted.n_images, np.ones(_N_OUTER * _N_INNER))
    outer = labels // _N_INNER
    inner = [
        _centers(random, _N_INNER, wanted.n_features, wanted.separation) for _ in range(_N_OUTER)
    ]
    inner = [each - each.mean(axis=0) for each in inner]
    # Even the nearest images of two outer groups are further apart than the inner groups are wide.
    reach = max(float(np.linalg.norm(each, axis=1).max()) for each in inner)
    apart = 4 * reach + 8
    outer_centers = _centers(random, _N_OUTER, wanted.n_features, apart)
    centers = np.vstack([center + each for center, each in zip(outer_centers, inner, strict=True)])
    return _Drawn(centers[labels] + _normal(random, wanted), labels, outer)


def _long_tail(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    labels = _shared_out(random, wanted.n_images, 1 / np.arange(1, _N_TAIL + 1))
    centers = _centers(random, _N_TAIL, wanted.n_features, 8.0)
    return _Drawn(
        centers[labels] + random.normal(size=(wanted.n_images, wanted.n_features)), labels
    )


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


def _one_group(offsets: NDArray[np.float64]) -> _Drawn:
    return _Drawn(offsets, np.zeros(len(offsets), dtype=np.intp))


def _normal(random: np.random.Generator, wanted: _Wanted) -> NDArray[np.float64]:
    return random.normal(size=(wanted.n_images, wanted.n_features))


def _decay(n_features: int) -> NDArray[np.float64]:
    """Return standard deviations whose squares are proportional to 1/i."""
    deviations: NDArray[np.float64] = np.arange(1.0, n_features + 1) ** -0.5
    return deviations


def _gaussian(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    return _one_group(_normal(random, wanted))


def _decaying(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    return _one_group(_normal(random, wanted) * _decay(wanted.n_features))


def _cone(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    variances = np.arange(1.0, wanted.n_features) ** -0.5
    variances *= (1 - _FIRST_SHARE) / variances.sum()
    spread = np.sqrt(np.r_[_FIRST_SHARE, variances])
    return _one_group(_normal(random, wanted) * spread)


def _skewed(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    size = (wanted.n_images, wanted.n_features)
    return _one_group((random.gamma(2.0, size=size) - 2) * _decay(wanted.n_features))


def _heavy_tails(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    # One length for a whole row would be squeezed by scaling to unit length.
    size = (wanted.n_images, wanted.n_features)
    return _one_group(random.standard_t(4, size=size) * _decay(wanted.n_features))


def _sphere(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    points = _normal(random, wanted)
    return _one_group(points / np.linalg.norm(points, axis=1, keepdims=True))


def _arc(random: np.random.Generator, wanted: _Wanted) -> _Drawn:
    angles = random.uniform(-np.pi / 2, np.pi / 2, size=wanted.n_images)
    points = 0.05 * _normal(random, wanted) / np.sqrt(wanted.n_features)
    points[:, :2] += np.column_stack([np.cos(angles), np.sin(angles)])
    return _one_group(points)


_SHAPES = {
    "mixture": _Shape(
        _mixture,
        "Groups that stand apart: here a number of clusters can be right or wrong.",
        n_groups=5,
        separation=8.0,
    ),
    "hierarchy": _Shape(
        _hierarchy,
        "Groups in groups: 3 and 12 are both right, and no single number says so.",
        separation=8.0,
    ),
    "long_tail": _Shape(
        _long_tail,
        "Thirty groups of unequal sizes: a range to 20 ends before the answer, and the smallest "
        "groups look like chance.",
    ),
    "gaussian": _Shape(
        _gaussian, "One group, equally wide in all directions: every cluster in it is a cut."
    ),
    "decaying": _Shape(
        _decaying, "One group with a few wide directions: K-means cuts across the widest."
    ),
    "cone": _Shape(
        _cone,
        "One group that is narrow and long, as CLIP's vectors are: two halves are not two groups.",
    ),
    "skewed": _Shape(
        _skewed,
        "One group with a dense end and a long tail: not normal, and still one group.",
    ),
    "heavy_tails": _Shape(
        _heavy_tails, "One group with a few rows far out: outliers are not a group."
    ),
    "sphere": _Shape(_sphere, "A shell with nothing in its middle: centers stand where no row is."),
    "arc": _Shape(
        _arc,
        "A curve is one group: K-means cuts it into pieces, and every cut is as good as another.",
    ),
}
