"""The way to cuML and back, with a stand-in for it: see `loopback/cuml_standin`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from cliplab import sweep_clusters
from cliplab.projection.engines import cuml_engine
from cliplab.projection.tsne import StagedTSNE

KS = [2, 5, 9]
_RANDOM = np.random.default_rng(0)
POINTS = 3 * _RANDOM.normal(size=(8, 80))[np.arange(240) % 8] + _RANDOM.normal(size=(240, 80))


@pytest.fixture
def cuml(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the stand-in, and let the rule find a GPU that pays."""
    for name in [name for name in sys.modules if name.split(".")[0] == "cuml"]:
        monkeypatch.delitem(sys.modules, name)  # The real one, where it is.
    monkeypatch.syspath_prepend(Path(__file__).parent / "loopback" / "cuml_standin")
    monkeypatch.setattr("cliplab.projection.engines.cuml_engine.gpu_for", lambda work: "cuda")
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "cuml"]:
        del sys.modules[name]


def test_without_cuml_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cliplab.projection.engines.cuml_engine.gpu_for", lambda work: "cuda")
    monkeypatch.setitem(sys.modules, "cuml", None)  # As if it were not installed, where it is.

    assert not cuml_engine.pays(1e15)


def test_without_a_gpu_cuml_is_left_alone(cuml: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cuml_engine.pays(1e15)

    monkeypatch.setattr("cliplab.projection.engines.cuml_engine.gpu_for", lambda work: None)

    assert not cuml_engine.pays(1e15)


def test_clusters_stay_with_our_own(cuml: None) -> None:
    sweep_clusters(POINTS, KS)

    assert "cuml" not in sys.modules


def test_very_many_images_are_drawn_by_cuml(cuml: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cliplab.projection.tsne.MOST_EXACT", 100)

    (frame,) = StagedTSNE(POINTS).frames(20)

    assert trustworthiness(POINTS, frame.coordinates, n_neighbors=12) > 0.95
    assert frame.kl_divergence is None
    assert frame.share_done == 1


@pytest.mark.parametrize("perplexity", [20.5, 350])
def test_cuml_is_asked_for_three_neighbours_for_each_of_the_perplexity_as_far_as_it_goes(
    cuml: None, perplexity: float
) -> None:
    """The stand-in refuses other numbers."""
    points = _RANDOM.normal(size=(400, 8)).astype(np.float32)

    assert cuml_engine.tsne(points, perplexity, random_state=0).shape == (400, 2)


def test_a_picture_that_stands_is_gone_on_with_by_open_tsne(
    cuml: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openTSNE")
    monkeypatch.setattr("cliplab.projection.tsne.MOST_EXACT", 100)
    standing = 10 * POINTS[:, :2]

    frames = list(StagedTSNE(POINTS).frames(20, start=standing))

    assert len(frames) > 1
    assert "cuml.manifold" not in sys.modules
