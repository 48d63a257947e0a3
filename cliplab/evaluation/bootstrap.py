"""Bootstrap of the agreement between clusters and classes over the images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cliplab.evaluation.mutual_information import adjusted_mutual_information

_PERCENTILES = (2.5, 97.5)
_BLOCK_CELLS = 2**21  # The largest number of cells of contingency tables in memory at a time.


@dataclass(frozen=True, eq=False, repr=False)
class Difference:
    """How much better one embedding agrees with the classes than another.

    Parameters
    ----------
    names : tuple of two str
        The two embeddings; the second is subtracted from the first.
    value : float
        The difference in adjusted mutual information.
    low, high : float
        The ends of its 95 % bootstrap interval.

    Examples
    --------
    >>> Difference(("CLIP", "raw pixels"), 0.93, 0.91, 0.95)
    Difference 'CLIP' - 'raw pixels': 0.930 (95 % interval 0.910 to 0.950)
    """

    names: tuple[str, str]
    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0

    def __repr__(self) -> str:
        first, second = self.names
        ends = f"(95 % interval {self.low:.3f} to {self.high:.3f})"
        return f"Difference {first!r} - {second!r}: {self.value:.3f} {ends}"


def resampled_agreement(
    classes: NDArray[np.integer],
    clusters: NDArray[np.integer],
    n_resamples: int,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the adjusted mutual information of resamples of the images, without its bias.

    An image that is drawn twice is a pair on which both partitions agree. This raises the mean of
    all resamples above the value of the original images, so the difference is subtracted.

    Parameters
    ----------
    classes, clusters : ndarray of shape (n_images,)
        Integers from 0.
    n_resamples : int
        How many times as many images are drawn with replacement.
    random : numpy.random.Generator
        Generators with the same state draw the same images.

    Returns
    -------
    ndarray of shape (n_resamples,)
        The adjusted mutual information of each resample.
    """
    n_images, shape = len(classes), (int(classes.max()) + 1, int(clusters.max()) + 1)
    n_cells = shape[0] * shape[1]
    cells = classes * shape[1] + clusters

    def agreement(samples: Iterable[NDArray[np.integer]]) -> NDArray[np.float64]:
        tables = np.array([np.bincount(sample, minlength=n_cells) for sample in samples])
        return adjusted_mutual_information(tables.reshape(-1, *shape))

    block = max(1, _BLOCK_CELLS // n_cells)
    parts = []
    for start in range(0, n_resamples, block):
        n_tables = min(block, n_resamples - start)
        parts.append(
            agreement(cells[random.integers(n_images, size=n_images)] for _ in range(n_tables))
        )
    scores = np.concatenate(parts)
    without_bias: NDArray[np.float64] = scores - scores.mean() + agreement([cells])
    return without_bias


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the ends of the 95 % percentile interval of resampled values."""
    low, high = np.percentile(values, _PERCENTILES)
    return float(low), float(high)
