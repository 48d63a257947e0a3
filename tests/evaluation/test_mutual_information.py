from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score

from cliplab.evaluation.mutual_information import adjusted_mutual_information


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

    found = adjusted_mutual_information([_table(classes, clusters)])

    expected = adjusted_mutual_info_score(classes, clusters)
    np.testing.assert_allclose(found, [expected], rtol=0, atol=1e-11)


def test_many_tables_give_the_same_scores_as_each_alone() -> None:
    random = np.random.default_rng(0)
    shares = random.dirichlet(np.full(12, 0.5))
    tables = random.multinomial(200, shares, size=30).reshape(30, 3, 4)

    together = adjusted_mutual_information(tables)

    alone = []
    for table in tables:
        cells = np.repeat(np.arange(12), table.ravel())
        alone.append(adjusted_mutual_info_score(cells // 4, cells % 4))
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-12)
    assert len(np.unique(together.round(6))) == 30


def test_empty_classes_and_clusters_make_no_difference() -> None:
    table = np.array([[9, 2], [1, 8]])
    wider = np.zeros((4, 5), dtype=int)
    wider[np.ix_([1, 3], [0, 2])] = table

    np.testing.assert_allclose(
        adjusted_mutual_information([wider]), adjusted_mutual_information([table]), atol=1e-15
    )


def test_one_cluster_and_single_images_agree_fully() -> None:
    one, each = np.zeros(9, dtype=int), np.arange(9)

    assert adjusted_mutual_information([_table(one, one)]).tolist() == [1]
    assert adjusted_mutual_information([_table(each, each[::-1])]).tolist() == [1]


def test_a_single_cluster_has_score_0() -> None:
    classes = np.arange(9) % 3
    single = adjusted_mutual_information([_table(classes, np.zeros(9, dtype=int))])

    assert single.tolist() == pytest.approx([0], abs=1e-12)


@pytest.mark.parametrize("tables", [[[1, 2]], [[[1, 2]], [[1, 3]]], [[[0, 0]]]])
def test_tables_of_different_numbers_of_images_are_an_error(tables) -> None:
    with pytest.raises(ValueError, match=r"`tables` must have shape .* and count as many images"):
        adjusted_mutual_information(tables)
