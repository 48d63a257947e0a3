"""Lesson 5: the answers are what a learner computes with the public functions."""

from __future__ import annotations

import pytest

from cliplab import course, load_pack, null_data, project, sweep_clusters
from cliplab.course.progress import PROGRESS
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow

SEED = 3


@pytest.fixture(scope="module")
def values():
    embeddings = load_pack(STORYBOOK_PACK).embeddings[:150]
    return {"embeddings": embeddings, "projection": project(embeddings, random_state=SEED)}


@pytest.fixture(scope="module")
def begun(values):
    course.begin("5", random_state=SEED, **values)
    return PROGRESS.begun["5"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)  # With its facts, which take seconds.


def _elbow(points, last):
    return sweep_clusters(points, range(2, last + 1), random_state=SEED).elbow


def _verdict(question, answer):
    return course.check("5", question, answer).verdict


def test_the_elbow_of_a_map_moves_with_the_end_of_the_range(values):
    usual, late = (_elbow(values["projection"], last) for last in (15, 30))
    assert usual != late
    assert _verdict("a longer range", late) == "right"
    assert _verdict("a longer range", usual) == "mistake"


def test_a_map_of_null_data_has_an_elbow(values):
    null_map = project(null_data(values["embeddings"], random_state=SEED), random_state=SEED)
    elbow = _elbow(null_map, 15)
    assert elbow is not None
    assert _verdict("an elbow of nothing", elbow) == "right"
    assert _verdict("an elbow of nothing", 0) == "mistake"


def test_the_vectors_have_no_elbow_up_to_15(values):
    assert _elbow(values["embeddings"], 15) is None
    assert _verdict("without a map", 0) == "right"
