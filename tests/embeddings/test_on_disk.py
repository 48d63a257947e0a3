from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.encoder import ClipEncoder
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.store import EmbeddingStore, picture_key
from cliplab.sources import load_storybook

MADE_BY = {"model": "by hand", "weights": "none"}


def _vectors(n_rows, n_features=16, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(n_rows, n_features)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _key(i):
    return picture_key(str(i).encode())


def _fill(folder, rows, vectors, batch=10):
    """Keep vectors as a run of its own does, which merges what it wrote."""
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


def _by_key(shards, vectors):
    row_of = {_key(i): i for i in range(len(vectors))}
    return vectors[[row_of[key] for key in shards.keys.tolist()]]


def test_all_vectors_come_by_once_and_row_i_is_that_of_key_i(filled):
    folder, vectors = filled
    shards = StoredEmbeddings(folder)
    assert shards.shape == (100, 16)
    assert len(set(shards.keys.tolist())) == 100
    np.testing.assert_array_equal(np.vstack(list(shards.portions(7))), _by_key(shards, vectors))


def test_portions_have_the_size_that_was_asked_for(filled):
    assert [len(portion) for portion in StoredEmbeddings(filled[0]).portions(30)] == [
        30,
        30,
        30,
        10,
    ]
    assert [len(portion) for portion in StoredEmbeddings(filled[0]).portions(1000)] == [100]


def test_rows_can_be_taken_in_any_order(filled):
    folder, vectors = filled
    shards = StoredEmbeddings(folder)
    expected = _by_key(shards, vectors)
    rows = [99, 3, 3, 0, 57]
    np.testing.assert_array_equal(shards[rows].vectors, expected[rows])
    np.testing.assert_array_equal(shards[-1].vectors, expected[[-1]])
    np.testing.assert_array_equal(shards[10:20].vectors, expected[10:20])
    np.testing.assert_array_equal(shards[expected[:, 0] > 0].vectors, expected[expected[:, 0] > 0])
    assert shards[rows].provenance["weights"] == "none"


def test_what_an_encoder_has_kept_comes_by_as_unit_vectors_and_each_image_finds_its_own(tmp_path):
    images = load_storybook(n_images=40)
    embeddings = ClipEncoder("storybook").encode_images(images, store=tmp_path)
    shards = StoredEmbeddings(tmp_path)
    rows = shards.rows_of(images)
    np.testing.assert_array_equal(np.vstack(list(shards.portions(16)))[rows], embeddings.vectors)
    np.testing.assert_array_equal(shards[rows].vectors, embeddings.vectors)


def test_an_image_without_a_vector_is_named(tmp_path):
    images = load_storybook(n_images=4)
    ClipEncoder("storybook").encode_images(images[:3], store=tmp_path)
    with pytest.raises(ValueError, match=f"Got 1 that are not instead.*{images.image_ids[3]}"):
        StoredEmbeddings(tmp_path).rows_of(images)


def test_to_what_wants_all_in_memory_it_is_said_how(filled):
    with pytest.raises(TypeError, match="take some into memory"):
        sweep_clusters(StoredEmbeddings(filled[0]), [2])


def test_a_row_that_there_is_not_is_refused(filled):
    with pytest.raises(IndexError, match="100 is out of bounds"):
        StoredEmbeddings(filled[0])[[100]]


def test_a_vector_that_is_kept_twice_counts_once(filled):
    folder, vectors = filled
    _fill(folder, [5, 6, 98, 99], vectors)
    shards = StoredEmbeddings(folder)
    assert len(shards) == 100
    np.testing.assert_array_equal(np.vstack(list(shards.portions(64))), _by_key(shards, vectors))


def test_keys_that_end_in_zeros_are_told_apart(tmp_path):
    keys = [bytes([1] * 15 + [0]), bytes([1] * 14 + [0, 0]), bytes(16)]
    with EmbeddingStore(tmp_path, MADE_BY) as store:
        store.add(keys, _vectors(3))
    assert set(StoredEmbeddings(tmp_path).keys.tolist()) == set(keys)


def test_a_folder_without_vectors_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="must be a store that `encode_images` has filled"):
        StoredEmbeddings(tmp_path)


def test_of_several_models_one_has_to_be_named(filled):
    folder, _ = filled
    with EmbeddingStore(folder, {"model": "another"}) as store:
        store.add([_key(0)], _vectors(1))
    with pytest.raises(ValueError, match=r"must hold the vectors of one model.*'another-"):
        StoredEmbeddings(folder)
    assert len(StoredEmbeddings(store.folder)) == 1


def test_a_damaged_shard_is_recognised_before_it_is_used(filled):
    folder, _ = filled
    shards = StoredEmbeddings(folder)
    path = max(shards.folder.glob("*.safetensors"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"must hold whole shards.*encode the same images again"):
        list(shards.portions())


def test_a_shard_that_is_gone_meanwhile_is_named(filled):
    folder, _ = filled
    shards = StoredEmbeddings(folder)
    path = max(shards.folder.glob("*.safetensors"))
    path.unlink()
    with pytest.raises(ValueError, match=f"Got {path.name} instead, which is gone or damaged"):
        list(shards.portions())


def test_large_shards_stay_as_they_are_while_more_is_added(tmp_path):
    """What is merged again and again would be written as often as there are thousands of it."""
    vectors = _vectors(80_000, n_features=2)
    written = 0
    with EmbeddingStore(tmp_path, MADE_BY) as store:
        seen = set()
        for start in range(0, len(vectors), 160):
            store.add([_key(i) for i in range(start, start + 160)], vectors[start : start + 160])
            now = set(store.folder.glob("*.safetensors"))
            written += sum(path.stat().st_size for path in now - seen)
            seen |= now
    kept = sum(path.stat().st_size for path in store.folder.glob("*.safetensors"))
    assert len(StoredEmbeddings(tmp_path)) == 80_000
    assert written < 4 * kept


def test_little_of_a_large_store_stands_in_memory(tmp_path):
    vectors = _vectors(80_000, n_features=128)
    _fill(tmp_path, list(range(len(vectors))), vectors, batch=128)
    tracemalloc.start()
    try:
        n_rows = sum(len(portion) for portion in StoredEmbeddings(tmp_path).portions(1000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert n_rows == len(vectors)
    assert peak < vectors.nbytes * 0.8, "no more than a shard and a portion stand in memory"


def test_some_keys_open_the_vectors_of_those_pictures_only(filled):
    folder, vectors = filled
    wanted = StoredEmbeddings(folder).keys[[3, 50, 99]]
    some = StoredEmbeddings(folder, wanted)
    assert sorted(some.keys.tolist()) == sorted(wanted.tolist())
    np.testing.assert_array_equal(np.vstack(list(some.portions(2))), _by_key(some, vectors))
    with pytest.raises(FileNotFoundError, match="where there are no vectors"):
        StoredEmbeddings(folder, np.frombuffer(_key(1000), "V16"))


def test_no_rows_and_no_size_are_refused(filled):
    shards = StoredEmbeddings(filled[0])
    for rows in ([], slice(0), np.zeros(100, dtype=bool)):
        with pytest.raises(ValueError, match="`rows` must name at least one vector"):
            shards[rows]
    with pytest.raises(ValueError, match=r"`size` must be a whole number of at least 1\. Got 0"):
        next(shards.portions(0))
