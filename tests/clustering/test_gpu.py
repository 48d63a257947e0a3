"""What a GPU does: on one where it is, or else the same functions by torch on the processor."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cliplab._core.device import gpu_for
from cliplab.clustering import gpu as on_gpu
from cliplab.clustering.kmeans_chain import kmeans_chain
from cliplab.clustering.silhouettes import silhouettes
from cliplab.projection.tsne import StagedTSNE

KS = range(2, 9)
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def _groups(seed: int, n_points: int = 600, n_features: int = 96) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    centers = random.normal(size=(12, n_features))
    points = centers[np.arange(n_points) % 12] + 0.8 * random.normal(size=(n_points, n_features))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rule find a device that pays."""
    for module in ("clustering.kmeans_chain", "clustering.silhouettes", "projection.tsne"):
        monkeypatch.setattr(f"cliplab.{module}.gpu_for", lambda work: DEVICE)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("rows", [None, [5, 599, 0, 17]])
def test_silhouettes_on_a_device_are_the_same(
    request: pytest.FixtureRequest, metric: str, rows: list[int] | None
) -> None:
    points = _groups(0)
    points[300:] = points[:300] + np.float32(1e-5)  # Near-duplicates need double precision.
    labelings = [np.arange(600) // 2 % k for k in (2, 5, 12)]
    labelings[1][:9] = -1
    expected = silhouettes(points, labelings, metric, rows=rows)

    request.getfixturevalue("gpu")

    found = silhouettes(points, labelings, metric, rows=rows)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def _inertia(points: NDArray[np.floating], labels: NDArray[np.intp]) -> float:
    return sum(
        float(((points[labels == label] - points[labels == label].mean(axis=0)) ** 2).sum())
        for label in np.unique(labels)
    )


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("most_searched", [10_000, 200])
def test_k_means_settles_on_a_device_as_well(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    metric: str,
    most_searched: int,
) -> None:
    monkeypatch.setattr("cliplab.clustering.kmeans_chain._MOST_SEARCHED", most_searched)
    points = _groups(1)
    expected = [_inertia(points, labels) for labels in kmeans_chain(points, KS, 0, metric)]

    request.getfixturevalue("gpu")

    found = [_inertia(points, labels) for labels in kmeans_chain(points, KS, 0, metric)]
    np.testing.assert_allclose(found, expected, rtol=0.01)


def test_a_start_that_is_settled_stays_on_a_device() -> None:
    points = _groups(2).astype(np.float64)
    points -= points.mean(axis=0)
    start = dict(zip(KS, kmeans_chain(points, KS, 0), strict=True))

    settled = on_gpu.settle(points, start, None, False, DEVICE)

    for k in KS:
        np.testing.assert_array_equal(settled[k], start[k])


def test_lloyd_s_steps_on_a_device_end_where_every_point_has_its_nearest_centre() -> None:
    points = _groups(3).astype(np.float64)
    start = {5: np.arange(100) % 5}

    labels = on_gpu.settle(points, start, np.arange(100), False, DEVICE)[5]

    means = np.stack([points[labels == label].mean(axis=0) for label in range(5)])
    apart = ((points[:, None] - means) ** 2).sum(axis=2)
    np.testing.assert_array_equal(labels, apart.argmin(axis=1))


@pytest.mark.slow
def test_a_t_sne_settles_on_a_device_as_well(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = _groups(4, n_points=200)
    *_, expected = StagedTSNE(points).frames(20)

    request.getfixturevalue("gpu")
    monkeypatch.setattr("cliplab.projection.tsne.MOST_TILED", 100)

    *_, found = StagedTSNE(points).frames(20)
    assert found.kl_divergence == pytest.approx(expected.kl_divergence, rel=1e-3)


@pytest.mark.parametrize(("device", "expected"), [("cuda", "cuda"), ("mps", None), ("cpu", None)])
def test_only_a_gpu_of_cuda_s_takes_over_and_only_large_work(
    monkeypatch: pytest.MonkeyPatch, device: str, expected: str | None
) -> None:
    monkeypatch.setattr("cliplab._core.device.best_device", lambda: device)
    monkeypatch.setitem(sys.modules, "torch", sys)

    assert gpu_for(1e11) == expected
    assert gpu_for(1e9) is None

    monkeypatch.delitem(sys.modules, "torch")
    assert gpu_for(1e11) is None
    assert gpu_for(1e13) == expected


@pytest.mark.slow
def test_a_sweep_of_a_lesson_s_size_does_not_load_torch() -> None:
    script = """
import sys, numpy as np
from cliplab import sweep_clusters
sweep_clusters(np.random.default_rng(0).normal(size=(1000, 512)), [2, 3])
print("torch" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
