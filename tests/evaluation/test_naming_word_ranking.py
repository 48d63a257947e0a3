import numpy as np
import pytest

from cliplab import ClipEncoder, load_storybook, rank_by_text
from cliplab.evaluation.naming.prompts import are_encoded, fill, word_vectors
from cliplab.evaluation.naming.vocabulary import default_templates, default_vocabulary
from cliplab.evaluation.naming.word_ranking import has_word_vectors, rank_by_words


@pytest.fixture(scope="module")
def encoder():
    return ClipEncoder("storybook")


@pytest.fixture(scope="module")
def embeddings(encoder):
    return encoder.encode_images(load_storybook(n_images=40))


def test_the_score_of_a_word_is_that_of_its_sentence(embeddings, encoder):
    words, scores = rank_by_words(embeddings, encoder)
    (template,) = default_templates("storybook")
    for word in ("car", "apple"):
        one = rank_by_text(fill(template, word), embeddings, encoder)
        # Words are encoded in batches, in half precision.
        np.testing.assert_allclose(scores[words.index(word)], one.scores, atol=0.01)


def test_words_of_a_small_vocabulary_are_always_there(encoder):
    assert len(default_vocabulary("storybook").words) == 16
    assert has_word_vectors(encoder)


def test_words_are_known_to_be_encoded_once_they_are():
    fresh = ClipEncoder("storybook")
    assert not are_encoded(fresh, ("car", "tree"), ("a {}",))
    word_vectors(fresh, ("car", "tree"), ("a {}",))
    assert are_encoded(fresh, ("car", "tree"), ("a {}",))
    assert not are_encoded(fresh, ("car",), ("a {}",))
