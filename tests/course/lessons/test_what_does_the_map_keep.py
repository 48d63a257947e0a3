"""Lesson 3: the answers are what a learner computes with the public functions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from cliplab import (
    course,
    load_laboratory,
    load_pack,
    neighbors_kept,
    project,
    remeasure,
    sweep_clusters,
)
from cliplab.course.progress import PROGRESS
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow

SEED = 3


@pytest.fixture(scope="module")
def values():
    pack = load_pack(STORYBOOK_PACK)
    images, embeddings = pack.images[:150], pack.embeddings[:150]
    projection = project(embeddings, random_state=SEED)
    return {"images": images, "embeddings": embeddings, "projection": projection}


@pytest.fixture(scope="module")
def begun(values):
    course.begin("3", random_state=SEED, **values)
    return PROGRESS.begun["3"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)


def test_more_neighbours_are_kept_than_by_chance_and_not_all(values):
    neighbors = neighbors_kept(values["embeddings"], values["projection"])
    assert 3 * neighbors.share_by_chance < neighbors.share < 0.8
    assert course.check("3", "neighbors kept", neighbors.share).verdict == "right"


def test_few_points_of_a_wide_group_have_a_small_island():
    laboratory = load_laboratory("mixture", n_groups=3, n_images=300, random_state=SEED)
    points, group = laboratory.embeddings.vectors.astype(float), laboratory.class_labels
    middle = points[group == 0].mean(axis=0)
    points[group == 0] = middle + (points[group == 0] - middle) / 5
    rows = np.delete(np.arange(300), np.flatnonzero(group == 1)[25:])
    points, group = points[rows], group[rows]

    def width(points, number):
        return np.sqrt(np.asarray(points)[group == number].var(axis=0).sum())

    on_map = project(points, random_state=SEED)
    assert width(points, 1) > 4 * width(points, 0)
    assert width(on_map, 1) < 0.8 * width(on_map, 0)
    answer = width(on_map, 1) / width(on_map, 0)
    assert course.check("3", "the small island", answer).verdict == "right"


def test_the_nearest_island_need_not_be_the_nearest_group(values):
    islands = sweep_clusters(values["projection"], [10], random_state=SEED)[10]
    near, near_among_vectors = (
        cdist(each.centers, each.centers).argsort()[:, 1]
        for each in (islands, remeasure(values["embeddings"], islands))
    )
    n_same = (near == near_among_vectors).sum()
    assert n_same < 10
    assert course.check("3", "the nearest island", n_same).verdict == "right"
