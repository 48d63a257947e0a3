from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans

from cliplab import Embeddings


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(20, 6))


def test_rows_are_scaled_to_unit_length_and_keep_their_direction(vectors):
    embeddings = Embeddings(vectors)
    assert embeddings.vectors.dtype == np.float32
    expected = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(embeddings.vectors, expected, atol=1e-6)


def test_wrapping_twice_or_in_portions_changes_no_bit(vectors):
    once = Embeddings(vectors)
    np.testing.assert_array_equal(Embeddings(once.vectors).vectors, once.vectors)
    np.testing.assert_array_equal(once[3:5].vectors, once.vectors[3:5])


def test_a_part_keeps_what_is_known_about_the_whole(vectors):
    embeddings = Embeddings(vectors, model="by hand", provenance={"device": "head"})
    part = embeddings[[4, 1]]
    np.testing.assert_array_equal(part.vectors, embeddings.vectors[[4, 1]])
    assert (part.model, part.provenance["device"]) == ("by hand", "head")
    assert len(embeddings[7]) == 1


def test_scikit_learn_takes_it_as_it_is(vectors):
    fitted = KMeans(3, n_init=1, random_state=0).fit(Embeddings(vectors))
    assert fitted.cluster_centers_.shape == (3, 6)


def test_nothing_in_it_can_be_written_to(vectors):
    embeddings = Embeddings(vectors)
    with pytest.raises(ValueError, match="read-only"):
        embeddings.vectors[0, 0] = 1
    with pytest.raises(TypeError, match="does not support item assignment"):
        embeddings.provenance["device"] = "cpu"


def test_it_shares_no_memory_with_what_it_was_made_from(vectors):
    embeddings = Embeddings(vectors)
    before = embeddings.vectors.copy()
    vectors[:] = 1
    np.testing.assert_array_equal(embeddings.vectors, before)


@pytest.mark.parametrize("flaw", [0.0, np.nan, np.inf])
def test_a_row_without_a_direction_is_named(vectors, flaw):
    vectors[7] = flaw
    with pytest.raises(ValueError, match=r"finite and not zero. Got 1 such rows .* the first at 7"):
        Embeddings(vectors)


@pytest.mark.parametrize("shape", [(4,), (0, 3), (2, 3, 4)])
def test_what_is_no_table_is_refused_in_words(shape):
    with pytest.raises(ValueError, match=r"`vectors` must be an array of shape \(n_images"):
        Embeddings(np.ones(shape))
