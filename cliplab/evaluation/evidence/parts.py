"""Whether a cluster has groups inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cliplab.evaluation.evidence.answers import standings
from cliplab.evaluation.evidence.halves import halves
from cliplab.evaluation.evidence.main_directions import main_directions, partitions

_FEWEST = 24  # Of fewer images, a half has too few to tell.
_MOST_PARTS = 3
_N_SPLITS = 10
_STABLE = 0.8


def has_parts(points: NDArray[np.floating], seeds: Sequence[int]) -> bool:
    """Return whether the images of one cluster fall into groups, as far as halves of it tell.

    It is no test. It takes a k back for which there is a hint that one of its clusters is two
    groups, for example two small ones that K-means has merged.

    Parameters
    ----------
    points : ndarray of shape (n_images, n_features)
        The images of the cluster.
    seeds : sequence of int
        Of the splits.
    """
    if len(points) < _FEWEST:
        return False
    scores = main_directions(points).scores(points)
    labels = partitions(scores, _MOST_PARTS, seeds[0])
    found = [
        half for seed in seeds[:_N_SPLITS] for half in halves(scores, labels, seed, with_test=False)
    ]
    return bool(standings(found, list(labels)).apart(_STABLE))
