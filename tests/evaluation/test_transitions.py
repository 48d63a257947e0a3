from __future__ import annotations

import numpy as np
import pytest

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering, ClusterSweep
from cliplab.evaluation.transitions import compare_clusterings


def _clustering(labels: list[int]) -> Clustering:
    return Clustering(labels, np.zeros((max(labels) + 1, 1)), 0.0, np.zeros(len(labels)))


def test_a_cluster_that_splits_sends_a_part_of_it_to_the_new_number() -> None:
    moves = compare_clusterings(
        _clustering([1, 1, 1, 1, 1, 0, 0]), _clustering([0, 0, 0, 2, 2, 1, 1])
    )
    assert moves.before.tolist() == [1, 1, 1, 1, 1, 0, 0]
    assert moves.after.tolist() == [1, 1, 1, 2, 2, 0, 0]
    assert (moves.movers, moves.rows(1, 2), moves.rows(0, 1)) == ((3, 4), (3, 4), ())
    assert moves.to_pandas().to_numpy().tolist() == [[1, 1, 3], [0, 0, 2], [1, 2, 2]]
    assert repr(moves) == "ClusterTransitions from 2 to 3 clusters: 2 of 7 images moved"


def test_the_way_back_is_a_union() -> None:
    moves = compare_clusterings(
        _clustering([0, 0, 0, 2, 2, 1, 1]), _clustering([1, 1, 1, 1, 1, 0, 0])
    )
    assert moves.after.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert moves.movers == (3, 4)


def test_whichever_cluster_is_lost_the_others_keep_their_numbers() -> None:
    moves = compare_clusterings(
        _clustering([0, 0, 0, 0, 1, 1, 1, 2, 2]), _clustering([-1, -1, -1, -1, 0, 0, 0, 1, 1])
    )
    assert moves.after.tolist() == [-1, -1, -1, -1, 1, 1, 1, 2, 2]
    assert moves.movers == (0, 1, 2, 3)


def test_where_all_become_noise_all_move() -> None:
    nothing = Clustering([-1, -1, -1], np.zeros((0, 1)), 0.0, [np.nan] * 3)
    assert compare_clusterings(_clustering([0, 0, 1]), nothing).movers == (0, 1, 2)
    back = compare_clusterings(nothing, _clustering([0, 0, 1]))
    assert (back.movers, back.after.tolist()) == ((0, 1, 2), [0, 0, 1])


def test_images_that_become_noise_move_and_noise_that_stays_does_not() -> None:
    moves = compare_clusterings(_clustering([0, 0, 0, 1, 1, -1]), _clustering([0, 0, -1, 1, 1, -1]))
    assert moves.after.tolist() == [0, 0, -1, 1, 1, -1]
    assert moves.movers == (2,)


def test_as_many_images_as_possible_stay() -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(200, 3)) + 4 * np.eye(3)[np.arange(200) % 3]
    sweep = sweep_clusters(points, [4, 5])
    moves = compare_clusterings(sweep[4], sweep[5])
    shared = np.histogram2d(sweep[4].cluster_labels, sweep[5].cluster_labels, bins=[4, 5])[0]
    best = max(
        sum(shared[row, column] for row, column in enumerate(columns))
        for columns in np.array(np.meshgrid(*[range(5)] * 4)).T.reshape(-1, 4)
        if len(set(columns)) == 4
    )
    assert len(moves) - len(moves.movers) == best
    assert moves.to_pandas()["n_images"].sum() == 200


def test_clusterings_of_other_images_are_refused() -> None:
    with pytest.raises(ValueError, match=r"`after` must be of the same 3 images\. Got one of 2"):
        compare_clusterings(_clustering([0, 0, 1]), _clustering([0, 1]))


def test_what_is_no_clustering_is_told() -> None:
    one, sweep = _clustering([0, 0, 1]), ClusterSweep((_clustering([0, 0, 1]),))
    with pytest.raises(TypeError, match=r"`before` must be a Clustering, .*\. Got ClusterSweep "):
        compare_clusterings(sweep, one)
    with pytest.raises(TypeError, match=r"`after` must be a Clustering, .*\. Got int instead"):
        compare_clusterings(one, 3)
