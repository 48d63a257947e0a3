"""What only a real GPU can show; skipped where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import Mock

import numpy as np
import pytest
import torch

from cliplab import ClipEncoder, load_storybook, sweep_clusters
from cliplab.clustering import kmeans_chain
from cliplab.clustering import silhouettes as silhouette

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")

_RANDOM = np.random.default_rng(0)
_CENTERS = 3 * _RANDOM.normal(size=(8, 128))
POINTS = (_CENTERS[np.arange(4000) % 8] + _RANDOM.normal(size=(4000, 128))).astype(np.float32)


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Leave room for a small batch of ViT-B-32 and no more."""
    torch.cuda.empty_cache()
    room = torch.cuda.memory_allocated() + 1200 * 2**20
    torch.cuda.set_per_process_memory_fraction(room / torch.cuda.mem_get_info()[1])
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


def test_a_gpu_encodes_as_the_processor_does() -> None:
    images = load_storybook(n_images=40)
    there, here = (ClipEncoder("storybook", device=device) for device in ("cuda", "cpu"))
    assert ClipEncoder("storybook").device == "cuda"

    cosines = (
        there.encode_images(images, store=False).vectors
        * here.encode_images(images, store=False).vectors
    ).sum(axis=1)

    assert there.precision in ("float16", "bfloat16")
    assert cosines.min() > 0.999


def test_a_batch_that_a_gpu_cannot_hold_is_halved(little_memory: None) -> None:
    images = load_storybook(n_images=8)
    encoder = ClipEncoder("ViT-B-32", None, "cuda", precision="float32")
    expected = encoder.encode_images(images, batch_size=8, store=False).vectors
    sizes = []
    encode = encoder._clip.network.encode_image

    def counted(batch: torch.Tensor) -> torch.Tensor:
        sizes.append(len(batch))
        return encode(batch)

    encoder._clip.network.encode_image = counted

    found = encoder.encode_images(images, batch_size=2048, store=False).vectors

    assert max(sizes) < 2048
    np.testing.assert_allclose((found * expected).sum(axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_a_large_sweep_goes_to_the_gpu_and_finds_the_same_groups(
    monkeypatch: pytest.MonkeyPatch, metric: str
) -> None:
    settled, measured = Mock(wraps=kmeans_chain.settle), Mock(wraps=silhouette.summed_distances)
    monkeypatch.setattr("cliplab.clustering.kmeans_chain.settle", settled)
    monkeypatch.setattr("cliplab.clustering.silhouettes.summed_distances", measured)
    monkeypatch.setattr("cliplab._core.device._PAYS", 0)
    there = sweep_clusters(POINTS, [4, 8], metric=metric)
    assert {call.args[-1] for call in settled.call_args_list} == {"cuda"}
    assert {call.args[-1] for call in measured.call_args_list} == {"cuda"}
    monkeypatch.setattr("cliplab._core.device._PAYS", np.inf)

    here = sweep_clusters(POINTS, [4, 8], metric=metric)

    for k in (4, 8):
        np.testing.assert_array_equal(there[k].cluster_labels, here[k].cluster_labels)
        np.testing.assert_allclose(there[k].silhouettes, here[k].silhouettes, atol=1e-5)
