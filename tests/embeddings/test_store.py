"""The store of embeddings under everything that happens to a classroom's computers."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import resource
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from cliplab import ClipEncoder, load_storybook
from cliplab._core.device import n_cores
from cliplab.embeddings.keys import image_key, is_among
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.store import EmbeddingStore, read_shard

# All that is long to import is there before a process is begun, and killed.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["cliplab.embeddings.encoder", "cliplab.sources", "open_clip", "datasets"]
)
_N_IMAGES, _BATCH_SIZE = 96, 4


def _encode(store, first=0, last=_N_IMAGES):
    images = load_storybook(n_images=_N_IMAGES)[first:last]
    encoder = ClipEncoder("storybook", device="cpu")
    return encoder.encode_images(images, batch_size=_BATCH_SIZE, store=store).vectors


def _start(store, *rows):
    process = _PROCESSES.Process(target=_encode, args=(str(store), *rows))
    process.start()
    return process


def _shards(store):
    return sorted(store.rglob("*.safetensors"))


@pytest.fixture(scope="module")
def undisturbed():
    return _encode(False)


@pytest.mark.slow
def test_images_that_were_encoded_before_are_not_encoded_again(tmp_path, undisturbed):
    np.testing.assert_array_equal(_encode(tmp_path), undisturbed)
    encoder = ClipEncoder("storybook", device="cpu")
    encoder._clip.encode_batch = None  # Encoding anything would fail.
    images = load_storybook(n_images=_N_IMAGES)
    again = encoder.encode_images(images[::-1], batch_size=_BATCH_SIZE, store=tmp_path).vectors
    np.testing.assert_array_equal(again[::-1], undisturbed)


@pytest.mark.slow
def test_a_finished_run_leaves_one_shard_and_its_metadata(tmp_path):
    _encode(tmp_path)
    assert len(_shards(tmp_path)) == 1
    metadata = _shards(tmp_path)[0].with_name("made_by.json").read_text()
    assert '"model": "storybook"' in metadata
    assert "weights" in metadata


def test_the_user_s_cache_is_the_default_and_false_stores_nothing(empty_cache):
    images = load_storybook(n_images=4)
    encoder = ClipEncoder("storybook")
    encoder.encode_images(images, store=False)
    assert not _shards(empty_cache)
    encoder.encode_images(images)
    assert len(_shards(empty_cache / "embeddings")) == 1


def test_equal_images_are_encoded_once(tmp_path):
    one, other = load_storybook(n_images=2)
    encoder = ClipEncoder("storybook", device="cpu")
    vectors = encoder.encode_images([one, other, one, one], store=tmp_path).vectors
    np.testing.assert_array_equal(vectors[0], vectors[3])
    (shard,) = _shards(tmp_path)
    assert len(read_shard(shard)[0]) == 2


def test_images_without_a_file_are_identified_by_their_pixels(tmp_path):
    images = [image.rotate(90) for image in load_storybook(n_images=3)]
    encoder = ClipEncoder("storybook", device="cpu")
    first = encoder.encode_images(images, store=tmp_path).vectors
    encoder._clip.encode_batch = None
    np.testing.assert_array_equal(encoder.encode_images(images, store=tmp_path).vectors, first)


@pytest.mark.parametrize("change", ["weights", "preprocessing", "precision", "model"])
def test_vectors_of_another_model_are_not_mistaken_for_these(tmp_path, change):
    import torch

    images = load_storybook(n_images=4)
    ours, other = (ClipEncoder("storybook", device="cpu") for _ in range(2))
    ours.encode_images(images, store=tmp_path)
    if change == "weights":
        with torch.no_grad():
            next(other._clip.network.visual.parameters()).add_(0.01)
    elif change == "preprocessing":
        other._clip.network.visual.preprocess_cfg["resize_mode"] = "squash"
    elif change == "precision":
        other._clip.precision = "another"
    else:
        other._clip.name = "another"
    with EmbeddingStore(tmp_path, other._clip.made_by) as store:
        keys = [image_key(images.file_bytes(i)) for i in range(4)]
        assert store.find(keys) == {}


def _kill_while_encoding(n_kills, folder, undisturbed):
    """Kill runs at random moments; return in how many of them something was there already.

    Every second one is killed after it has stored something, however busy the machine is.
    """
    moments = random.Random(0)
    begun = time.monotonic()
    _start(folder / "whole").join()
    whole = time.monotonic() - begun
    n_begun = 0
    for number in range(n_kills):
        store = folder / f"store-{number}"
        process = _start(store)
        while number % 2 and not _shards(store) and process.is_alive():
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.2) if number % 2 else moments.uniform(0.1, 1.0) * whole)
        process.kill()
        process.join()
        shards = _shards(store)
        n_begun += bool(shards)
        assert all(read_shard(shard) is not None for shard in shards), "a torn shard"
        np.testing.assert_array_equal(_encode(store), undisturbed)
    return n_begun


@pytest.mark.slow
@pytest.mark.proof
def test_a_run_that_was_killed_at_any_moment_continues_and_ends_with_the_same_vectors(
    tmp_path, undisturbed, proof, record_property
):
    n_kills = proof(5, 100, "kills at random moments, every finished run equal bit for bit")
    n_begun = _kill_while_encoding(n_kills, tmp_path, undisturbed)
    record_property("figure", f"in {n_begun} of these something was stored already")
    assert n_begun > 0


@pytest.mark.slow
def test_at_most_the_batches_in_progress_are_lost(tmp_path):
    encoder = ClipEncoder("storybook", device="cpu")
    encode, n_done = encoder._clip.encode_batch, []

    def encode_six_batches(prepared, size):
        if len(n_done) == 6:
            raise KeyboardInterrupt
        n_done.append(1)
        return encode(prepared, size)

    encoder._clip.encode_batch = encode_six_batches
    with pytest.raises(KeyboardInterrupt):
        encoder.encode_images(
            load_storybook(n_images=_N_IMAGES), batch_size=_BATCH_SIZE, store=tmp_path
        )
    n_stored = sum(len(read_shard(shard)[0]) for shard in _shards(tmp_path))
    assert 6 - n_cores() <= n_stored / _BATCH_SIZE <= 6


@pytest.mark.slow
def test_two_notebooks_on_one_store_do_not_harm_each_other(tmp_path, undisturbed):
    processes = [_start(tmp_path, 0, 72), _start(tmp_path, 24, _N_IMAGES), _start(tmp_path)]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert all(read_shard(shard) is not None for shard in _shards(tmp_path))
    np.testing.assert_array_equal(_encode(tmp_path), undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty"])
def test_a_damaged_shard_is_never_used(tmp_path, undisturbed, damage):
    _encode(tmp_path)
    (shard,) = _shards(tmp_path)
    content = bytearray(shard.read_bytes())
    if damage == "flipped":
        content[-100] ^= 1
    shard.write_bytes({"cut": content[:-7], "empty": b""}.get(damage, content))
    np.testing.assert_array_equal(_encode(tmp_path), undisturbed)
    assert len(_shards(tmp_path)) == 1


@pytest.mark.slow
def test_incomplete_files_of_a_killed_run_are_not_read(tmp_path, undisturbed):
    _encode(tmp_path)
    (shard,) = _shards(tmp_path)
    shard.with_name(f".{shard.name}.part").write_bytes(shard.read_bytes()[:50])
    np.testing.assert_array_equal(_encode(tmp_path), undisturbed)


def _encode_with_little_room(store, answer):
    """Files may not grow beyond 1 kB, which to a program is a full disk."""
    import warnings

    # pytest captures what progress bars print into a file, which may not grow either.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        vectors = _encode(store)
    answer.send((vectors, [str(warning.message) for warning in warned]))


@pytest.mark.slow
def test_on_a_full_disk_vectors_are_complete_and_a_warning_says_what_is_not_stored(
    tmp_path, undisturbed
):
    ours, theirs = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_encode_with_little_room, args=(str(tmp_path), theirs))
    process.start()
    theirs.close()  # So that a process that has died ends the wait.
    vectors, messages = ours.recv()
    process.join()
    np.testing.assert_array_equal(vectors, undisturbed)
    assert any("not all of them could be stored" in message for message in messages)
    assert not list(tmp_path.rglob("*.part"))
    np.testing.assert_array_equal(_encode(tmp_path), undisturbed)


def test_many_small_shards_are_merged_while_a_run_goes_on(tmp_path):
    made_by = {"model": "by hand"}
    keys = [image_key(bytes([i])) for i in range(150)]
    vectors = np.random.default_rng(0).normal(size=(150, 8)).astype(np.float32)
    with EmbeddingStore(tmp_path, made_by) as store:
        for i, key in enumerate(keys):
            store.add([key], vectors[i : i + 1])
            assert len(_shards(tmp_path)) <= 64
    assert len(_shards(tmp_path)) == 1
    found = EmbeddingStore(tmp_path, made_by).find(keys)
    np.testing.assert_array_equal(np.stack([found[key] for key in keys]), vectors)


def test_a_model_s_name_cannot_lead_out_of_the_store(tmp_path):
    with contextlib.closing(EmbeddingStore(tmp_path, {"model": "../../etc/passwd"})) as store:
        assert store.folder.parent == tmp_path


def test_images_that_differ_only_in_their_palette_are_different(tmp_path):
    red, blue = (Image.new("P", (32, 32), 0) for _ in range(2))
    red.putpalette([255, 0, 0])
    blue.putpalette([0, 0, 255])
    encoder = ClipEncoder("storybook", device="cpu")
    first, second = encoder.encode_images([red, blue], store=tmp_path).vectors
    assert first @ second < 0.99


def test_images_that_differ_only_in_what_is_transparent_are_different(tmp_path):
    first, second = (Image.new("P", (32, 32), 0) for _ in range(2))
    for image in (first, second):
        image.putpalette([255, 0, 0])
    second.info["transparency"] = 0
    encoder = ClipEncoder("storybook", device="cpu")
    vectors = encoder.encode_images([first, second], store=tmp_path).vectors
    assert vectors[0] @ vectors[1] < 0.99


def test_an_image_that_is_lying_is_encoded_upright_with_and_without_a_store(tmp_path):
    upright = load_storybook(n_images=1)[0].crop((0, 0, 128, 64))
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    upright.transpose(Image.Transpose.ROTATE_90).save(buffer, "PNG", exif=exif)
    lying = Image.open(buffer)
    encoder = ClipEncoder("storybook", device="cpu")
    for options in ({}, {"store": tmp_path}):
        first, second = encoder.encode_images([upright, lying], **options).vectors
        np.testing.assert_allclose(first, second, atol=1e-6)


def test_an_image_that_cannot_be_read_is_named_with_a_store_too(tmp_path):
    buffer = io.BytesIO()
    load_storybook(n_images=1)[0].save(buffer, "PNG")
    torn = Image.open(io.BytesIO(buffer.getvalue()[:-3000]))
    with pytest.raises(ValueError, match="Number 0 cannot"):
        ClipEncoder("storybook", device="cpu").encode_images([torn], store=tmp_path)


def test_two_runs_that_make_the_very_same_shards_both_end_well(tmp_path):
    keys = [image_key(bytes([i])) for i in range(4)]
    vectors = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    stores = [EmbeddingStore(tmp_path, {"model": "by hand"}) for _ in range(2)]
    for start in (0, 2):
        for store in stores:
            store.add(keys[start : start + 2], vectors[start : start + 2])
    for store in stores:
        store.close()
    assert len(EmbeddingStore(tmp_path, {"model": "by hand"}).find(keys)) == 4


def test_a_store_can_be_deleted_while_a_run_uses_it(tmp_path):
    store = EmbeddingStore(tmp_path, {"model": "by hand"})
    for i in range(2):
        store.add([image_key(bytes([i]))], np.ones((1, 4), np.float32))
    shutil.rmtree(store.folder)
    store.close()
    assert not store.folder.exists()
    store.add([image_key(b"another")], np.ones((1, 4), np.float32))
    assert len(store.find([image_key(b"another")])) == 1


def test_incomplete_files_of_a_killed_run_are_removed_after_a_day(tmp_path):
    store = EmbeddingStore(tmp_path, {"model": "by hand"})
    store.add([image_key(b"a")], np.ones((1, 4), np.float32))
    (shard,) = store.folder.glob("*.safetensors")
    names = (f".{shard.name}.{'0' * 16}", f".made_by.json.{'1' * 16}", f".{shard.name}.{'2' * 16}")
    parts = [store.folder / f"{name}.part" for name in names]
    for part in parts:
        part.touch()
    for part in parts[:2]:
        os.utime(part, (0, 0))
    store.find([])
    assert [part.exists() for part in parts] == [False, False, True]


@contextlib.contextmanager
def _little_room(n_bytes):
    """Files of this process may not grow beyond some bytes, which to it is a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _by_hand(folder, n_shards):
    """Return a store into which this run has put so many shards of one vector, and their keys."""
    store = EmbeddingStore(folder, {"model": "by hand"})
    keys = [image_key(b"%d" % i) for i in range(n_shards)]
    for i, key in enumerate(keys):
        store.add([key], np.full((1, 4), i, np.float32))
    return store, keys


def test_only_vectors_of_the_given_keys_are_found(tmp_path):
    store, keys = _by_hand(tmp_path, 3)
    assert list(store.find(keys[1:2])) == keys[1:2]


def test_vectors_are_stored_whatever_the_order_of_their_axes_in_memory(tmp_path):
    vectors = np.arange(12, dtype=np.float32).reshape(4, 3).T
    keys = [image_key(b"%d" % i) for i in range(3)]
    store = EmbeddingStore(tmp_path, {"model": "by hand"})
    store.add(keys, vectors)
    found = store.find(keys)
    np.testing.assert_array_equal(np.stack([found[key] for key in keys]), vectors)


def test_the_last_shard_that_others_have_left_is_not_lost_in_a_merge(tmp_path):
    """The merged shard is then equal to that one, and has its name."""
    store, keys = _by_hand(tmp_path, 2)
    store._own[0].unlink()
    store.close()
    assert list(store.find(keys)) == keys[1:]


def test_a_merge_works_though_another_run_has_removed_a_shard(tmp_path):
    store, keys = _by_hand(tmp_path, 63)
    store._own[5].unlink()
    store.add([image_key(b"the last")], np.ones((1, 4), np.float32))
    store.close()  # A warning would fail this.
    assert len(_shards(tmp_path)) == 1
    assert set(keys) - set(store.find(keys)) == {keys[5]}


def test_shards_that_cannot_be_merged_on_a_full_disk_do_not_change(tmp_path):
    store, keys = _by_hand(tmp_path, 20)
    with _little_room(400):
        store.close()
    assert set(store.find(keys)) == set(keys)


def test_after_a_failure_nothing_more_is_written_and_one_warning_follows(tmp_path):
    store, keys = _by_hand(tmp_path, 1)
    with _little_room(100):
        store.add([image_key(b"a")], np.ones((1, 4), np.float32))
    store.add([image_key(b"b")], np.ones((1, 4), np.float32))
    assert len(_shards(tmp_path)) == 1
    with pytest.warns(UserWarning, match="not all of them could be stored") as warned:
        store.close()
    assert len(warned) == 1
    assert list(store.find([image_key(b"b"), *keys])) == keys


def test_threads_that_add_at_once_end_in_one_shard_with_all_of_it(tmp_path):
    store = EmbeddingStore(tmp_path, {"model": "by hand"})
    keys = [image_key(b"%d" % i) for i in range(400)]

    def add(key):
        store.add([key], np.ones((1, 4), np.float32))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, keys))
    store.close()
    assert len(_shards(tmp_path)) == 1
    assert set(store.find(keys)) == set(keys)


def test_a_model_whose_name_is_long_has_a_store_too(tmp_path):
    with EmbeddingStore(tmp_path, {"model": "a/long/path/" * 40}) as store:
        store.add([image_key(b"a")], np.ones((1, 4), np.float32))
    assert len(_shards(tmp_path)) == 1


def test_the_keys_of_a_store_say_which_images_are_in_it(tmp_path):
    store, keys = _by_hand(tmp_path, 5)
    others = [image_key(b"another"), bytes(16), b"\xff" * 16]
    known = EmbeddingStore(tmp_path, {"model": "by hand"}).keys()
    assert is_among([*keys, *others], known).tolist() == [True] * 5 + [False] * 3
    store._own[2].write_bytes(b"damaged")
    assert is_among(keys, store.keys()).tolist() == [True, True, False, True, True]
    assert is_among(keys, EmbeddingStore(tmp_path, {"model": "none"}).keys()).sum() == 0


def test_keys_that_end_in_zeros_are_different(tmp_path):
    """numpy ignores zeros at the end of bytes."""
    made_by = {"model": "by hand"}
    stored, other = b"a" + bytes(15), b"a" + bytes(14) + b"b"
    with EmbeddingStore(tmp_path, made_by) as store:
        store.add([stored], np.ones((1, 4), np.float32))
    assert is_among([stored, other], store.keys()).tolist() == [True, False]


def test_a_store_that_is_the_only_place_of_vectors_reports_a_full_disk_as_an_error(tmp_path):
    store = EmbeddingStore(tmp_path, {"model": "by hand"}, is_only_place=True)
    store.add([image_key(b"a")], np.ones((1, 4), np.float32))
    with _little_room(100), pytest.raises(OSError, match="File too large"):
        store.add([image_key(b"b")], np.ones((1, 4), np.float32))
    store.close()
    assert list(store.find([image_key(b"a"), image_key(b"b")])) == [image_key(b"a")]


def test_files_that_are_not_the_store_s_own_are_left_alone(tmp_path):
    store, keys = _by_hand(tmp_path, 3)
    others = (
        "mine.safetensors", f"{'0' * 31}.safetensors", "notes.txt", "thesis.part", "a.json",
        ".film.mkv.part", f".film.mkv.{'0' * 16}.part",
    )  # fmt: skip
    for name in others:
        (store.folder / name).write_bytes(b"years of work")
        os.utime(store.folder / name, (0, 0))
    (store.folder / "folder.safetensors").mkdir()
    assert set(store.find(keys)) == set(keys)
    assert len(store.keys()) == 3
    store.close()
    assert {(store.folder / name).read_bytes() for name in others} == {b"years of work"}
    assert len(StoredEmbeddings(tmp_path)) == 3


def test_a_damaged_shard_is_removed_a_day_after_it_was_written(tmp_path):
    store, keys = _by_hand(tmp_path, 2)
    shard = store._own[0]
    shard.write_bytes(b"damaged")
    assert list(EmbeddingStore(tmp_path, {"model": "by hand"}).find(keys)) == keys[1:]
    assert shard.is_file()
    os.utime(shard, (0, 0))
    assert list(EmbeddingStore(tmp_path, {"model": "by hand"}).find(keys)) == keys[1:]
    assert not shard.exists()


def test_a_store_that_is_still_being_copied_loses_nothing(tmp_path):
    store, keys = _by_hand(tmp_path / "here", 21)
    copy = EmbeddingStore(tmp_path / "there", {"model": "by hand"})
    copy.folder.mkdir(parents=True)
    # As `cp` does: each file has its name from its first byte on.
    with contextlib.ExitStack() as copying:
        halves = []
        for shard in _shards(store.folder):
            file = copying.enter_context((copy.folder / shard.name).open("wb"))
            content = shard.read_bytes()
            file.write(content[: len(content) // 2])
            file.flush()
            halves.append((file, content[len(content) // 2 :]))
        with copy:
            assert copy.find(keys) == {}
            copy.add(keys[:1], np.ones((1, 4), np.float32))
            with pytest.warns(UserWarning, match=r"21 files .* are left out: .* being written"):
                assert len(StoredEmbeddings(copy.folder)) == 1
        for file, rest in halves:
            file.write(rest)
    assert set(copy.find(keys)) == set(keys)
    assert len(StoredEmbeddings(copy.folder)) == 21


@pytest.mark.parametrize("form", ["names", "widths", "another format"])
def test_shards_of_a_newer_version_are_left_out_and_told(tmp_path, form):
    import safetensors.numpy

    store, keys = _by_hand(tmp_path, 2)
    content = {
        "names": safetensors.numpy.save({"hashes": np.zeros((2, 16), np.uint8)}),
        "widths": safetensors.numpy.save(
            {"keys": np.zeros((1, 32), np.uint8), "vectors": np.zeros((1, 4), np.float32)}
        ),
        "another format": b"what is to come",
    }[form]
    newer = store.folder / f"{image_key(content).hex()}.safetensors"
    newer.write_bytes(content)
    os.utime(newer, (0, 0))
    assert set(store.find(keys)) == set(keys)
    with pytest.warns(UserWarning, match="1 files in .* are of a newer version of cliplab and"):
        store.close()
    assert newer.read_bytes() == content
    with pytest.warns(
        UserWarning, match="left out: they are of a newer version of cliplab: update"
    ):
        assert len(StoredEmbeddings(tmp_path)) == 2


def test_what_made_the_vectors_is_written_anew_if_it_is_damaged(tmp_path):
    store, keys = _by_hand(tmp_path, 2)
    for content in (b"", b"{", b"[]", b'{"model": 5}', b'{"weights": "a"}', b"[" * 100_000):
        (store.folder / "made_by.json").write_bytes(content)
        with pytest.raises(ValueError, match=r"undamaged files\. Got made_by\.json instead, which"):
            StoredEmbeddings(tmp_path)
        store.find(keys)
        assert StoredEmbeddings(tmp_path).provenance == {"model": "by hand"}


@pytest.mark.proof
def test_no_damage_of_a_store_gives_other_vectors(tmp_path, proof):
    store, keys = _by_hand(tmp_path, 6)
    before, chances = store.find(keys), random.Random(0)
    for number in range(proof(60, 3000, "cuts and flips of a store's shards")):
        shard = chances.choice(_shards(tmp_path))
        content = shard.read_bytes()
        place = chances.randrange(len(content))
        changed = bytes([content[place] ^ chances.randrange(1, 256)])
        shard.write_bytes(
            content[:place] if number % 5 == 0 else content[:place] + changed + content[place + 1 :]
        )
        found = EmbeddingStore(tmp_path, {"model": "by hand"}).find(keys)
        assert len(found) == 5
        assert all(np.array_equal(found[key], before[key]) for key in found)
        with pytest.warns(UserWarning, match="1 files .* are left out: they are damaged, or are"):
            assert len(StoredEmbeddings(tmp_path)) == 5
        shard.write_bytes(content)
    assert len(StoredEmbeddings(tmp_path)) == 6
