"""What a text is nearly the same as: a word of the vocabulary, or none that need be said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cliplab import ClipEncoder, load_storybook, rank_by_text
from cliplab.evaluation.naming.near_word import near_word

WORDS = Path(__file__).parents[3] / "shared" / "vectors" / "words.npz"


@pytest.fixture(scope="module")
def ranked():
    """Return what images of the storybook are found by a text."""
    images, encoder = load_storybook(n_images=100), ClipEncoder("storybook")
    embeddings = encoder.encode_images(images)
    return lambda text: rank_by_text(text, embeddings, encoder)


@pytest.mark.parametrize(
    ("text", "word"), [("a sailboat", "boat"), ("a songbird", "bird"), ("a crowd", "kite")]
)
def test_a_text_that_the_storybook_does_not_know_is_read_as_a_word_that_it_knows(
    ranked, text, word
):
    assert ranked(text).nearest_word == word


@pytest.mark.parametrize("text", ["a red car", "Boat", "blue", "at sea", "in the city", "xyz"])
def test_a_text_of_known_words_colours_or_places_is_near_to_no_other_word(ranked, text):
    assert ranked(text).nearest_word == ""


def test_the_nearest_word_is_named_only_where_it_is_near():
    directions = np.array([[1.0, 0.0], [0.0, 1.0]])
    words = ("hot dog", "cup")
    near, between = np.array([0.5, 0.1]), np.array([0.49, 0.1])
    assert near_word("a sausage", near, words, directions) == "hot dog"
    assert near_word("a sausage", between, words, directions) == ""
    assert near_word("a Dog", near, words, directions) == ""


@pytest.mark.skipif(not WORDS.exists(), reason="needs ../shared/vectors")
def test_real_clip_names_words_that_a_person_would_name():
    with np.load(WORDS) as given:
        names, vectors = given["open_images_names"], given["open_images_vectors"].astype(float)
        others = dict(zip(given["lvis_names"], given["lvis_vectors"].astype(float), strict=True))

    def direction(vector):
        away = vector - vectors.mean(axis=0)
        return away / np.linalg.norm(away, axis=-1, keepdims=True)

    found = {
        text: near_word(text, direction(others[text]), names, direction(vectors))
        for text in ("cushion", "sausage", "alligator", "hog", "thermostat", "newspaper")
    }
    assert found == {
        "cushion": "Pillow",
        "sausage": "Hot dog",
        "alligator": "Crocodile",
        "hog": "Pig",
        "thermostat": "",
        "newspaper": "",
    }
