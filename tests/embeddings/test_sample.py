from __future__ import annotations

import numpy as np
import pytest

from cliplab import Embeddings, StoredEmbeddings
from cliplab.embeddings.keys import image_key
from cliplab.embeddings.sample import in_memory, sample_rows
from cliplab.embeddings.store import EmbeddingStore

EMBEDDINGS = Embeddings(np.random.default_rng(0).normal(size=(50, 8)))


@pytest.fixture
def stored(tmp_path):
    with EmbeddingStore(tmp_path, {"model": "by hand"}) as store:
        store.add([image_key(str(row).encode()) for row in range(50)], EMBEDDINGS.vectors)
    return StoredEmbeddings(tmp_path)


def test_a_sample_has_as_many_rows_as_are_asked_for_each_once_in_order():
    rows = sample_rows(EMBEDDINGS, 20, 2, random_state=0)

    assert len(rows) == 20
    assert (np.diff(rows) > 0).all()
    assert not np.array_equal(rows, sample_rows(EMBEDDINGS, 20, 2, random_state=1))
    np.testing.assert_array_equal(rows, sample_rows(EMBEDDINGS, 20, 2, random_state=0))


@pytest.mark.parametrize("n_sample", [50, 51, None])
def test_where_all_rows_are_taken_there_is_no_sample(stored, n_sample):
    assert sample_rows(EMBEDDINGS, n_sample, 2, random_state=0) is None
    assert sample_rows(stored, n_sample, 2, random_state=0) is None


def test_of_many_stored_embeddings_a_sample_is_taken_in_any_case(stored, monkeypatch):
    monkeypatch.setattr("cliplab.embeddings.sample.N_SAMPLE", 30)

    assert len(sample_rows(stored, None, 2, random_state=0)) == 30
    assert sample_rows(EMBEDDINGS, None, 2, random_state=0) is None


def test_stored_embeddings_are_read_into_memory_and_all_else_is_left_as_it_is(stored):
    np.testing.assert_array_equal(in_memory(stored).vectors, stored[:].vectors)
    assert in_memory(EMBEDDINGS) is EMBEDDINGS
