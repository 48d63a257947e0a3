"""Lesson 4: the answers are what a learner computes with the public functions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from cliplab import (
    Clustering,
    class_agreement,
    compare_clusterings,
    course,
    kmeans_steps,
    load_pack,
    sweep_clusters,
)
from cliplab.course.progress import PROGRESS
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow

SEED = 3


@pytest.fixture(scope="module")
def values():
    pack = load_pack(STORYBOOK_PACK)
    return {"images": pack.images[:150], "embeddings": pack.embeddings[:150]}


@pytest.fixture(scope="module")
def begun(values):
    course.begin("4", random_state=SEED, **values)
    return PROGRESS.begun["4"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)  # With its facts, which are computed once.


@pytest.fixture(scope="module")
def starts(values):
    def one_start(seed):
        *_, end = kmeans_steps(values["embeddings"], 8, random_state=seed)
        return Clustering(end.cluster_labels, end.centers, end.inertia, np.full(150, np.nan))

    return [one_start(SEED), one_start(SEED + 1)]


def _verdict(question, answer):
    return course.check("4", question, answer).verdict


def test_two_starts_that_have_settled_put_images_into_different_clusters(starts):
    n_moved = len(compare_clusterings(*starts).movers)
    assert n_moved > 15
    assert _verdict("images that move", n_moved) == "right"
    assert _verdict("images that move", 0) == "mistake"


def test_their_agreement_is_well_below_1(starts):
    agreement = adjusted_mutual_info_score(*(each.cluster_labels for each in starts))
    assert agreement < 0.9
    assert _verdict("agreement of two starts", agreement) == "right"
    assert _verdict("agreement of two starts", 1) == "mistake"


def test_the_lowest_inertia_of_five_searches_is_compared_with_the_kinds(values):
    found = [sweep_clusters(values["embeddings"], [8], random_state=SEED + i)[8] for i in range(5)]
    best = min(found, key=lambda each: each.inertia)
    agreement = class_agreement(values["images"], best).adjusted_mutual_info
    assert agreement < 0.95
    assert _verdict("the lowest inertia", agreement) == "right"
    assert _verdict("the lowest inertia", 1) == "mistake"
