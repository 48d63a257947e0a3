"""The answer of the evidence: how many groups, as far as the halves of the images can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from cliplab.evaluation.evidence.halves import Half, standing
from cliplab.evaluation.line import VALLEY

# One group is rejected at this p-value.
ALPHA = 0.05
# The overlap of the least stable cluster. Hennig (2007) calls clusters stable from 0.75 on.
STABLE = 0.75
# Of a second level, three times as fine or finer, it is enough that its clusters are stable and
# that the middles are a tenth emptier than the ends on average: halves have few images in each.
# Between pieces of a uniform group they are as full, so that half of these are emptier by chance.
_TIMES_AS_FINE = 3
TENTH_EMPTIER = 0.9
# So many k after the one with the highest silhouettes tell whether its clusters have merged groups.
_FINER = 6
# Silhouettes that differ by less are as high.
_TIE = 0.02

# Of many groups, halves can miss some: pieces of few images seem to be joined.
_NEARLY_ALL = 0.8

# Such a share of the repeats must name the same k.
_AGREEMENT = 0.7
# Such a share of the halves must count as many groups; as many as the silhouettes say, half.
_COUNTED, _COUNTED_TOO = 0.6, 0.5

Kind = Literal["one group", "groups", "k", "levels", "more", "no verdict"]


class Answer(NamedTuple):
    """How many groups there are, as far as could be told.

    Attributes
    ----------
    kind : {"one group", "groups", "k", "levels", "more", "no verdict"}
        One group was not rejected; there are groups, but no k stands out; one k does; one k does
        and another that is finer; there may be more groups than the largest k. On a t-SNE or UMAP
        no verdict is given.
    ks : tuple of int
        The k of "k", the two of "levels", else empty.
    is_counted : bool
        Whether the k, or of two levels the second, is the number of groups that halves count, and
        was not named because its clusters by K-means stand up.
    """

    kind: Kind
    ks: tuple[int, ...] = ()
    is_counted: bool = False


class Standings(NamedTuple):
    """For each k, how its least clear clusters stand up.

    Attributes
    ----------
    ks : tuple of int
        Every k that halves of the images could be asked about.
    stability : tuple of float
        The Jaccard overlap of the least stable cluster.
    fullness : tuple of float
        How full the shallowest valley is.
    typical : tuple of float
        How full the valley of the median cluster is.
    mean : tuple of float
        How full the valleys of all clusters are on average.
    """

    ks: tuple[int, ...]
    stability: tuple[float, ...]
    fullness: tuple[float, ...]
    typical: tuple[float, ...]
    mean: tuple[float, ...]

    def apart(self) -> list[int]:
        """Return each k whose clusters all are stable and stand apart."""
        return [
            k
            for k, stability, fullness in zip(self.ks, self.stability, self.fullness, strict=True)
            if stability >= STABLE and fullness <= VALLEY
        ]

    def typically_apart(self, k: int) -> bool:
        """Return whether the clusters for k are stable, and half of them or more stand apart."""
        at = self.ks.index(k) if k in self.ks else None
        return at is not None and self.stability[at] >= STABLE and self.typical[at] <= VALLEY

    def inside(self, outer: int) -> list[int]:
        """Return each k that may be a second level, much finer than another."""
        return [
            k
            for k, stability, mean in zip(self.ks, self.stability, self.mean, strict=True)
            if k >= _TIMES_AS_FINE * outer and stability >= STABLE and mean <= TENTH_EMPTIER
        ]


def standings(found: Sequence[Half], ks: Sequence[int]) -> Standings:
    """Return how the clusters for each k stand up over all halves."""
    rows = []
    for k in ks:
        each = standing(found, k)
        if each is not None:
            full = np.nan_to_num(each.fullness, nan=np.inf)
            rows.append((k, each.overlap.min(), full.max(), np.median(full), full.mean()))
    if not rows:
        return Standings((), (), (), (), ())
    known, *measured = zip(*rows, strict=True)
    return Standings(known, *(tuple(map(float, column)) for column in measured))


def one_group_p_value(found: Sequence[Half]) -> float:
    """Return a bound of the probability of a valley at least this clear, if there is one group.

    Twice the median over the halves: it holds however the halves depend on one another. NaN if
    there are too few images for a test; a half in which none was possible counts as 1.

    References
    ----------
    Meinshausen, N., Meier, L. and Bühlmann, P. (2009). p-values for high-dimensional regression.
    Journal of the American Statistical Association 104, 1671-1681.
    """
    p_values = np.array([half.p_value for half in found])
    if np.isnan(p_values).all():
        return np.nan
    return min(1.0, 2 * float(np.median(np.nan_to_num(p_values, nan=1.0))))


def n_groups_inside(found: Sequence[Half], k: int, *, is_clear: bool = False) -> int:
    """Return how many groups are counted if there are a few more clusters than k.

    With more clusters than groups some groups are cut, and their pieces are joined again. Where
    more groups than k remain, some clusters of k have merged two: K-means merges small groups
    rather than to leave a large one whole. It is the median over the next six k. If it is asked
    for the clear ones, the middle between two must hold less than 70 % of the emptier end.
    """
    counted = [half.clear_groups if is_clear else half.groups for half in found]
    numbers = [
        float(np.median(known))
        for finer in range(k + 1, k + 1 + _FINER)
        if (known := [groups[finer] for groups in counted if finer in groups])
    ]
    return int(np.median(numbers)) if numbers else k


def counted_groups(found: Sequence[Half], vote: int) -> int | None:
    """Return how many groups most halves count, or None if they do not agree.

    A half counts g groups if, of a few more clusters than g, g remain when they are joined again.
    It needs no clusters for g itself: where K-means for g cuts a large group and merges small
    ones, the groups are counted all the same. Six of ten halves must agree, or five on the k with
    the highest silhouettes. A number below that k is not named: small groups are easily missed.

    Parameters
    ----------
    found : sequence of Half
        What halves of the images say.
    vote : int
        The k with the highest silhouettes.
    """
    counts = Counter(_count(half) for half in found)
    # Of two numbers that as many halves count, the one that the silhouettes say.
    n_groups = max(counts, key=lambda each: (counts[each], each == vote), default=0)
    least = _COUNTED_TOO if n_groups == vote else _COUNTED
    is_named = n_groups >= vote and counts[n_groups] >= least * len(found)
    return n_groups if is_named else None


def _count(half: Half) -> int:
    n_groups = 1
    while (inside := n_groups_inside([half], n_groups)) > n_groups:
        n_groups = inside
    return n_groups


def nearly_highest(silhouettes: Sequence[float], ks: Sequence[int]) -> tuple[int, ...]:
    """Return each k whose mean silhouette is at most 2 % below the highest, the highest first.

    Another start of K-means can change it by as much, and with it which of two is the higher.
    """
    scores = np.nan_to_num(np.array(silhouettes, dtype=np.float64), nan=-1)
    order = np.argsort(-scores, kind="stable")
    least = scores.max() - _TIE * abs(scores.max())
    return tuple(ks[each] for each in order if scores[each] >= least)


def clearest(highest: Sequence[int], apart: Sequence[int]) -> int:
    """Return the largest k of the highest whose clusters stand apart, or else the first."""
    return max((k for k in highest if k in apart), default=highest[0])


def decide(found: Sequence[Half], ks: Sequence[int], highest: Sequence[int]) -> Answer:
    """Say how many groups there are.

    Parameters
    ----------
    found : sequence of Half
        What halves of the images say.
    ks : sequence of int
        The range, ascending.
    highest : sequence of int
        Each k with the highest silhouettes in the main directions of all images, or nearly; the
        highest first.

    Returns
    -------
    Answer
    """
    if not one_group_p_value(found) <= ALPHA:  # Also where it could not be tested.
        return Answer("one group")
    table = standings(found, ks)
    if len(ks) == 1:  # It is the first and the last, and there is nothing to compare it with.
        return Answer("groups")
    apart = table.apart()
    vote = clearest(highest, apart)
    if ks[-1] in (vote, max(apart, default=0)):
        return Answer("more")
    answer = _if_clusters_stand(found, ks, table, vote)
    if answer is not None and answer.kind == "k":
        return answer
    counted = counted_groups(found, vote)
    if counted is None or counted not in ks:
        return answer or Answer("groups")
    return _by_the_count(counted, vote, answer, apart)


def _by_the_count(counted: int, vote: int, answer: Answer | None, apart: Sequence[int]) -> Answer:
    """Return the answer that a number gives which halves agree about."""
    if answer is None:
        return Answer("k", (counted,), is_counted=True)
    # Clusters can come back and be pieces of groups. The halves have joined them again.
    if vote < counted < max(answer.ks):
        return Answer("levels", (vote, counted), is_counted=counted not in apart)
    return answer


def _if_clusters_stand(
    found: Sequence[Half], ks: Sequence[int], table: Standings, vote: int
) -> Answer | None:
    """Return the answer that clusters of the vote give; None if they do not stand up."""

    def is_last(k: int) -> bool:
        """Return whether with a few more clusters than k no more groups are counted."""
        return n_groups_inside(found, k) <= k

    apart, inside = table.apart(), table.inside(vote)
    n_inside = n_groups_inside(found, vote)
    # Of a cluster of few images the valley is hard to see; finer clusters tell the same.
    as_many = _NEARLY_ALL * vote <= n_inside <= vote and table.typically_apart(vote)
    if not (vote in apart or as_many):
        return None
    finest = max([*apart, *inside], default=vote)
    # Of only a few more clusters, some may have merged groups in their turn.
    if finest > vote and (finest in inside or is_last(finest)):
        return Answer("levels", (vote, finest))
    if n_inside <= vote:
        return Answer("k", (vote,))
    # One group more can be of a cluster with two kinds of images. Between groups that K-means has
    # merged, the valleys are clear, or with still more clusters there are more.
    is_one_more = n_inside == vote + 1 and n_inside in ks and is_last(n_inside)
    if is_one_more and n_groups_inside(found, vote, is_clear=True) <= vote:
        return Answer("levels", (vote, n_inside))
    return None


def agreed(answer: Answer, repeats: Sequence[Answer]) -> Answer:
    """Return the answer, without its k if too few repeats name it."""
    if not answer.ks or n_alike(answer, repeats) >= _AGREEMENT * len(repeats):
        return answer
    return Answer("groups")


def n_alike(answer: Answer, repeats: Sequence[Answer]) -> int:
    """Count the repeats that give the same answer, or that name one of its k."""
    if not answer.ks:
        return sum(repeat == answer for repeat in repeats)
    return sum(bool(set(answer.ks) & set(repeat.ks)) for repeat in repeats)
