"""Lesson 1: the answers are what a learner computes with the public functions."""

from __future__ import annotations

import pytest
from sklearn.metrics import adjusted_mutual_info_score

from cliplab import course, load_pack, sweep_clusters
from cliplab.course.progress import PROGRESS
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow

SEED = 0  # The storybook of the pack, which needs no torch to be encoded.


@pytest.fixture(scope="module")
def values():
    pack = load_pack(STORYBOOK_PACK)
    return {"images": pack.images[:16], "embeddings": pack.embeddings[:16]}


@pytest.fixture(scope="module")
def begun(values):
    course.begin("1", random_state=SEED, **values)
    return PROGRESS.begun["1"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)


def _agreement(values, purpose, other):
    table = values["images"].to_pandas()
    one = course.sort_images(values["images"], table[purpose])
    return adjusted_mutual_info_score(one.names, table[other] if isinstance(other, str) else other)


def test_colour_and_place_agree_no_more_than_by_chance(values):
    agreement = _agreement(values, "color", "place")
    assert abs(agreement) < 0.25
    assert course.check("1", "two sortings", f"{agreement:.2f}").verdict == "right"


def test_clip_s_four_groups_are_those_of_the_place_for_this_seed(values):
    found = sweep_clusters(values["embeddings"], [4], random_state=SEED)[4].cluster_labels
    place, *others = (_agreement(values, each, found) for each in ("place", "color", "light"))
    assert place > max(others) + 0.1
    assert course.check("1", "the purpose of CLIP", "place").verdict == "right"


def test_full_agreement_shows_a_common_purpose():
    assert (
        course.check("1", "full agreement", "your groups are the right ones").verdict == "mistake"
    )
    assert course.check("1", "full agreement", "you had the same purpose").verdict == "right"
