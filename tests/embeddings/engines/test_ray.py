"""The Ray engine, on a cluster of two processes on this machine."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager

import datasets
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from loopback.hub import parquet

from cliplab import ClipEncoder, Embeddings, StoredEmbeddings, load_storybook
from cliplab.embeddings.encoding import encode_all
from cliplab.embeddings.inputs import input_images
from cliplab.embeddings.keys import image_key
from cliplab.embeddings.store import read_shard

ray = pytest.importorskip("ray")

from cliplab.embeddings.engines.ray import stages  # noqa: E402
from cliplab.embeddings.engines.ray.addresses import _listed, _rows_of_tables, open_address  # noqa: E402
from cliplab.embeddings.engines.ray.cluster import ray_cluster  # noqa: E402
from cliplab.embeddings.engines.ray.encoding import RayEngine, table_of  # noqa: E402
from cliplab.embeddings.engines.ray.from_address import encode_address  # noqa: E402
from cliplab.embeddings.engines.ray.stages import prepare  # noqa: E402

pytestmark = [pytest.mark.ray, pytest.mark.slow]

_N_IMAGES = 240
# Ray's own start takes most of a minute where other tests run beside it.
_SECONDS = 180


@pytest.fixture(scope="module")
def images():
    return load_storybook(n_images=_N_IMAGES, random_state=3)


@pytest.fixture(scope="module")
def encoder():
    return ClipEncoder("storybook", device="cpu")


@pytest.fixture(scope="module")
def expected(images, encoder):
    """The vectors of the local engine."""
    return encoder.encode_images(images, batch_size=2, store=False).vectors


@contextmanager
def _cluster(**resources):
    ray.init(
        address="local", include_dashboard=False, log_to_driver=False, logging_level=50, **resources
    )
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def two_processes():
    with _cluster(num_cpus=2):
        yield


@pytest.fixture
def interrupt():
    """Yield what interrupts the tests as Ctrl+C does.

    A shell has its background programs ignore SIGINT, and Python leaves it so: no interrupt, not
    even by `_thread.interrupt_main`, would ever arrive there.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: os.kill(os.getpid(), signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def _processes_of_ray():
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "ray" in child.name()]


def _in_the_middle(store, act):
    """Do something once, in a thread, as soon as a run has stored its first vectors."""

    def wait():
        deadline = time.monotonic() + _SECONDS
        while not list(store.rglob("*.safetensors")) and time.monotonic() < deadline:
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def _n_stored(store):
    """Count how often the vector of each image is stored."""
    shards = [read_shard(path) for path in store.rglob("*.safetensors")]
    return Counter(key for keys, _ in shards for key in keys)


def _parquet_folder(folder, images, n_files=3, torn=None):
    """Write images as `datasets` does."""
    folder.mkdir()
    for i, rows in enumerate(np.array_split(np.arange(len(images)), n_files)):
        files = [b"torn" if row == torn else images.file_bytes(int(row)) for row in rows]
        table = datasets.Dataset.from_dict(
            {
                "label": rows,
                "image": [
                    {"bytes": file, "path": f"{row}.png"}
                    for row, file in zip(rows, files, strict=True)
                ],
            },
            features=datasets.Features(
                {"label": datasets.Value("int64"), "image": datasets.Image()}
            ),
        )
        (folder / f"train-{i}.parquet").write_bytes(parquet(table))
    return folder


def _assert_are(stored, images, expected):
    """Exactly the vectors of these images are stored, equal to the last bit."""
    keys = [image_key(images.file_bytes(row)) for row in range(len(images))]
    row_of = {key: row for row, key in enumerate(stored.keys.tolist())}
    assert len(stored) == len(set(keys))
    np.testing.assert_array_equal(stored[[row_of[key] for key in keys]].vectors, expected)


def test_without_a_cluster_one_is_started_and_stopped_again(images, encoder, expected):
    without_files = [images[row] for row in range(8)]
    vectors = encoder.encode_images(without_files, batch_size=2, store=False, engine="ray").vectors
    np.testing.assert_array_equal(vectors, expected[:8])
    assert not ray.is_initialized()
    _, alive = psutil.wait_procs(_processes_of_ray(), timeout=_SECONDS)
    assert alive == []


def test_a_worker_that_is_killed_is_replaced_and_no_vector_is_lost(
    two_processes, images, encoder, expected, tmp_path
):
    killed, n_stored = [], []

    def kill():
        worker = next(each for each in _processes_of_ray() if "MapWorker" in each.name())
        worker.kill()
        n_stored.append(len(_n_stored(tmp_path)))
        killed.append(worker.pid)

    thread = _in_the_middle(tmp_path, kill)
    embeddings = encoder.encode_images(images, batch_size=2, store=tmp_path, engine="ray")
    thread.join()
    assert killed
    assert n_stored[0] < _N_IMAGES
    np.testing.assert_array_equal(embeddings.vectors, expected)
    assert embeddings.provenance == encoder.encode_images(images[:2]).provenance
    assert set(_n_stored(tmp_path).values()) == {1}


def test_a_run_that_was_interrupted_continues_where_it_stopped_also_from_the_hub(
    two_processes, images, encoder, expected, tmp_path, hub, interrupt
):
    # Ray hands over a file at a time. Most are still to come when the first is stored.
    folder = _parquet_folder(tmp_path / "data", images, n_files=12)
    store = tmp_path / "store"
    thread = _in_the_middle(store, interrupt)
    with pytest.raises(KeyboardInterrupt):
        encoder.encode_images(str(folder), batch_size=2, store=store, engine="ray")
    thread.join()
    assert 0 < len(_n_stored(store)) < _N_IMAGES

    files = {f"data/{path.name}": path.read_bytes() for path in folder.iterdir()}
    files["data/test.parquet"] = b"not in the pattern"
    hub.add("datasets/school/drawings", files | {"README.md": b"# Drawings"})
    address = "hf://datasets/school/drawings/data/train-*.parquet"
    stored = encoder.encode_images(address, batch_size=2, store=store, engine="ray")
    _assert_are(stored, images, expected)
    assert set(_n_stored(store).values()) == {1}, "something was encoded again"


def test_a_damaged_image_of_an_image_set_is_an_error_with_its_name(two_processes, images, encoder):
    files = [images.file_bytes(0), images.file_bytes(0)[:200]]
    features = {"image": datasets.Image(), "image_id": datasets.Value("string")}
    table = {
        "image": [{"bytes": each, "path": None} for each in files],
        "image_id": ["whole", "torn"],
    }
    torn = type(images)(datasets.Dataset.from_dict(table, features=datasets.Features(features)))
    with pytest.raises(
        ValueError, match=r"must be images that can be read\. Got torn instead: damaged"
    ):
        encoder.encode_images(torn, engine="ray")


def test_a_worker_that_would_make_other_vectors_is_an_error(two_processes, images):
    changed = ClipEncoder("storybook", device="cpu")
    with torch.no_grad():
        next(changed._clip.network.visual.parameters()).add_(0.01)
    with pytest.raises(RuntimeError, match=r"All machines must have the same model.* Its weights"):
        changed.encode_images(images[:4], engine="ray")


def test_arguments_that_an_engine_cannot_use_are_refused(two_processes, encoder, tmp_path):
    with pytest.raises(ValueError, match=r"`engine` must be one of 'local', 'ray'\. Got 'dask'"):
        encoder.encode_images([], engine="dask")
    with pytest.raises(ValueError, match=r"Got 'photos' instead: an address needs the engine"):
        encoder.encode_images("photos")
    with pytest.raises(ValueError, match=r"`images` must hold at least one image"):
        encoder.encode_images([], engine="ray")
    with pytest.raises(ValueError, match=r"`store` must be a folder where `images` is an address"):
        encoder.encode_images(str(tmp_path), store=False, engine="ray")
    with pytest.raises(FileNotFoundError, match=r"Got '.*/none' instead, where there are no files"):
        encoder.encode_images(str(tmp_path / "none"), engine="ray")
    (tmp_path / "notes.txt").write_text("not an image")
    with pytest.raises(ValueError, match=r"must be the address of parquet files or images"):
        encoder.encode_images(str(tmp_path), engine="ray")
    table = datasets.Dataset.from_dict({"label": [1]})
    (tmp_path / "labels.parquet").write_bytes(parquet(table))
    with pytest.raises(ValueError, match=r"a column of images, .* Got tables with \['label'\]"):
        encoder.encode_images(str(tmp_path), engine="ray")


def test_images_of_a_table_are_named_by_their_id_their_path_or_their_row(tmp_path):
    plain = pa.table({"image_id": [7, None], "image": [b"a", None]})
    theirs = pa.array([{"bytes": b"b", "path": "b.png"}, {"bytes": None, "path": "c.png"}, None])
    found = []
    for name, table in {
        "plain": plain,
        "theirs": pa.table({"n": [0, 1, 2], "img": theirs}),
    }.items():
        path = str(tmp_path / f"{name}.parquet")
        pq.write_table(table, path)
        for part in _rows_of_tables(pa.table({"path": [path]}), str(tmp_path)):
            found += zip(*part.to_pydict().values(), strict=True)
    assert found == [
        ("7", b"a"),
        (f"row 1 of {tmp_path / 'plain.parquet'}", None),
        ("b.png", b"b"),
        ("c.png", None),
        (f"row 2 of {tmp_path / 'theirs.parquet'}", None),
    ]


def test_an_image_without_a_file_and_a_damaged_one_have_an_error(encoder):
    files = pa.table({"name": ["a", "b"], "file": pa.array([None, b"torn"], pa.binary())})
    done = prepare(files, encoder._clip.network.visual.preprocess_cfg, None).to_pydict()
    assert done["error"] == [
        "only an address, or nothing",
        "not an image that Pillow can read",
    ]
    assert done["prepared"] == [None, None]


def test_without_ray_the_error_says_how_to_get_it(encoder, images, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r'pip install "cliplab\[ray\]"'):
        encoder.encode_images(images[:2], engine="ray")


def _table(encoder, images, rows):
    return table_of(encoder._clip, input_images(images), [(row, None) for row in rows])


def test_tables_that_a_worker_gets_together_are_joined(two_processes, images, encoder):
    tables = [ray.put(_table(encoder, images, rows)) for rows in ([0], [1, 2])]
    numbers = pa.table({"table": [1, 0]})
    done = prepare(numbers, encoder._clip.network.visual.preprocess_cfg, None, tables)
    assert done["name"].to_pylist() == ["1", "2", "0"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (" ", "must be the address of images. Got '' instead"),
        ("foo://bucket/a.parquet", "or begin with s3://, gs:// or hf://datasets/. Got 'foo://"),
        ("torn.parquet", "must be the address of undamaged parquet files. Got '.*torn.parquet'"),
    ],
)
def test_an_address_that_cannot_be_read_is_named(tmp_path, monkeypatch, address, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "torn.parquet").write_bytes(b"torn")
    with pytest.raises(ValueError, match=words):
        open_address(address, 1)


def test_a_bucket_that_cannot_be_reached_is_an_error(monkeypatch):
    def unreachable(_folder):
        raise OSError("could not resolve host name")

    monkeypatch.setattr("cliplab.embeddings.engines.ray.addresses._opened", unreachable)
    with pytest.raises(ConnectionError, match=r"can be reached\. Got 's3://b/a' .* host name"):
        open_address("s3://b/a", 1)


@pytest.mark.parametrize("address", ["part-*.png", "./part-*.png", "{folder}/*1.png"])
def test_a_pattern_finds_its_files_also_in_a_folder_with_brackets(tmp_path, monkeypatch, address):
    folder = tmp_path / "album[1]"
    folder.mkdir()
    for name in ("part-1.png", "other.png"):
        (folder / name).write_bytes(b"")
    monkeypatch.chdir(folder)
    _, found = _listed(address.format(folder=folder))
    assert [path.rpartition("/")[2] for path in found] == ["part-1.png"]


def test_images_without_files_are_sent_prepared(images, encoder):
    table = _table(encoder, [images[0], images[1]], range(2))
    assert prepare(table, encoder._clip.network.visual.preprocess_cfg, None) is table


def test_only_images_at_the_address_are_returned_whatever_else_is_stored(
    two_processes, images, encoder, tmp_path
):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "torn.png").write_bytes(b"torn")
    encoder.encode_images(images[:8], store=tmp_path / "store")  # They are not in the folder.
    with pytest.raises(ValueError, match="must be the address of images that can be read"):
        encoder.encode_images(folder, store=tmp_path / "store", engine="ray")
    for row in (5, 6, 7, 8, 9):
        (folder / f"{row}.png").write_bytes(images.file_bytes(row))
    with pytest.warns(UserWarning, match=r"torn\.png, not an image"):
        stored = encoder.encode_images(folder, store=tmp_path / "store", engine="ray")
    _assert_are(stored, images[5:10], encoder.encode_images(images[5:10]).vectors)
    assert len(StoredEmbeddings(stored.folder)) == 10


# These come last: one process can be connected to one cluster at a time.


@pytest.fixture(scope="module")
def with_a_gpu():
    """Start a cluster that is told of a GPU; Ray does not check that there is one."""
    ray.shutdown()
    with _cluster(num_cpus=2, num_gpus=1):
        yield


def test_with_gpus_images_are_prepared_on_the_cores_and_a_damaged_one_is_left_out(
    with_a_gpu, images, encoder, expected, tmp_path
):
    folder = tmp_path / "photographs"
    (folder / "more").mkdir(parents=True)
    for row in range(20):
        (folder / "more" / f"{row}.png").write_bytes(images.file_bytes(row))
    (folder / "torn.JPG").write_bytes(b"<html>")
    (folder / "notes.txt").write_text("not an image")
    (folder / ".hidden.png").write_bytes(b"")
    words = r"1 images could not be read .*torn\.JPG, text instead of an image"
    with ray_cluster():
        engine = RayEngine(encoder._clip)
        assert engine.device == "cuda"
        engine.device = "cpu"
        with pytest.warns(UserWarning, match=words):
            stored = encode_address(engine, str(folder), 2, tmp_path / "store")
    _assert_are(stored, images[:20], expected[:20])
    assert "torn.JPG" in (stored.folder / "skipped.json").read_text()


def test_with_gpus_the_workers_get_whole_batches(
    with_a_gpu, images, encoder, expected, monkeypatch, tmp_path
):
    class Watched(stages.Worker):
        def __call__(self, table):
            (tmp_path / f"{time.time_ns()} {len(table)}").touch()
            return super().__call__(table)

    monkeypatch.setattr("cliplab.embeddings.engines.ray.encoding.Worker", Watched)
    with ray_cluster():
        engine = RayEngine(encoder._clip)
        engine.device = "cpu"
        vectors = encode_all(engine, input_images(images[:24]), size=2)
    np.testing.assert_array_equal(Embeddings(vectors).vectors, expected[:24])
    assert [int(path.name.split()[1]) for path in tmp_path.iterdir()] == [8, 8, 8]
