from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from cliplab.evaluation.bootstrap import resampled_agreement
from cliplab.evaluation.mutual_information import adjusted_mutual_information


def test_resamples_are_images_drawn_with_replacement_without_the_bias():
    random = np.random.default_rng(3)
    classes = random.integers(0, 4, 90)
    clusters = np.where(random.random(90) < 0.5, classes, random.integers(0, 4, 90))

    found = resampled_agreement(classes, clusters, 40, np.random.default_rng(8))

    again = np.random.default_rng(8)
    rows = [again.integers(90, size=90) for _ in range(40)]
    plain = np.array([metrics.adjusted_mutual_info_score(classes[r], clusters[r]) for r in rows])
    measured = metrics.adjusted_mutual_info_score(classes, clusters)
    np.testing.assert_allclose(found - found.mean(), plain - plain.mean(), atol=1e-12)
    assert found.mean() == pytest.approx(measured)
    assert plain.mean() > measured + 0.01


def test_the_resamples_do_not_depend_on_the_size_of_the_blocks(monkeypatch):
    classes = np.arange(60) % 3
    clusters = np.arange(60) % 4
    whole = resampled_agreement(classes, clusters, 25, np.random.default_rng(0))

    monkeypatch.setattr("cliplab.evaluation.bootstrap._BLOCK_CELLS", 100)

    some = resampled_agreement(classes, clusters, 25, np.random.default_rng(0))
    np.testing.assert_allclose(some, whole, atol=1e-12)


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("agreement", [0.0, 0.3, 0.6, 0.9])
def test_intervals_contain_the_mean_agreement_of_other_samples(agreement, proof):
    """Sixteen classes, 1,000 images, of which a share is in the cluster of its class."""
    n_samples = proof(60, 1000, f"samples of images with an agreement of {agreement}")
    random = np.random.default_rng(int(10 * agreement))
    shares = (1 - agreement) / 256 + agreement * np.eye(16) / 16
    tables = random.multinomial(1000, shares.ravel(), size=n_samples).reshape(-1, 16, 16)
    scores = adjusted_mutual_information(tables)

    inside = []
    for table in tables:
        cells = np.repeat(np.arange(256), table.ravel())
        drawn = resampled_agreement(cells // 16, cells % 16, 200, random)
        low, high = np.percentile(drawn, [2.5, 97.5])
        inside.append(low <= scores.mean() <= high)
    assert np.mean(inside) >= 0.8
