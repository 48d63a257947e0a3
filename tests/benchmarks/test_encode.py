"""The path of the benchmark that needs a GPU, walked on the CPU."""

from __future__ import annotations

from pathlib import Path

import pytest

from cliplab import load_storybook

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import encode

    return encode


@pytest.mark.slow
def test_rates_and_a_cosine_come_from_any_device(benchmark, tmp_path):
    paths = [tmp_path / f"{row}.png" for row in range(4)]
    for path, image in zip(paths, load_storybook(n_images=4), strict=True):
        image.save(path)
    rates = benchmark.device_rates("storybook", "cpu", paths, batch_size=2)
    assert rates.keys() == {"end to end", "decoding alone", "network alone", "least cosine"}
    assert min(rates.values()) > 0
    assert 0.99 < rates["least cosine"] < 1 + 1e-6


def test_without_the_device_it_is_said(benchmark, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    benchmark.measure_device("cuda", n_reads=1)
    assert capsys.readouterr().out == "There is no cuda on this machine: nothing was measured.\n"


def test_the_tower_of_vit_b_32_does_as_many_products_as_is_known(benchmark):
    assert benchmark.tower_gflops("ViT-B-32") == pytest.approx(8.82, abs=0.01)
