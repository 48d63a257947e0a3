"""Intervals of the agreement between clusters and classes, and of the difference of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from cliplab.evaluation.mutual_information import (
    adjusted_mutual_information,
    agreement_without_each,
    variance_by_chance,
)

_DEVIATIONS = 1.96  # Standard deviations of a normal distribution, for 95 %.
_FULL = 1e-9  # An agreement so near to 1 is a full one, up to rounding.


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
        The ends of its 95 % interval: of the mean difference over samples of as many images.

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


def agreement_interval(table: ArrayLike) -> tuple[float, float]:
    """Return a 95 % interval of the mean agreement over samples of as many images.

    The agreement varies from sample to sample for two reasons. By chance alone it varies with a
    known variance. What comes on top is estimated by the jackknife, which leaves out one image at
    a time; it counts the part by chance twice. Both are variances of log(1 - agreement), because
    agreements near 1 vary less. An end of the interval is the mean agreement from which the
    measured one is 1.96 standard deviations away, with the variance that it has at that mean: by
    chance alone at 0, and rising in proportion. So the interval excludes 0 only if clusters by
    chance seldom agree as much.

    Parameters
    ----------
    table : array-like of shape (n_classes, n_clusters)
        Counts of at least two images.

    Returns
    -------
    low, high : float
        Both are 1 if the agreement is full: then the sample says nothing about how much it varies.

    References
    ----------
    Efron, B. and Stein, C. (1981). The jackknife estimate of variance. Annals of Statistics 9,
    586-596.

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = agreement_interval([[40, 10], [10, 40]])
    >>> (round(low, 2), round(high, 2))
    (0.15, 0.47)
    """
    value = adjusted_mutual_information(table)
    if value > 1 - _FULL:
        return 1.0, 1.0
    without, counts = agreement_without_each(table), np.asarray(table)
    each = np.repeat(without[counts > 0], counts[counts > 0])
    by_chance = variance_by_chance(table)
    on_top = max(_covariance(each, each) / (1 - value) ** 2 - 2 * by_chance, 0)

    # With x = -log(1 - agreement), a mean x has the variance by_chance + slope · x, and by_chance
    # below 0. Near 0 the slope would be the ratio of two small numbers.
    measured, alone = -np.log1p(-value), _DEVIATIONS * np.sqrt(by_chance)
    slope = on_top / max(measured, alone, np.finfo(np.float64).tiny)
    middle = measured + _DEVIATIONS**2 * slope / 2
    reach = np.sqrt(max(middle**2 - measured**2 + alone**2, 0))
    low = middle - reach if middle > reach else measured - alone
    high = middle + reach if middle > -reach else measured + alone
    return -float(np.expm1(-low)), -float(np.expm1(-high))


def difference_interval(
    tables: Sequence[ArrayLike], without_each: Sequence[NDArray[np.float64]]
) -> tuple[float, float]:
    """Return a 95 % interval of the mean difference of two agreements over such samples.

    It is put together from the two intervals. The correlation of the two agreements is that of
    their jackknife: what they have in common moves both to the same side, and cancels as far as
    the intervals are equally wide; the rest of one may be low where that of the other is high.

    If the clusters are almost the same, few images make the difference. Their sum, divided by the
    root of the sum of their squares, cannot be large: of two it is at most 1.41. So its limit of
    95 % is not 1.96 but that which belongs to Student's t, and the interval is narrower by as much.

    Parameters
    ----------
    tables : pair of array-like of shape (n_classes, n_clusters)
        Counts of the same images.
    without_each : pair of ndarray of shape (n_images,)
        For each image the agreement without it.

    Returns
    -------
    low, high : float
        Both are 0 for the same clusters.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine 27, 1693-1702.

    Efron, B. (1969). Student's t-test under symmetry conditions. Journal of the American
    Statistical Association 64, 1278-1302.

    Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components.
    Biometrics Bulletin 2, 110-114.

    Examples
    --------
    >>> table, without_each = [[40, 10], [10, 40]], np.r_[np.zeros(80), np.ones(20)]
    >>> difference_interval([table, table], [without_each, without_each])
    (0.0, 0.0)
    """
    first, second = (adjusted_mutual_information(table) for table in tables)
    (low, high), (other_low, other_high) = (agreement_interval(table) for table in tables)
    one, other = without_each
    spread = np.sqrt(_covariance(one, one) * _covariance(other, other))
    correlation = _covariance(one, other) / spread if spread > 0 else 0.0
    in_common = (high - low) / 2 - np.copysign((other_high - other_low) / 2, correlation)

    narrower = _deviations_of_few(one - other) / _DEVIATIONS

    def reach(side: float, other_side: float) -> float:
        own = (1 - abs(correlation)) * (side**2 + other_side**2)
        return narrower * float(np.sqrt(max(own, 0) + abs(correlation) * in_common**2))

    value = first - second
    return (
        value - reach(first - low, other_high - second),
        value + reach(high - first, second - other_low),
    )


def _deviations_of_few(values: NDArray[np.float64]) -> float:
    """Return the limit of 95 % of a sum over the root of its sum of squares.

    It is 1.96 for a sum of very many values of about the same size, and less if a few are large.
    """
    squares = (values - values.mean()) ** 2
    if not (squares**2).any():
        return _DEVIATIONS
    n_values = squares.sum() ** 2 / (squares**2).sum()
    # With fewer degrees of freedom intervals were too narrow where about five images differ.
    t = stdtrit(n_values, 0.975)
    return float(np.sqrt((n_values + 1) * t**2 / (n_values + t**2)))


def _covariance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the jackknife's covariance of two statistics, from their values without each image."""
    products = (one - one.mean()) * (other - other.mean())
    return float((len(one) - 1) / len(one) * products.sum())
