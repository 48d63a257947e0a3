"""Centres and inertias of many clusterings at once, beside plain sums in extended precision."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from cliplab.clustering import measuring
from cliplab.clustering.measuring import centers_and_inertias
from cliplab.clustering.sweeping import sweep_clusters

_RANDOM = np.random.default_rng(0)
_GROUPS = np.arange(600) % 12
_NOISE = _RANDOM.normal(size=(600, 33))
_CENTERS = _RANDOM.normal(size=(12, 33))
DATA = {
    "groups": _CENTERS[_GROUPS] + _NOISE,
    "single precision": (_CENTERS[_GROUPS] + _NOISE).astype(np.float32),
    "far from the origin": 1e6 + _CENTERS[_GROUPS] + _NOISE,
    "a narrow cone": (1.4 + 0.4 * _CENTERS[_GROUPS] + 0.9 * _NOISE).astype(np.float32),
    "near-duplicates": 5 + _CENTERS[_GROUPS] + 1e-7 * _NOISE,
    "two columns": (30 * _CENTERS[_GROUPS] + _NOISE)[:, :2],
}


def _with_noise(labels: np.ndarray) -> np.ndarray:
    return np.where(np.arange(600) % 7 == 3, -1, labels)


LABELINGS = [
    _GROUPS % 2,
    _with_noise(_GROUPS % 5),
    _GROUPS,
    np.full(600, -1),
    _with_noise(_GROUPS),
    np.zeros(600, dtype=int),
    np.arange(600),
]


def _plain(
    points: np.ndarray, labels: np.ndarray, metric: str
) -> tuple[list[np.ndarray], np.longdouble]:
    exact = points.astype(np.longdouble)
    if metric == "cosine":
        exact = exact / np.sqrt((exact**2).sum(axis=1, keepdims=True))
    centers, inertia = [], np.longdouble(0)
    for label in range(labels.max() + 1):
        own = exact[labels == label]
        center = own.sum(axis=0) / len(own)
        if metric == "cosine":
            center = center / np.sqrt((center**2).sum())
        centers.append(center)
        inertia += ((own - center) ** 2).sum()
    return centers, inertia


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("name", DATA)
def test_centers_and_inertias_are_those_of_plain_sums(
    name: str, metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "_N_ROWS", 250)
    monkeypatch.setattr(measuring, "_N_NEAR", 100)
    if (name, metric) == ("far from the origin", "cosine"):
        pytest.skip("There directions differ by less than double precision can hold.")
    points = DATA[name]

    found = centers_and_inertias(points, LABELINGS, metric)

    for labels, (centers, inertia) in zip(LABELINGS, found, strict=True):
        expected, sum_of_squares = _plain(points, labels, metric)
        assert centers.shape == (labels.max() + 1, points.shape[1])
        largest = float(np.abs(points).max())
        for center, plain in zip(centers, expected, strict=True):
            np.testing.assert_allclose(center, plain.astype(float), rtol=0, atol=1e-14 * largest)
        # Unit rows are rounded before anything is measured of them.
        rounding = 1e-22 if metric == "cosine" else 0
        assert inertia == pytest.approx(float(sum_of_squares), rel=1e-12, abs=rounding)


def test_duplicates_have_no_inertia_at_all_and_never_a_negative_one() -> None:
    points = (5 + _CENTERS[_GROUPS]).astype(np.float32)
    for metric, most in (("euclidean", 0.0), ("cosine", 1e-27)):
        (_, inertia), (_, with_noise) = centers_and_inertias(
            points, [_GROUPS, _with_noise(_GROUPS)], metric
        )
        assert 0 <= inertia <= most
        assert 0 <= with_noise <= most


def test_noise_counts_for_nothing_wherever_it_is() -> None:
    labels = _with_noise(_GROUPS)
    moved = np.where((labels == -1)[:, None], 1e9, DATA["groups"])

    for metric in ("euclidean", "cosine"):
        [(centers, inertia)] = centers_and_inertias(DATA["groups"], [labels], metric)
        [(same, equal)] = centers_and_inertias(moved, [labels], metric)
        np.testing.assert_array_equal(centers, same)
        assert inertia == equal


@pytest.mark.parametrize("n_features", [1, 7, 33])
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_nothing_depends_on_the_number_of_a_cluster(metric: str, n_features: int) -> None:
    points = DATA["a narrow cone"][:, :n_features]
    [(centers, inertia)] = centers_and_inertias(points, [_GROUPS], metric)

    for seed in range(5):
        order = np.random.default_rng(seed).permutation(12)
        [(renumbered, equal)] = centers_and_inertias(points, [order[_GROUPS]], metric)
        np.testing.assert_array_equal(renumbered[order], centers)
        assert equal == inertia


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_no_clustering_depends_on_those_beside_it(metric: str) -> None:
    points = DATA["a narrow cone"]
    together = centers_and_inertias(points, LABELINGS, metric)

    for labels, (centers, inertia) in zip(LABELINGS, together, strict=True):
        [(alone, equal)] = centers_and_inertias(points, [labels], metric)
        np.testing.assert_array_equal(alone, centers)
        assert equal == inertia


def test_one_k_of_a_sweep_is_measured_as_among_others() -> None:
    points = DATA["single precision"]
    alone, among = sweep_clusters(points, [12])[12], sweep_clusters(points, [3, 7, 12])[12]

    assert alone.inertia == among.inertia
    # Numbers follow the sweep.
    np.testing.assert_array_equal(
        np.unique(alone.centers, axis=0), np.unique(among.centers, axis=0)
    )


def test_only_a_portion_is_double_precision_at_a_time() -> None:
    points = np.ones((60_000, 64), dtype=np.float32)
    labelings = [np.arange(60_000) % k for k in (2, 3, 4)]
    tracemalloc.start()
    try:
        centers_and_inertias(points, labelings, "euclidean")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < points.nbytes / 2
