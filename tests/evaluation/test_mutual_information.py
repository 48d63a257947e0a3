from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score

from cliplab.evaluation.mutual_information import (
    adjusted_mutual_information,
    agreement_without_each,
    variance_by_chance,
)


def _table(classes: NDArray[np.int64], clusters: NDArray[np.int64]) -> NDArray[np.int64]:
    table = np.zeros((classes.max() + 1, clusters.max() + 1), dtype=np.int64)
    np.add.at(table, (classes, clusters), 1)
    return table


def _partitions(
    n_images: int, n_classes: int, n_clusters: int, agreement: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    random = np.random.default_rng(n_images + n_classes + n_clusters)
    classes = random.integers(0, n_classes, n_images)
    clusters = random.integers(0, n_clusters, n_images)
    agrees = random.random(n_images) < agreement
    return classes, np.where(agrees, classes % n_clusters, clusters)


@pytest.mark.parametrize("agreement", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize(
    "sizes", [(12, 3, 2), (60, 2, 9), (1000, 16, 16), (5000, 2, 3), (3000, 60, 80), (20_000, 4, 4)]
)
def test_it_equals_the_score_of_scikit_learn(sizes: tuple[int, int, int], agreement: float) -> None:
    classes, clusters = _partitions(*sizes, agreement)

    found = adjusted_mutual_information(_table(classes, clusters))

    expected = adjusted_mutual_info_score(classes, clusters)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("agreement", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("sizes", [(12, 3, 2), (60, 2, 9), (40, 20, 20)])
def test_without_an_image_it_equals_the_score_of_scikit_learn(sizes, agreement):
    classes, clusters = _partitions(*sizes, agreement)

    found = agreement_without_each(_table(classes, clusters))[classes, clusters]

    rest = [np.delete(np.arange(len(classes)), row) for row in range(len(classes))]
    expected = [adjusted_mutual_info_score(classes[rows], clusters[rows]) for rows in rest]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


def test_a_cell_without_images_has_nothing_to_leave_out():
    without = agreement_without_each([[5, 0], [1, 4]])

    assert np.isnan(without).tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize("are_equal", [True, False])
@pytest.mark.parametrize("sizes", [(200, 5, 5), (1000, 5, 5), (300, 20, 40), (200, 60, 60)])
def test_the_variance_by_chance_is_that_of_shuffled_labels(sizes, are_equal):
    classes, clusters = _partitions(*sizes, 0.3)
    random = np.random.default_rng(0)
    if not are_equal:  # The first have most images, the last hardly any.
        classes, clusters = (
            (size * random.random(sizes[0]) ** 3).astype(int) for size in sizes[1:]
        )
    tables = [_table(classes, random.permutation(clusters)) for _ in range(800)]

    shuffled = np.var([adjusted_mutual_information(table) for table in tables])

    found = {variance_by_chance(table) for table in tables[:2]}
    assert len(found) == 1  # It depends on the sizes alone.
    # A variance of 800 draws has a standard error of 5 %.
    assert found.pop() == pytest.approx(shuffled, rel=0.15)


def test_empty_classes_and_clusters_make_no_difference() -> None:
    table = np.array([[9, 2], [1, 8]])
    wider = np.zeros((4, 5), dtype=int)
    cells = np.ix_([1, 3], [0, 2])
    wider[cells] = table

    assert adjusted_mutual_information(wider) == pytest.approx(adjusted_mutual_information(table))
    np.testing.assert_allclose(agreement_without_each(wider)[cells], agreement_without_each(table))
    assert variance_by_chance(wider) == pytest.approx(variance_by_chance(table))


def test_one_cluster_and_single_images_agree_fully() -> None:
    one, each = np.zeros(9, dtype=int), np.arange(9)

    for labels in (one, each):
        table = _table(labels, labels[::-1])
        assert adjusted_mutual_information(table) == 1
        assert variance_by_chance(table) == 0
        assert agreement_without_each(table)[labels, labels[::-1]].tolist() == [1] * 9


def test_a_single_cluster_has_score_0() -> None:
    single = _table(np.arange(9) % 3, np.zeros(9, dtype=int))

    assert adjusted_mutual_information(single) == pytest.approx(0, abs=1e-12)
    assert variance_by_chance(single) == 0
    np.testing.assert_allclose(agreement_without_each(single), 0, atol=1e-12)


@pytest.mark.parametrize("table", [[1, 2], [[[1, 2]]], [[0, 0]]])
def test_a_table_of_another_shape_or_without_images_is_an_error(table) -> None:
    with pytest.raises(ValueError, match=r"`table` must have shape .* and count some images"):
        adjusted_mutual_information(table)
