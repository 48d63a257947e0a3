from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from cliplab.embeddings.encoder import ClipEncoder
from cliplab.embeddings.keys import image_key
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.store import EmbeddingStore
from cliplab.sources import load_storybook

MADE_BY = {"model": "by hand", "weights": "none"}


def _vectors(n_rows, n_features=16, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(n_rows, n_features)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _key(i):
    return image_key(str(i).encode())


def _fill(folder, rows, vectors, batch=10):
    """Store vectors as one run does, which merges what it has written."""
    with EmbeddingStore(folder, MADE_BY) as store:
        for start in range(0, len(rows), batch):
            some = rows[start : start + batch]
            store.add([_key(i) for i in some], vectors[some])
    return store.folder


@pytest.fixture
def filled(tmp_path):
    vectors = _vectors(100)
    for rows in (range(40), range(40, 75), range(75, 100)):
        _fill(tmp_path, list(rows), vectors)
    return tmp_path, vectors


def _by_key(stored, vectors):
    row_of = {_key(i): i for i in range(len(vectors))}
    return vectors[[row_of[key] for key in stored.keys.tolist()]]


def test_every_vector_is_read_once_and_row_i_is_that_of_key_i(filled):
    folder, vectors = filled
    stored = StoredEmbeddings(folder)
    assert stored.shape == (100, 16)
    assert len(set(stored.keys.tolist())) == 100
    np.testing.assert_array_equal(np.vstack(list(stored.portions(7))), _by_key(stored, vectors))


def test_portions_have_the_given_size(filled):
    assert [len(portion) for portion in StoredEmbeddings(filled[0]).portions(30)] == [
        30,
        30,
        30,
        10,
    ]
    assert [len(portion) for portion in StoredEmbeddings(filled[0]).portions(1000)] == [100]


def test_rows_can_be_read_in_any_order(filled):
    folder, vectors = filled
    stored = StoredEmbeddings(folder)
    expected = _by_key(stored, vectors)
    rows = [99, 3, 3, 0, 57]
    np.testing.assert_array_equal(stored[rows].vectors, expected[rows])
    np.testing.assert_array_equal(stored[-1].vectors, expected[[-1]])
    np.testing.assert_array_equal(stored[10:20].vectors, expected[10:20])
    np.testing.assert_array_equal(stored[expected[:, 0] > 0].vectors, expected[expected[:, 0] > 0])
    assert stored[rows].provenance["weights"] == "none"


@pytest.mark.slow
def test_what_an_encoder_has_stored_is_read_as_unit_vectors_and_each_image_has_its_row(tmp_path):
    images = load_storybook(n_images=40)
    embeddings = ClipEncoder("storybook").encode_images(images, store=tmp_path)
    stored = StoredEmbeddings(tmp_path)
    rows = stored.rows_of(images)
    np.testing.assert_array_equal(np.vstack(list(stored.portions(16)))[rows], embeddings.vectors)
    np.testing.assert_array_equal(stored[rows].vectors, embeddings.vectors)


def test_an_image_without_a_vector_is_named(tmp_path):
    images = load_storybook(n_images=4)
    ClipEncoder("storybook").encode_images(images[:3], store=tmp_path)
    with pytest.raises(ValueError, match=f"Got 1 others instead.*{images.image_ids[3]}"):
        StoredEmbeddings(tmp_path).rows_of(images)


def test_a_function_that_needs_all_vectors_in_memory_says_what_to_do(filled):
    with pytest.raises(TypeError, match=r"read some of them into memory, .* stored\[::100\]"):
        np.asarray(StoredEmbeddings(filled[0]))


def test_a_row_that_does_not_exist_is_refused(filled):
    with pytest.raises(IndexError, match=r"`rows` must be from .* Got 100 instead"):
        StoredEmbeddings(filled[0])[[100]]


def test_a_vector_that_is_stored_twice_has_one_row(filled):
    folder, vectors = filled
    _fill(folder, [5, 6, 98, 99], vectors)
    stored = StoredEmbeddings(folder)
    assert len(stored) == 100
    np.testing.assert_array_equal(np.vstack(list(stored.portions(64))), _by_key(stored, vectors))


def test_keys_that_end_in_zeros_are_different(tmp_path):
    keys = [bytes([1] * 15 + [0]), bytes([1] * 14 + [0, 0]), bytes(16)]
    with EmbeddingStore(tmp_path, MADE_BY) as store:
        store.add(keys, _vectors(3))
    assert set(StoredEmbeddings(tmp_path).keys.tolist()) == set(keys)


def test_a_folder_without_vectors_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="must be a store that `encode_images` has filled"):
        StoredEmbeddings(tmp_path)


def test_of_several_models_one_has_to_be_chosen(filled):
    folder, _ = filled
    with EmbeddingStore(folder, {"model": "another"}) as store:
        store.add([_key(0)], _vectors(1))
    with pytest.raises(ValueError, match=r"must hold the vectors of one model.*'another-"):
        StoredEmbeddings(folder)
    assert len(StoredEmbeddings(store.folder)) == 1


def test_a_damaged_shard_is_recognised_before_it_is_used(filled):
    folder, _ = filled
    stored = StoredEmbeddings(folder)
    path = max(stored.folder.glob("*.safetensors"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"must hold undamaged files.*encode the same"):
        list(stored.portions())


def test_a_shard_that_was_removed_is_named(filled):
    folder, _ = filled
    stored = StoredEmbeddings(folder)
    path = max(stored.folder.glob("*.safetensors"))
    path.unlink()
    with pytest.raises(ValueError, match=f"Got {path.name} instead, which is gone or damaged"):
        list(stored.portions())


@pytest.mark.slow
def test_large_shards_stay_as_they_are_while_more_is_added(tmp_path):
    """A shard that is merged again with each thousand vectors is rewritten each time."""
    vectors = _vectors(80_000, n_features=2)
    written = 0
    with EmbeddingStore(tmp_path, MADE_BY) as store:
        seen = set()
        for start in range(0, len(vectors), 160):
            store.add([_key(i) for i in range(start, start + 160)], vectors[start : start + 160])
            now = set(store.folder.glob("*.safetensors"))
            written += sum(path.stat().st_size for path in now - seen)
            seen |= now
    stored = sum(path.stat().st_size for path in store.folder.glob("*.safetensors"))
    assert len(StoredEmbeddings(tmp_path)) == 80_000
    assert written < 4 * stored


@pytest.mark.slow
def test_little_of_a_large_store_is_in_memory(tmp_path):
    vectors = _vectors(80_000, n_features=128)
    _fill(tmp_path, list(range(len(vectors))), vectors, batch=128)
    tracemalloc.start()
    try:
        n_rows = sum(len(portion) for portion in StoredEmbeddings(tmp_path).portions(1000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert n_rows == len(vectors)
    assert peak < vectors.nbytes * 0.2, "more than a portion is in memory"


def test_keys_choose_the_images_to_read(filled):
    folder, vectors = filled
    wanted = StoredEmbeddings(folder).keys[[3, 50, 99]]
    some = StoredEmbeddings(folder, wanted)
    assert sorted(some.keys.tolist()) == sorted(wanted.tolist())
    np.testing.assert_array_equal(np.vstack(list(some.portions(2))), _by_key(some, vectors))
    with pytest.raises(FileNotFoundError, match="where there are no vectors"):
        StoredEmbeddings(folder, np.frombuffer(_key(1000), "V16"))


def test_no_rows_are_no_embeddings_and_no_size_is_refused(filled):
    stored = StoredEmbeddings(filled[0])
    for rows in ([], slice(0), np.zeros(len(stored), dtype=bool)):
        assert stored[rows].shape == (0, stored.shape[1])
    with pytest.raises(ValueError, match=r"`size` must be a whole number of at least 1\. Got 0"):
        next(stored.portions(0))


def test_it_is_described_as_embeddings_are(filled):
    stored = StoredEmbeddings(filled[0])
    assert repr(stored) == "StoredEmbeddings of 100 rows with 16 features, made by by hand"
    part = stored[:5]
    assert (stored.space, stored.model, stored.provenance) == (
        part.space,
        part.model,
        part.provenance,
    )


def test_a_large_portion_spans_several_shards(filled):
    folder, vectors = filled
    stored = StoredEmbeddings(folder)
    (portion,) = stored.portions(100)
    np.testing.assert_array_equal(portion, _by_key(stored, vectors))
    assert len({path for path, _ in stored._shards}) == 3
