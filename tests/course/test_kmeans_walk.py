from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from cliplab.course.kmeans_walk import KMeansWalk

POINTS = np.random.default_rng(0).normal(size=(120, 3))


@pytest.fixture
def walk():
    return KMeansWalk(POINTS, 5, "random", (0, 1))


def test_a_run_that_has_settled_waits_for_the_other(walk):
    lengths = [len(run) for run in walk.runs]
    assert lengths[0] != lengths[1]

    walk.go(10_000)
    assert walk.position == walk.end == max(lengths) - 1
    assert [stage.changed for stage in walk.stages] == [(), ()]
    walk.go(-3)
    assert walk.position == 0


def test_the_caption_says_what_comes_next(walk):
    captions = []
    for position in range(4):
        walk.go(position)
        captions.append(walk.next_phase)
    assert captions == ["Assign images", "Move centres", "Assign images", "Move centres"]
    walk.go(walk.end)
    assert walk.next_phase == "Settled"


def test_before_the_first_assignment_no_image_has_a_cluster(walk):
    assert set(walk.cluster_labels(0)) == {-1}
    walk.go(1)
    assert set(walk.cluster_labels(0)) == set(range(5))


def test_the_way_of_a_center_leads_to_where_it_is(walk):
    walk.go(4)
    for side, stage in enumerate(walk.stages):
        paths = [walk.path(side, cluster) for cluster in range(5)]
        assert {len(path) for path in paths} == {5}
        assert tuple(path[-1] for path in paths) == stage.nearest_images


def test_at_the_end_the_agreement_is_that_of_scikit_learn(walk):
    walk.go(walk.end)
    left, right = (walk.cluster_labels(side) for side in range(2))

    assert walk.agreement == pytest.approx(adjusted_mutual_info_score(left, right))
    n_moved = int((left != right).sum())
    assert 0 < n_moved < 60
    assert f"AMI of {walk.agreement:.2f}" in walk.sentence
    assert walk.sentence.endswith(f"{n_moved} images are in another cluster on the right.")


def test_two_equal_starts_agree_in_full():
    walk = KMeansWalk(POINTS, 5, "random", (7, 7))
    walk.go(walk.end)

    assert walk.agreement == pytest.approx(1)
    assert walk.sentence.endswith("No image is in another cluster on the right.")


def test_the_sentence_says_what_both_sides_do(walk):
    assert "On the left: Start 0, 5 images are the first centres." in walk.sentence
    walk.go(3)
    for side, stage in enumerate(walk.stages):
        assert f"{len(stage.changed)} images changed cluster" in walk.title(side)
    assert "On the right: Start 1, " in walk.sentence
