"""Lesson 10: the answers are what a learner computes with the public functions."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from cliplab import class_agreement, course, load_pack, null_data, project, sweep_clusters
from cliplab.course.progress import PROGRESS
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def values():
    pack = load_pack(STORYBOOK_PACK)
    images, embeddings = pack.images[:150], pack.embeddings[:150]
    projection = project(embeddings, random_state=3)
    return {"images": images, "embeddings": embeddings, "projection": projection}


@pytest.fixture(scope="module")
def begun(values):
    course.begin("10", random_state=3, **values)
    return PROGRESS.begun["10"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)  # With its facts.


def _clusters(points, n_clusters):
    return sweep_clusters(points, [n_clusters], random_state=3)[n_clusters]


def test_some_clusters_come_back_and_not_all(values):
    found = course.another_sample(
        values["images"], values["embeddings"], n_clusters=10, random_state=3
    )
    assert 0.1 < found.overlaps.mean() < 0.9
    question = "how far clusters come back"
    assert course.check("10", question, found.overlaps.mean()).verdict == "right"
    assert course.check("10", question, 1).mistake == "1: what was found is found again"


def test_chosen_kinds_agree_more_than_random_images(values):
    images, embeddings = values["images"], values["embeddings"]
    counts = Counter(images.class_labels.tolist()).most_common(5)
    chosen = np.flatnonzero(np.isin(images.class_labels, [label for label, _ in counts]))
    drawn = np.random.default_rng(3).choice(len(images), len(chosen), replace=False)
    n_kinds = len(set(images.class_labels[drawn]))
    assert n_kinds > 5

    def agreement(rows, n_clusters):
        found = _clusters(embeddings[rows], n_clusters)
        return class_agreement(images[rows], found).adjusted_mutual_info

    difference = agreement(chosen, 5) - agreement(drawn, n_kinds)
    assert difference > 0.1
    assert course.check("10", "chosen minus random", difference).verdict == "right"


def test_a_claim_needs_the_number_that_it_is_set_beside(values):
    null_map = project(null_data(values["embeddings"], random_state=3), random_state=3)
    of_null = _clusters(null_map, 5).silhouette_score
    on_the_map = _clusters(values["projection"], 5).silhouette_score
    assert course.check("10", "claim 2", "yes").verdict == "no answer"
    assert course.check("10", "claim 2", ("yes", on_the_map)).mistake == "yes, it is high"
    assert course.check("10", "claim 2", ("no", of_null)).verdict == "right"
    assert course.check("10", "claim 2", f"no, {of_null:.2f}").verdict == "right"
