"""The partition into k is the same whatever other k are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from cliplab import ClusterSweep, load_pack, sweep_clusters
from cliplab.clustering.kmeans_chain import kmeans_chain
from cliplab.packs.published import STORYBOOK_PACK

PACK = load_pack(STORYBOOK_PACK)


def _groups() -> NDArray[np.floating]:
    random = np.random.default_rng(0)
    return random.normal(size=(12, 96))[np.arange(300) % 12] + random.normal(size=(300, 96))


def _noise() -> NDArray[np.floating]:
    return np.random.default_rng(1).normal(size=(250, 128)).astype(np.float32)


def _duplicates() -> NDArray[np.floating]:
    return np.random.default_rng(2).normal(size=(23, 8))[np.arange(200) % 23]


DATA: dict[str, Callable[[], NDArray[np.floating]]] = {
    "the storybook's vectors": lambda: PACK.embeddings.vectors[:400],
    "the storybook's map": lambda: np.asarray(PACK.projection)[:300],
    "groups": _groups,
    "noise": _noise,
    "a plane": lambda: np.random.default_rng(3).uniform(size=(150, 2)),
    "few images": lambda: np.random.default_rng(4).normal(size=(13, 5)).astype(np.float32),
    "duplicates": _duplicates,
}
LISTS = [[2], [5], [8], [11], [12, 3], [8, 9], [2, 7, 12], list(range(12, 1, -1)), [4, 13]]


def _require_same(found: ClusterSweep, expected: ClusterSweep, ks: Sequence[int]) -> None:
    for k in ks:
        labels, others = found[k].cluster_labels, expected[k].cluster_labels
        assert adjusted_rand_score(labels, others) == 1
        assert found[k].inertia == expected[k].inertia


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("name", DATA)
def test_the_clusters_for_a_k_are_the_same_alone_in_pairs_and_in_the_whole_range(
    name: str, metric: str
) -> None:
    points = DATA[name]()
    everything = sweep_clusters(points, range(2, min(20, len(points)) + 1), metric=metric)

    for ks in LISTS:
        _require_same(sweep_clusters(points, ks, metric=metric), everything, ks)


@pytest.mark.parametrize("random_state", [1, 2**31])
def test_other_seeds_keep_the_clusters_for_a_k_apart_from_the_other_k_too(
    random_state: int,
) -> None:
    points = _noise()
    pair = sweep_clusters(points, [6, 17], random_state=random_state)

    _require_same(sweep_clusters(points, [17], random_state=random_state), pair, [17])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["groups", "a plane", "duplicates"])
def test_above_20_too_the_clusters_for_a_k_do_not_depend_on_the_other_k(name: str) -> None:
    points, ks = DATA[name](), [20, 21, 23]
    everything = sweep_clusters(points, range(2, 24))

    for k in ks:
        _require_same(sweep_clusters(points, [k]), everything, [k])
    _require_same(sweep_clusters(points, ks), everything, ks)


@pytest.mark.slow
def test_a_sample_of_many_points_is_the_same_whatever_k_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cliplab.clustering.kmeans_chain._MOST_SEARCHED", 120)
    points = _groups()
    everything = sweep_clusters(points, range(2, 31))

    for ks in ([7], [25], [25, 7]):
        _require_same(sweep_clusters(points, ks), everything, ks)


def test_eight_clusters_of_the_storybook_are_the_same_alone_and_in_its_sweep() -> None:
    """Once they were by colour in the sweep and by object alone, with a Rand index of 0.005."""
    alone = sweep_clusters(PACK.embeddings, [8])

    assert adjusted_rand_score(alone[8].cluster_labels, PACK.sweep[8].cluster_labels) == 1
    assert alone[8].inertia == pytest.approx(PACK.sweep[8].inertia, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("ks", [[24], [2, 24], [24, 40], [39], [61, 3]])
def test_the_largest_k_that_an_error_names_does_not_depend_on_the_other_k(ks: list[int]) -> None:
    with pytest.raises(
        ValueError, match=rf"at most 23, the number of images that differ\. Got {max(ks)} instead"
    ):
        kmeans_chain(_duplicates(), ks, random_state=0)


@pytest.mark.slow
@pytest.mark.parametrize("n_images", [1, 2, 3, 20, 21])
def test_every_k_up_to_the_number_of_images_can_be_had(n_images: int) -> None:
    points = np.random.default_rng(5).normal(size=(n_images, 4))

    for k in {2, n_images} - {1}:
        if k <= n_images:
            assert len(np.unique(kmeans_chain(points, [k], random_state=0))) == k
    with pytest.raises(ValueError, match=f"at most {n_images}, .* Got {n_images + 1} instead"):
        kmeans_chain(points, [n_images + 1], random_state=0)
