"""Lesson 2: the answers are what a learner computes with NumPy alone."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab import course, load_pack
from cliplab.course.progress import PROGRESS
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def values():
    pack = load_pack(STORYBOOK_PACK)
    return {"images": pack.images, "embeddings": pack.embeddings}


@pytest.fixture(scope="module")
def begun(values):
    course.begin("2", **values)
    return PROGRESS.begun["2"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)


@pytest.fixture(scope="module")
def vectors(values):
    return values["embeddings"].vectors.astype(float)


@pytest.fixture(scope="module")
def any_two(vectors):
    return (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]


def test_the_mean_cosine_of_any_two_is_the_squared_length_of_the_mean(vectors, any_two):
    assert course.check("2", "any two", any_two.mean()).verdict == "right"
    assert np.linalg.norm(vectors.mean(axis=0)) ** 2 == pytest.approx(any_two.mean(), abs=0.001)
    assert any_two.mean() > 0.25


def test_few_pairs_reach_a_half(any_two):
    share = np.mean(any_two < 0.5)
    assert share > 0.8
    assert course.check("2", "is it high", round(share, 2)).verdict == "right"


def test_centering_lowers_the_cosines_and_leaves_most_of_the_nearest(values, vectors, any_two):
    centered = values["embeddings"].centered().vectors.astype(float)
    after = (centered @ centered.T)[np.triu_indices(len(centered), 1)]
    nearest, nearest_after = (
        (each @ each.T - 2 * np.eye(len(each))).argmax(axis=1) for each in (vectors, centered)
    )
    changed = np.mean(nearest != nearest_after)
    assert np.mean(after < any_two) > 0.9
    assert 0 < changed < 0.05
    assert course.check("2", "what centering changes", changed).verdict == "right"
