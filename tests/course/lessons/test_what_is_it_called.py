"""Lesson 9: the answers are what a learner computes with the public functions."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab import ClipEncoder, course, load_storybook
from cliplab.course.progress import PROGRESS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def values():
    encoder = ClipEncoder("storybook")
    images = load_storybook(n_images=100, random_state=3)
    signed = load_storybook(n_images=60, random_state=3, painted_words=1.0)
    return {
        "images": images,
        "embeddings": encoder.encode_images(images),
        "encoder": encoder,
        "signed_images": signed,
        "signed_embeddings": encoder.encode_images(signed),
    }


@pytest.fixture(scope="module")
def begun(values):
    course.begin("9", random_state=3, **values)
    return PROGRESS.begun["9"]


@pytest.fixture(autouse=True)
def lesson(no_progress, begun):
    PROGRESS.begin(begun)  # With its facts.


def _called(values, vectors, words):
    texts = values["encoder"].encode_texts([f"a {word}" for word in words])
    return np.array(words)[(vectors.vectors @ texts.vectors.T).argmax(axis=1)]


def test_an_image_in_its_place_is_above_nearly_all_that_are_elsewhere(values):
    table = values["images"].to_pandas()
    text = values["encoder"].encode_texts([f"the {table['place'][0]}"]).vectors[0]
    cosines = values["embeddings"].vectors @ text
    assert cosines[0] < 0.6
    share = (cosines < cosines[0]).mean()
    assert share > 0.8
    assert course.check("9", "rank of a cosine", share).verdict == "right"


def test_three_words_give_most_images_a_false_name(values):
    called = _called(values, values["embeddings"], ["car", "boat", "rocket"])
    share = (called != values["images"].to_pandas()["object"]).mean()
    assert share > 0.6
    assert course.check("9", "false names", share).verdict == "right"
    assert course.check("9", "false names", 0).mistake == "none, because CLIP knows these objects"


def test_the_storybook_s_clip_cannot_read_the_signs(values):
    signs = values["signed_images"].to_pandas()
    called = _called(values, values["signed_embeddings"], values["images"].class_names)
    is_wrong = (signs["sign"] == "wrong").to_numpy()
    assert (called == signs["painted_word"])[is_wrong].mean() < 0.1
    question = "what the signs show"
    assert (
        course.check(
            "9", question, "these signs hardly change its names, another CLIP may read"
        ).verdict
        == "right"
    )
    reply = course.check("9", question, "words in an image do not matter to CLIP")
    assert reply.mistake == "no effect here, so none anywhere"


def test_a_clip_that_calls_images_by_their_signs_is_fooled(values):
    signs = values["signed_images"].to_pandas()
    texts = values["encoder"].encode_texts([f"a {word}" for word in signs["painted_word"]])
    course.begin("9", **{**values, "signed_embeddings": texts})
    question = "what the signs show"
    assert course.check("9", question, "the sign fools this CLIP").verdict == "right"
    reply = course.check(
        "9", question, "these signs hardly change its names, another CLIP may read"
    )
    assert reply.mistake == "it cannot read"
