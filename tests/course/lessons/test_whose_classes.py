"""Lesson 8: the answers are what a learner computes with the public functions."""

from __future__ import annotations

import pytest

from cliplab import compare_embeddings, course, encode_pixels, load_pack
from cliplab.course.progress import PROGRESS
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def values():
    pack = load_pack(STORYBOOK_PACK)
    return {"images": pack.images[:150], "embeddings": pack.embeddings[:150]}


@pytest.fixture(scope="module")
def begun(values):
    course.begin("8", random_state=3, **values)
    return PROGRESS.begun["8"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)  # With its facts, which take seconds.


def _compared(values, factor, n_clusters=None, **sights):
    images = values["images"].with_classes(factor)
    return compare_embeddings(images, sights, n_clusters, random_state=3, n_init=3)


def _clip_and_pixels(values, factor):
    pixels = encode_pixels(values["images"])
    return _compared(values, factor, 16, CLIP=values["embeddings"], pixels=pixels)


def test_clip_is_ahead_of_the_pixels_for_the_object(values):
    ahead = _clip_and_pixels(values, "object").difference("CLIP", "pixels")
    assert ahead.low > 0.3
    assert course.check("8", "clip minus pixels", round(ahead.value, 2)).verdict == "right"


def test_the_pixels_are_ahead_for_the_place(values):
    assert _clip_and_pixels(values, "place").difference("pixels", "CLIP").low > 0.3
    assert course.check("8", "where pixels lead", "place").verdict == "right"
    assert course.check("8", "where pixels lead", "none").mistake == "none: CLIP is always ahead"


def test_the_difference_has_an_interval_of_its_own(values):
    images = values["images"]
    small = _compared(values, "place", sharp=encode_pixels(images), small=encode_pixels(images, 5))
    low = small.difference("sharp", "small").low
    assert course.check("8", "low end of the difference", low).verdict == "right"
    ends = small.to_pandas().set_index("embedding")
    gap = ends.loc["sharp", "low"] - ends.loc["small", "high"]
    reply = course.check("8", "low end of the difference", gap)
    assert reply.mistake == "one interval's end minus the other's"
