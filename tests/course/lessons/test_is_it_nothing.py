"""Lesson 6: the answers are what a learner computes with the public functions."""

from __future__ import annotations

import pytest

from cliplab import (
    class_agreement,
    course,
    encode_pixels,
    load_pack,
    null_data,
    project,
    remeasure,
    sweep_clusters,
)
from cliplab.course.progress import PROGRESS
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def values():
    pack = load_pack(STORYBOOK_PACK)
    images, embeddings = pack.images[:60], pack.embeddings[:60]
    projection = project(embeddings, random_state=3)
    return {"images": images, "embeddings": embeddings, "projection": projection}


@pytest.fixture(scope="module")
def begun(values):
    course.begin("6", random_state=3, **values)
    return PROGRESS.begun["6"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)  # With its facts, which take seconds.


def _verdict(question, answer):
    return course.check("6", question, answer).verdict


def _five(points):
    return sweep_clusters(points, [5], random_state=3)[5]


def test_the_same_clusters_are_measured_among_the_vectors(values):
    measured = remeasure(values["embeddings"], _five(values["projection"]))
    assert _verdict("among the vectors", measured.silhouette_score) == "right"


def test_null_data_have_a_map_of_their_own(values):
    null_map = project(null_data(values["embeddings"], random_state=3), random_state=3)
    found = _five(null_map)
    assert (
        course.check("6", "nothing on a map", round(found.silhouette_score, 2)).verdict == "right"
    )


def test_clusters_of_clip_agree_more_with_the_kinds(values):
    images = values["images"]
    pixel_map = project(encode_pixels(images), random_state=3)
    clip = class_agreement(images, _five(values["projection"])).adjusted_mutual_info
    pixels = class_agreement(images, _five(pixel_map)).adjusted_mutual_info
    assert clip > pixels + 0.05
    assert _verdict("which agrees with the kinds", "clip's") == "right"
