from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from cliplab import compare_algorithms, sweep_clusters


@pytest.mark.slow
def test_its_k_means_are_those_of_a_sweep() -> None:
    points = np.random.default_rng(0).normal(size=(200, 96))

    compared = compare_algorithms(points, n_clusters=8)

    for title, metric in (("K-means", "euclidean"), ("spherical K-means", "cosine")):
        swept = sweep_clusters(points, range(2, 21), metric=metric)[8]
        assert adjusted_rand_score(compared[title].cluster_labels, swept.cluster_labels) == 1
        assert compared[title].inertia == swept.inertia
