"""The engine of a cluster, on a cluster of two processes on this machine."""

from __future__ import annotations

import _thread
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

from cliplab import ClipEncoder, StoredEmbeddings, load_storybook
from cliplab.embeddings.store import EmbeddingStore, image_key

ray = pytest.importorskip("ray")

from cliplab.embeddings.engines.ray import stages  # noqa: E402
from cliplab.embeddings.engines.ray.addresses import _listed, _rows_of_tables, open_address  # noqa: E402
from cliplab.embeddings.engines.ray.cluster import ray_cluster  # noqa: E402
from cliplab.embeddings.engines.ray.encoding import _ClusterEncoder  # noqa: E402
from cliplab.embeddings.engines.ray.stages import prepare  # noqa: E402

pytestmark = [pytest.mark.ray, pytest.mark.slow]

_N_IMAGES = 240
_SECONDS = 60


@pytest.fixture(scope="module")
def images():
    return load_storybook(n_images=_N_IMAGES, random_state=3)


@pytest.fixture(scope="module")
def encoder():
    return ClipEncoder("storybook", device="cpu")


@pytest.fixture(scope="module")
def expected(images, encoder):
    """What the local engine gives."""
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


def _processes_of_ray():
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "ray" in child.name()]


def _in_the_middle(store, act):
    """Do something once, in a thread, as soon as a run has kept its first vectors."""

    def wait():
        deadline = time.monotonic() + _SECONDS
        while not list(store.rglob("*.safetensors")) and time.monotonic() < deadline:
            time.sleep(0.01)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def _n_kept(store):
    """Count how often the vector of each picture is kept."""
    shards = [EmbeddingStore._read(path) for path in store.rglob("*.safetensors")]
    return Counter(key for keys, _ in shards for key in keys)


def _parquet_folder(folder, images, n_files=3, torn=None):
    """Write pictures as `datasets` does."""
    folder.mkdir()
    for i, rows in enumerate(np.array_split(np.arange(len(images)), n_files)):
        files = [b"torn" if row == torn else images.file_bytes(int(row)) for row in rows]
        table = datasets.Dataset.from_dict(
            {
                "label": rows,
                "picture": [
                    {"bytes": file, "path": f"{row}.png"}
                    for row, file in zip(rows, files, strict=True)
                ],
            },
            features=datasets.Features(
                {"label": datasets.Value("int64"), "picture": datasets.Image()}
            ),
        )
        (folder / f"train-{i}.parquet").write_bytes(parquet(table))
    return folder


def _assert_are(shards, images, expected):
    """The shards hold exactly the vectors of these images, to the last bit."""
    keys = [image_key(images.file_bytes(row)) for row in range(len(images))]
    row_of = {key: row for row, key in enumerate(shards.keys.tolist())}
    assert len(shards) == len(set(keys))
    np.testing.assert_array_equal(shards[[row_of[key] for key in keys]].vectors, expected)


def test_without_a_cluster_one_is_started_for_the_while_and_nothing_is_left_of_it(
    images, encoder, expected
):
    pictures = [images[row] for row in range(8)]
    vectors = encoder.encode_images(pictures, batch_size=2, store=False, engine="ray").vectors
    np.testing.assert_array_equal(vectors, expected[:8])
    assert not ray.is_initialized()
    _, alive = psutil.wait_procs(_processes_of_ray(), timeout=_SECONDS)
    assert alive == []


def test_a_worker_that_is_killed_in_the_middle_costs_nothing(
    two_processes, images, encoder, expected, tmp_path
):
    killed, n_kept = [], []

    def kill():
        worker = next(each for each in _processes_of_ray() if "MapWorker" in each.name())
        worker.kill()
        n_kept.append(len(_n_kept(tmp_path)))
        killed.append(worker.pid)

    thread = _in_the_middle(tmp_path, kill)
    embeddings = encoder.encode_images(images, batch_size=2, store=tmp_path, engine="ray")
    thread.join()
    assert killed
    assert n_kept[0] < _N_IMAGES
    np.testing.assert_array_equal(embeddings.vectors, expected)
    assert embeddings.provenance == encoder.encode_images(images[:2]).provenance
    assert set(_n_kept(tmp_path).values()) == {1}


def test_a_run_that_is_stopped_goes_on_where_it_stood_and_from_the_hub_as_well(
    two_processes, images, encoder, expected, tmp_path, hub
):
    folder, store = _parquet_folder(tmp_path / "data", images), tmp_path / "store"
    thread = _in_the_middle(store, _thread.interrupt_main)
    with pytest.raises(KeyboardInterrupt):
        encoder.encode_images(str(folder), batch_size=2, store=store, engine="ray")
    thread.join()
    assert 0 < len(_n_kept(store)) < _N_IMAGES

    files = {f"data/{path.name}": path.read_bytes() for path in folder.iterdir()}
    files["data/test.parquet"] = b"of no concern"
    hub.add("datasets/school/pictures", files | {"README.md": b"# Pictures"})
    address = "hf://datasets/school/pictures/data/train-*.parquet"
    shards = encoder.encode_images(address, batch_size=2, store=store, engine="ray")
    _assert_are(shards, images, expected)
    assert set(_n_kept(store).values()) == {1}, "something was encoded again"


def test_a_bad_picture_of_a_set_ends_the_run_and_is_named(two_processes, images, encoder):
    pictures = [images.file_bytes(0), images.file_bytes(0)[:200]]
    features = {"image": datasets.Image(), "image_id": datasets.Value("string")}
    table = {
        "image": [{"bytes": each, "path": None} for each in pictures],
        "image_id": ["whole", "torn"],
    }
    torn = type(images)(datasets.Dataset.from_dict(table, features=datasets.Features(features)))
    with pytest.raises(
        ValueError, match=r"must be pictures that can be read\. Got torn instead: damaged"
    ):
        encoder.encode_images(torn, engine="ray")


def test_a_machine_that_would_make_other_vectors_is_found_out(two_processes, images):
    changed = ClipEncoder("storybook", device="cpu")
    with torch.no_grad():
        next(changed._network.visual.parameters()).add_(0.01)
    with pytest.raises(RuntimeError, match=r"All machines must have the same model.* Its weights"):
        changed.encode_images(images[:4], engine="ray")


def test_what_cannot_be_asked_of_a_cluster_is_refused_in_words(two_processes, encoder, tmp_path):
    with pytest.raises(ValueError, match=r"`engine` must be 'local' or 'ray'. Got 'dask' instead"):
        encoder.encode_images([], engine="dask")
    with pytest.raises(ValueError, match=r"an address is for the engine 'ray'.* Got 'photos'"):
        encoder.encode_images("photos")
    with pytest.raises(ValueError, match=r"`images` must hold at least one image"):
        encoder.encode_images([], engine="ray")
    with pytest.raises(ValueError, match=r"`store` must be a folder where `images` is an address"):
        encoder.encode_images(str(tmp_path), store=False, engine="ray")
    with pytest.raises(FileNotFoundError, match=r"Got '.*/none' instead, where nothing is"):
        encoder.encode_images(str(tmp_path / "none"), engine="ray")
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(ValueError, match=r"must be the address of parquet files or pictures"):
        encoder.encode_images(str(tmp_path), engine="ray")
    table = datasets.Dataset.from_dict({"label": [1]})
    (tmp_path / "labels.parquet").write_bytes(parquet(table))
    with pytest.raises(ValueError, match=r"a column of images, .* Got tables with \['label'\]"):
        encoder.encode_images(str(tmp_path), engine="ray")


def test_pictures_of_a_table_are_called_by_their_id_their_path_or_their_place(tmp_path):
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


def test_a_picture_of_which_only_the_address_is_there_has_a_flaw(encoder):
    files = pa.table({"name": ["a", "b"], "file": pa.array([None, b"torn"], pa.binary())})
    done = prepare(files, encoder._network.visual.preprocess_cfg, None).to_pydict()
    assert done["flaw"] == [
        "only its address, or nothing, is there",
        "not an image that Pillow can read",
    ]
    assert done["picture"] == [None, None]


def test_without_ray_the_error_says_how_to_get_it(encoder, images, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r'pip install "cliplab\[ray\]"'):
        encoder.encode_images(images[:2], engine="ray")


def test_with_gpus_pictures_are_prepared_on_the_processors_and_a_bad_one_is_left_out(
    images, encoder, expected, tmp_path
):
    """Ray believes what it is told of GPUs, so that their path can be gone without one."""
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    for row in range(20):
        (folder / "more" / f"{row}.png").write_bytes(images.file_bytes(row))
    (folder / "torn.JPG").write_bytes(b"<html>")
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(b"")
    ray.shutdown()
    words = r"1 pictures could not be read .*torn\.JPG, text instead of an image"
    with _cluster(num_cpus=2, num_gpus=1), ray_cluster():
        there = _ClusterEncoder(encoder)
        assert there.device == "cuda"
        there.device = "cpu"
        with pytest.warns(UserWarning, match=words):
            shards = there.encode_address(str(folder), 2, tmp_path / "store")
    _assert_are(shards, images[:20], expected[:20])
    assert "torn.JPG" in (shards.folder / "skipped.json").read_text()


def test_with_gpus_pictures_at_hand_come_to_the_workers_in_whole_batches(
    images, encoder, expected, monkeypatch, tmp_path
):
    class Watched(stages.Worker):
        def __call__(self, table):
            (tmp_path / f"{time.time_ns()} {len(table)}").touch()
            return super().__call__(table)

    monkeypatch.setattr("cliplab.embeddings.engines.ray.encoding.Worker", Watched)
    ray.shutdown()
    with _cluster(num_cpus=2, num_gpus=1), ray_cluster():
        there = _ClusterEncoder(encoder)
        there.device = "cpu"
        vectors = there.encode_images(images[:24], batch_size=2, store=False).vectors
    np.testing.assert_array_equal(vectors, expected[:24])
    assert [int(path.name.split()[1]) for path in tmp_path.iterdir()] == [8, 8, 8]


def test_parts_that_come_together_stay_together(images, encoder):
    cluster_s = object.__new__(_ClusterEncoder)
    cluster_s.__dict__ |= encoder.__dict__
    with ray_cluster():
        parts = [ray.put(cluster_s._table(images, rows)) for rows in ([0], [1, 2])]
        numbers = pa.table({"part": [1, 0]})
        done = prepare(numbers, encoder._network.visual.preprocess_cfg, None, parts)
    assert done["name"].to_pylist() == ["1", "2", "0"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (" ", "must be the address of pictures. Got '' instead"),
        ("foo://bucket/a.parquet", "or begin with s3://, gs:// or hf://datasets/. Got 'foo://"),
        ("torn.parquet", "must be the address of whole parquet files. Got '.*torn.parquet'"),
    ],
)
def test_an_address_that_cannot_be_read_is_named(tmp_path, monkeypatch, address, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "torn.parquet").write_bytes(b"torn")
    with pytest.raises(ValueError, match=words):
        open_address(address, 1)


def test_where_a_bucket_cannot_be_reached_it_is_said(monkeypatch):
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


def test_pictures_that_come_prepared_are_not_prepared_again(images, encoder):
    cluster_s = object.__new__(_ClusterEncoder)
    cluster_s.__dict__ |= encoder.__dict__
    table = cluster_s._table([images[0], images[1]], range(2))
    assert prepare(table, encoder._network.visual.preprocess_cfg, None) is table


def test_batches_that_come_mixed_are_put_in_order(images, encoder, expected, monkeypatch):
    def mixed(_images, _rows, _size):
        for rows in ([0, 1, 6, 7], [2, 3, 4, 5]):
            yield rows, expected[rows]

    monkeypatch.setattr(encoder, "_encoded", mixed)
    vectors = encoder.encode_images(images[:8], store=False).vectors
    np.testing.assert_array_equal(vectors, expected[:8])


def test_only_what_lies_at_the_address_counts_whatever_else_the_store_holds(
    two_processes, images, encoder, tmp_path
):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "torn.png").write_bytes(b"torn")
    encoder.encode_images(images[:8], store=tmp_path / "store")  # They lie elsewhere.
    with pytest.raises(ValueError, match="must be the address of pictures that can be read"):
        encoder.encode_images(folder, store=tmp_path / "store", engine="ray")
    for row in (5, 6, 7, 8, 9):
        (folder / f"{row}.png").write_bytes(images.file_bytes(row))
    with pytest.warns(UserWarning, match=r"torn\.png, not a picture"):
        shards = encoder.encode_images(folder, store=tmp_path / "store", engine="ray")
    _assert_are(shards, images[5:10], encoder.encode_images(images[5:10]).vectors)
    assert len(StoredEmbeddings(shards.folder)) == 10
