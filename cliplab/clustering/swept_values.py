"""What a sweep runs over: every k, or every smallest size of a cluster."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cliplab._core.validation import wrong_value
from cliplab.clustering.algorithms import Algorithm
from cliplab.embeddings.points import power_of_two

_MOST_K = 20
# From clusters of a handful to clusters of a tenth of the usual thousand.
_SIZES = (3, 5, 7, 10, 15, 20, 30, 50, 100)
# Rows are told apart by four digits of how far they reach from the mean.
_N_DIGITS = 4


def swept_values(
    method: Algorithm,
    points: NDArray[np.floating],
    n_clusters: Iterable[int] | None,
    min_cluster_sizes: Iterable[int] | None,
) -> list[int]:
    """Return the values of an algorithm's parameter, in order: those given, or the usual ones.

    Raises
    ------
    ValueError
        If only the parameter of another algorithm is given; or values are no whole numbers from 2,
        or given twice, or larger than the number of images.
    """
    is_by_k = method.parameter == "n_clusters"
    given = [("n_clusters", n_clusters), ("min_cluster_sizes", min_cluster_sizes)]
    (own, wanted), (other, unused) = given if is_by_k else reversed(given)
    if wanted is not None:
        values = _checked(own, wanted)
    elif unused is not None:
        must, detail = f"be left out for {method.title}", f": give `{own}`"
        raise ValueError(wrong_value(other, must, list(unused), detail))
    else:
        values = list(every_k(points) if is_by_k else smallest_sizes(len(points)))
    if not is_by_k and values[-1] > len(points):
        must = f"be at most {len(points)}, the number of images"
        raise ValueError(wrong_value(own, must, values[-1]))
    return values


def every_k(points: NDArray[np.floating]) -> range:
    """Return every k from 2 to 20, or fewer where few images differ.

    Parameters
    ----------
    points : ndarray of shape (n_images, n_features)
        What is clustered.

    Returns
    -------
    range
        Up to one less than the number of images that can be told apart, and 2 at least.

    Raises
    ------
    ValueError
        If fewer than 3 differ.

    Examples
    --------
    >>> every_k(np.eye(12))
    range(2, 12)
    """
    points = points / power_of_two(points)
    centered = points - points.mean(axis=0, dtype=np.float64)
    scale = np.abs(centered).max(initial=0) or 1
    different: set[bytes] = set()
    for row in centered:
        # A zero has no sign here, though its bytes do.
        different.add(((row / scale).round(_N_DIGITS) + 0.0).tobytes())
        if len(different) > _MOST_K:
            break
    # Beside one that is very far away others differ too, though not in these digits.
    n_different = len(different) if len(different) > 2 else len(np.unique(points, axis=0))
    if n_different < 3:
        must = "have at least 3 rows that differ"
        raise ValueError(wrong_value("embeddings", must, n_different))
    return range(2, max(2, min(_MOST_K, len(different) - 1)) + 1)


def smallest_sizes(n_images: int) -> tuple[int, ...]:
    """Return the smallest sizes of a cluster that make sense for HDBSCAN: up to a third of all.

    Parameters
    ----------
    n_images : int
        How many images there are.

    Returns
    -------
    tuple of int
        Increasing, from 3.
    """
    return tuple(size for size in _SIZES if size <= max(3, n_images // 3))


def _checked(name: str, values: Iterable[int]) -> list[int]:
    """Return values in order, if they are whole numbers from 2, each once."""
    given = list(values)
    if not given:
        raise ValueError(f"`{name}` must hold at least one whole number from 2. Got none instead.")
    whole = all(isinstance(value, int | np.integer) for value in given)
    if not whole or min(given) < 2 or len(set(given)) < len(given):
        raise ValueError(wrong_value(name, "be different whole numbers from 2", given))
    return sorted(int(value) for value in given)
