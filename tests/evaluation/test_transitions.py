from __future__ import annotations

import numpy as np
import pytest

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.evaluation.transitions import ClusterTransitions, compare_clusterings


def _clustering(labels: list[int]) -> Clustering:
    return Clustering(labels, np.zeros((max(labels) + 1, 1)), 0.0, np.zeros(len(labels)))


def test_one_part_of_a_cluster_that_splits_gets_a_new_number() -> None:
    transitions = compare_clusterings(
        _clustering([1, 1, 1, 1, 1, 0, 0]), _clustering([0, 0, 0, 2, 2, 1, 1])
    )
    assert transitions.before.tolist() == [1, 1, 1, 1, 1, 0, 0]
    assert transitions.after.tolist() == [1, 1, 1, 2, 2, 0, 0]
    assert (transitions.movers, transitions.rows(1, 2), transitions.rows(0, 1)) == (
        (3, 4),
        (3, 4),
        (),
    )
    assert transitions.to_pandas().to_numpy().tolist() == [[1, 1, 3], [0, 0, 2], [1, 2, 2]]
    assert repr(transitions) == "ClusterTransitions from 2 to 3 clusters: 2 of 7 images moved"
    assert repr(transitions) in transitions._repr_html_()


def test_in_the_other_direction_two_clusters_merge() -> None:
    transitions = compare_clusterings(
        _clustering([0, 0, 0, 2, 2, 1, 1]), _clustering([1, 1, 1, 1, 1, 0, 0])
    )
    assert transitions.after.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert transitions.movers == (3, 4)


def test_if_a_cluster_disappears_the_others_keep_their_numbers() -> None:
    transitions = compare_clusterings(
        _clustering([0, 0, 0, 0, 1, 1, 1, 2, 2]), _clustering([-1, -1, -1, -1, 0, 0, 0, 1, 1])
    )
    assert transitions.after.tolist() == [-1, -1, -1, -1, 1, 1, 1, 2, 2]
    assert transitions.movers == (0, 1, 2, 3)


def test_all_images_move_if_all_become_noise() -> None:
    nothing = Clustering([-1, -1, -1], np.zeros((0, 1)), 0.0, [np.nan] * 3)
    assert compare_clusterings(_clustering([0, 0, 1]), nothing).movers == (0, 1, 2)
    back = compare_clusterings(nothing, _clustering([0, 0, 1]))
    assert (back.movers, back.after.tolist()) == ((0, 1, 2), [0, 0, 1])


def test_images_that_become_noise_move_and_images_that_stay_noise_do_not() -> None:
    transitions = compare_clusterings(
        _clustering([0, 0, 0, 1, 1, -1]), _clustering([0, 0, -1, 1, 1, -1])
    )
    assert transitions.after.tolist() == [0, 0, -1, 1, 1, -1]
    assert transitions.movers == (2,)


def test_as_many_images_as_possible_keep_their_cluster() -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(200, 3)) + 4 * np.eye(3)[np.arange(200) % 3]
    sweep = sweep_clusters(points, [4, 5])
    transitions = compare_clusterings(sweep[4], sweep[5])
    shared = np.histogram2d(sweep[4].cluster_labels, sweep[5].cluster_labels, bins=[4, 5])[0]
    best = max(
        sum(shared[row, column] for row, column in enumerate(columns))
        for columns in np.array(np.meshgrid(*[range(5)] * 4)).T.reshape(-1, 4)
        if len(set(columns)) == 4
    )
    assert len(transitions) - len(transitions.movers) == best
    assert transitions.to_pandas()["n_images"].sum() == 200


def test_clusterings_of_different_images_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"`after` must be of the same 3 images\. Got one of 2"):
        compare_clusterings(_clustering([0, 0, 1]), _clustering([0, 1]))


def test_transitions_are_read_only_and_have_a_label_of_each_image_twice() -> None:
    with pytest.raises(ValueError, match="read-only"):
        ClusterTransitions([0, 1], [1, 1]).after[0] = 5
    with pytest.raises(ValueError, match=r"the same shape .* Got \(2,\) and \(3,\) instead"):
        ClusterTransitions([0, 1], [1, 1, 0])


def test_an_argument_that_is_not_a_clustering_is_an_error() -> None:
    one, sweep = _clustering([0, 0, 1]), ClusterSweep((_clustering([0, 0, 1]),))
    with pytest.raises(TypeError, match=r"`before` must be a Clustering, .*\. Got ClusterSweep "):
        compare_clusterings(sweep, one)
    with pytest.raises(TypeError, match=r"`after` must be a Clustering, .*\. Got int instead"):
        compare_clusterings(one, 3)
