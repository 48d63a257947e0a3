"""Groups of one's own beside the clusters: counts, agreement, and no more words than numbers."""

import re

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

from cliplab import Clustering, NamedGroup
from cliplab.evaluation.intervals import agreement_interval
from cliplab.explorer.model.group_comparison import compare_groups


def _clustering(labels):
    n_clusters = max(labels) + 1
    return Clustering(labels, np.zeros((n_clusters, 2)), 0.0, np.zeros(len(labels)))


def _groups(labels):
    return tuple(
        NamedGroup(np.flatnonzero(labels == label), f"group {label}")
        for label in np.unique(labels[labels >= 0])
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_agreement_is_that_of_scikit_learn_over_the_images_that_are_in_a_group(seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(-1, 4, size=120)
    clusters = np.where(rng.random(120) < 0.6, np.maximum(groups, 0), rng.integers(6, size=120))
    clusters[:6] = range(6)
    found = compare_groups(_groups(groups), _clustering(clusters))
    own = groups >= 0
    assert found.score.value == pytest.approx(
        adjusted_mutual_info_score(groups[own], clusters[own]), abs=1e-12
    )
    table = contingency_matrix(groups[own], clusters[own])
    np.testing.assert_array_equal(found.counts, table)
    assert found.score[1:] == pytest.approx(agreement_interval(table))
    assert f"{own.sum()} of 120 images are in your 4 groups, which agree" in found.sentence
    assert f"AMI {found.score.value:.2f} (95 % interval" in found.sentence
    assert f"Of the other {(~own).sum()} images it says nothing." in found.sentence


def test_the_rows_of_the_table_are_in_the_order_of_the_groups_and_noise_is_a_column():
    groups = NamedGroup([0, 1, 2], "zebra"), NamedGroup([3, 4], "ant")
    counts = compare_groups(groups, _clustering([0, 0, -1, 1, 1, 2])).counts
    assert counts.index.tolist() == ["zebra", "ant"]
    assert counts.columns.tolist() == [-1, 0, 1]
    assert counts.to_numpy().tolist() == [[1, 2, 0], [0, 0, 2]]


@pytest.mark.parametrize(
    ("groups", "clusters", "why"),
    [
        ([0] * 20, [0, 1] * 10, "20 of 20 images are in your one group: .* takes a second group."),
        ([0, 1] * 7, [0, 1] * 7, "14 of 14 images .* too few .* takes 15 at least."),
        (list(range(15)), [0, 1] * 7 + [0], "15 of 15 images .* takes 30 at least."),
        ([0, 1] * 10 + [-1], [0] * 20 + [1], "20 of 21 images are .*: all in one cluster"),
    ],
)
def test_where_an_agreement_would_mean_nothing_none_is_given(groups, clusters, why):
    found = compare_groups(_groups(np.array(groups)), _clustering(clusters))
    assert found.score is None
    assert found.counts.to_numpy().sum() == (np.array(groups) >= 0).sum()
    assert "AMI" not in found.sentence
    assert re.match(why, found.sentence)


def test_a_full_agreement_does_not_claim_to_be_sure():
    labels = np.arange(30) % 3
    found = compare_groups(_groups(labels), _clustering(labels.tolist()))
    assert found.score == (1.0, 1.0, 1.0)
    assert "by AMI 1.00, in full; how much that would vary" in found.sentence
    assert "interval" not in found.sentence


@pytest.mark.parametrize(("n_groups", "n_clusters"), [(2, 4), (3, 8), (7, 4)])
def test_groups_drawn_at_random_seldom_seem_to_agree(n_groups, n_clusters):
    rng, n_above = np.random.default_rng(0), 0
    for _ in range(200):
        groups = np.append(rng.integers(n_groups, size=18), [0, 1])
        _, clusters = np.unique(rng.integers(n_clusters, size=20), return_inverse=True)
        score = compare_groups(_groups(groups), _clustering(clusters.tolist())).score
        n_above += score.low > 0
    # One in twenty is 10; 20 or more of 200 have a chance of 1 in 400 then.
    assert n_above < 20
