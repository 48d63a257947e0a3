"""Two halves of the images: the one proposes clusters, the other tests them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab.evaluation.evidence.main_directions import main_directions, partitions, whitening
from cliplab.evaluation.line import (
    EMPTIER,
    VALLEY,
    counts_between,
    fullness,
    squared_distances,
    valley_p_value,
)

# Clusters are the same if they share more than half of the images that belong to any of both.
_SAME = 0.5
# One group is tested between small clusters that are neighbors. Two halves of a bent group lie
# apart along the chord; small pieces of it are straight, and there is nothing between them.
_PIECES = range(4, 13)
_IMAGES_IN_A_PIECE = 8
_NEIGHBORS = 3
# An end with a single image is not fuller than an empty middle, but by chance.
_IMAGES_AT_AN_END = 2
# Images with which there is a test: two halves of four pieces.
FEWEST = 2 * _PIECES[0] * _IMAGES_IN_A_PIECE

Floats = NDArray[np.floating]
Labels = NDArray[np.intp]


class Half(NamedTuple):
    """What one half of the images says of clusters that were found in all of them.

    Attributes
    ----------
    overlaps : dict of int to ndarray of shape (k,)
        For each k and each cluster of all images, its Jaccard overlap with the most similar
        cluster that was found in this half alone.
    counts : dict of int to ndarray of shape (k, 3)
        For that most similar cluster, how many images of the other half stand about its centre,
        in the middle of the way to the nearest centre, and about that one. NaN where no cluster
        is the same.
    p_value : float
        That of the clearest valley in this half, in the other half. NaN if the images are too few
        for a test.
    groups : dict of int to int
        For each k, into how many groups its clusters fall if two neighbors are one group unless
        the other half has fewer images in the middle between them than at the emptier end.
    clear_groups : dict of int to int
        The same, if the middle must hold less than 70 % of the emptier end.
    """

    overlaps: dict[int, NDArray[np.float64]]
    counts: dict[int, NDArray[np.float64]]
    p_value: float
    groups: dict[int, int]
    clear_groups: dict[int, int]


@dataclass
class _Proposal:
    """Clusters of one half: how far each image of a half is from them, and they from each other."""

    proposing: Floats
    testing: Floats
    spans: Floats

    @cached_property
    def tested(self) -> NDArray[np.intp]:
        """For each line between neighbors, the counts of the other half."""
        return counts_between(self.testing, self.spans, *self.lines)

    @cached_property
    def lines(self) -> tuple[Labels, Labels]:
        """Where lines begin and end: pairs of near clusters, ascending, the lower one first.

        No other centre lies between them (Gabriel's neighbors).
        """
        near = self.nearest(_NEIGHBORS)
        pairs = np.stack([np.repeat(np.arange(self.k), near.shape[1]), near.ravel()], axis=1)
        starts, ends = np.unique(np.sort(pairs, axis=1), axis=0).T
        detours = self.spans[starts] + self.spans[ends]
        rows = np.arange(len(starts))
        detours[rows, starts] = detours[rows, ends] = np.inf
        is_free = detours.min(axis=1) >= self.spans[starts, ends]
        return starts[is_free], ends[is_free]

    @property
    def k(self) -> int:
        return len(self.spans)

    def nearest(self, n: int) -> Labels:
        """Return for each cluster the nearest others, the nearest first."""
        others = np.where(np.eye(self.k, dtype=bool), np.inf, self.spans)
        return others.argsort(axis=1, kind="stable")[:, : min(n, self.k - 1)]


def halves(points: Floats, labels: Mapping[int, Labels], seed: int) -> list[Half]:
    """Split the images at random; let each half propose clusters that the other half tests.

    Parameters
    ----------
    points : ndarray of shape (n_images, n_features)
        The images.
    labels : mapping of int to ndarray of shape (n_images,)
        For each k the clusters of all images.
    seed : int
        Of the split and of K-means.

    Returns
    -------
    list of Half
        Two, or none where there are too few images for any k.
    """
    order = np.random.default_rng(seed).permutation(len(points))
    middle = len(points) // 2
    found = (
        _half(points, labels, fit, held, seed)
        for fit, held in (
            (order[:middle], order[middle:]),
            (order[middle:], order[:middle]),
        )
    )
    return [half for half in found if half is not None]


def _half(
    points: Floats, labels: Mapping[int, Labels], fit: Labels, held: Labels, seed: int
) -> Half | None:
    directions = main_directions(points[fit])
    proposing, testing = directions.scores(points[fit]), directions.scores(points[held])
    # With fewer than four images in a cluster there is nothing to test.
    ks = [k for k in labels if k <= len(fit) // 4]
    pieces = [k for k in _PIECES if k <= len(fit) // _IMAGES_IN_A_PIECE]
    if not ks:
        return None
    found = partitions(proposing, max([*ks, *pieces]), seed, is_brief=True)
    proposals = {k: _propose(proposing, testing, clusters) for k, clusters in found.items()}
    ks = [k for k in ks if k in proposals]
    if not ks:
        return None
    overlaps, counts = {}, {}
    for k in ks:
        jaccard = _jaccard(labels[k][fit], found[k], k)
        overlaps[k] = jaccard.max(axis=1)
        to_nearest = _to_nearest(proposals[k])[jaccard.argmax(axis=1)]
        counts[k] = np.where((overlaps[k] > _SAME)[:, None], to_nearest, np.nan)
    p_value = _clearest([proposals[k] for k in pieces if k in proposals])
    groups, clear_groups = (
        {k: _n_groups(proposal, fullest) for k, proposal in proposals.items()}
        for fullest in (EMPTIER, VALLEY)
    )
    return Half(overlaps, counts, p_value, groups, clear_groups)


def _propose(proposing: Floats, testing: Floats, labels: Labels) -> _Proposal:
    k = int(labels.max()) + 1
    centers = np.array([proposing[labels == cluster].mean(axis=0) for cluster in range(k)])
    matrix = whitening(proposing, centers, labels)
    centers = centers @ matrix
    return _Proposal(
        squared_distances(proposing @ matrix, centers),
        squared_distances(testing @ matrix, centers),
        squared_distances(centers, centers),
    )


def _to_nearest(proposal: _Proposal) -> NDArray[np.intp]:
    """Count the images of the other half between each centre and the nearest other."""
    nearest = proposal.nearest(1)[:, 0]
    clusters = np.arange(proposal.k)
    starts, ends = proposal.lines
    # Of two that are the nearest to one another, there is no other between.
    keys = np.minimum(clusters, nearest) * proposal.k + np.maximum(clusters, nearest)
    counts = proposal.tested[np.searchsorted(starts * proposal.k + ends, keys)]
    return np.where((clusters < nearest)[:, None], counts, counts[:, ::-1])


def _clearest(proposals: Sequence[_Proposal]) -> float:
    """Return the p-value, in the other half, of the valley that is clearest in this one.

    Which valley is tested was chosen without the other half, so there is one test only.
    """
    if not proposals:
        return np.nan
    seen = [counts_between(each.proposing, each.spans, *each.lines) for each in proposals]
    tested = np.vstack([each.tested for each in proposals])
    return float(valley_p_value(tested[valley_p_value(np.vstack(seen)).argmin()]))


def _n_groups(proposal: _Proposal, fullest: float) -> int:
    """Count the groups if two neighbors are one where their middle is fuller than such a share."""
    fewest = proposal.tested[:, [0, 2]].min(axis=1)
    is_joined = (fullness(proposal.tested) > fullest) | (fewest < _IMAGES_AT_AN_END)
    starts, ends = (each[is_joined] for each in proposal.lines)
    together = np.eye(proposal.k, dtype=bool)
    together[starts, ends] = together[ends, starts] = True
    # Each product joins over twice as many lines. SciPy's graphs take longer for so few clusters.
    for _ in range(proposal.k.bit_length()):
        together = together @ together
    return len(set(together.argmax(axis=1).tolist()))


def _jaccard(labels: Labels, others: Labels, k: int) -> NDArray[np.float64]:
    """Return for each cluster of the one and of the other labels how much they overlap."""
    shared = np.bincount(labels * k + others, minlength=k * k).reshape(k, k)
    either = shared.sum(axis=1)[:, None] + shared.sum(axis=0) - shared
    overlap: NDArray[np.float64] = shared / np.maximum(either, 1)
    return overlap


class Standing(NamedTuple):
    """How the clusters for one k have stood up, over all halves.

    Attributes
    ----------
    overlap : ndarray of shape (k,)
        The mean Jaccard overlap of each cluster.
    fullness : ndarray of shape (k,)
        How full the middle of the way to the nearest cluster is, as a share of the emptier end.
        NaN if no half had the cluster.
    """

    overlap: NDArray[np.float64]
    fullness: NDArray[np.float64]


def standing(found: Sequence[Half], k: int) -> Standing | None:
    """Return how the clusters for one k have stood up; None if no half could tell."""
    known = [half for half in found if k in half.overlaps]
    if not known:
        return None
    counts = np.array([half.counts[k] for half in known])
    n_counted = np.isfinite(counts[..., 0]).sum(axis=0)
    mean = np.nansum(counts, axis=0) / np.where(n_counted, n_counted, np.nan)[:, None]
    return Standing(np.mean([half.overlaps[k] for half in known], axis=0), fullness(mean))
