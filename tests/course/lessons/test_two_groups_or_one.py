"""Lesson 7: the answers are what a learner computes with the public functions."""

from __future__ import annotations

import pytest

from cliplab import course, evidence_for_k, load_laboratory, null_data, sweep_clusters, valley
from cliplab.course.progress import PROGRESS

pytestmark = pytest.mark.slow

SEED = 3


@pytest.fixture(scope="module")
def shapes():
    drawn = {"n_images": 150, "random_state": SEED}
    return {
        "arc": load_laboratory("arc", **drawn),
        "pair": load_laboratory("mixture", n_groups=2, separation=6, **drawn),
        "nested": load_laboratory("hierarchy", **drawn),
    }


@pytest.fixture(scope="module")
def begun(shapes):
    course.begin("7", random_state=SEED, **shapes)
    return PROGRESS.begun["7"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)  # With its facts, which are computed once.


def _two(shape):
    return sweep_clusters(shape.embeddings, [2], random_state=SEED)[2]


def _between(shape):
    return valley(shape.embeddings, _two(shape), 0, 1, random_state=SEED)


def _verdict(question, answer):
    return course.check("7", question, answer).verdict


def test_there_is_a_valley_between_the_two_of_the_pair(shapes):
    assert _between(shapes["pair"]).is_clear
    assert _verdict("the middle of the pair", _between(shapes["pair"]).fullness) == "right"
    silhouette = _two(shapes["pair"]).silhouette_score
    assert _verdict("the middle of the pair", silhouette) == "mistake"


def test_the_arc_has_long_silhouettes_and_no_clear_valley(shapes):
    arc = shapes["arc"].embeddings
    null = sweep_clusters(null_data(arc, random_state=SEED), [2], random_state=SEED)[2]
    assert _two(shapes["arc"]).silhouette_score > null.silhouette_score + 0.05
    assert not _between(shapes["arc"]).is_clear


def test_the_order_of_the_valleys_is_not_that_of_the_silhouettes(shapes):
    by_valley = sorted(shapes, key=lambda name: _between(shapes[name]).fullness)
    by_silhouette = sorted(shapes, key=lambda name: -_two(shapes[name]).silhouette_score)
    assert _verdict("emptiest middle first", by_valley) == "right"
    assert _verdict("emptiest middle first", by_silhouette) == "mistake"


def test_the_evidence_names_both_numbers_of_the_nested_groups(shapes):
    vectors = shapes["nested"].embeddings
    sweep = sweep_clusters(vectors, range(2, 15), random_state=SEED)
    effort = {"n_references": 3, "n_resamples": 5, "n_starts": 2, "on_progress": lambda _: True}
    found = evidence_for_k(vectors, sweep, random_state=SEED, **effort)
    assert found.answer.ks == (3, 12)
    assert _verdict("groups of the nested", "3 and 12") == "right"
    assert _verdict("groups of the nested", "3") == "mistake"
