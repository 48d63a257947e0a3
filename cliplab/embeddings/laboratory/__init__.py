"""A laboratory of shapes: vectors about whose groups everything is known, for lessons and proofs.

All shapes stand off the origin, as CLIP's vectors do: the mean cosine of two rows is about 0.6.
Centered on the origin they would lose their shape when they are scaled to unit length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab._core.kinds import count, number
from cliplab._core.validation import require_count, require_number, require_one_of, wrong_value
from cliplab.embeddings.laboratory.shapes import (
    N_INNER,
    N_OUTER,
    N_TAIL,
    SHAPES,
    Drawn,
    Wanted,
)
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    import pandas as pd

# The variance of all directions together, of rows whose mean has length 1. The mean cosine of two
# rows is about 1 / (1 + variance).
_VARIANCE = 0.65
_MOST_SEPARATION = 20


@checked
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
    parameters : mapping
        What `load_laboratory` was given beside the name; the same again draws the same.

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
    parameters: Mapping[str, Any] = field(default_factory=dict)

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


@checked(
    n_images=count(1, 10_000_000),
    n_features=count(3, 100_000),
    n_groups=count(1),
    separation=number(0, _MOST_SEPARATION),
)
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
    require_one_of("name", name, SHAPES)
    shape = SHAPES[name]
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
    least = {"long_tail": N_TAIL, "hierarchy": N_OUTER * N_INNER}.get(name, n_groups or 3)
    require_count("n_images", n_images, least=max(3, least))
    random = np.random.default_rng([int(random_state), *name.encode()])
    # One direction is that of the mean; the shape is drawn in all others.
    wanted = Wanted(int(n_images), int(n_features) - 1, n_groups, separation)
    drawn = shape.draw(random, wanted)
    embeddings = _off_the_origin(drawn, random)
    parameters = {
        "n_images": n_images,
        "n_features": n_features,
        "n_groups": n_groups,
        "separation": separation,
        "random_state": random_state,
    }
    return Laboratory(name, embeddings, drawn.labels, drawn.outer, shape.lesson, parameters)


def _off_the_origin(drawn: Drawn, random: np.random.Generator) -> Embeddings:
    """Scale offsets to the variance of CLIP's vectors, and put them at right angles to their mean.

    Along the mean, scaling to unit length would flatten them. The axes are turned at random, so
    that no feature belongs to a direction of the shape.
    """
    offsets = drawn.offsets - drawn.offsets.mean(axis=0)
    offsets *= np.sqrt(_VARIANCE / (offsets**2).sum(axis=1).mean())
    n_features = offsets.shape[1] + 1
    axes = np.linalg.qr(random.normal(size=(n_features, n_features)))[0]
    return Embeddings(axes[0] + offsets @ axes[1:], model="laboratory")
