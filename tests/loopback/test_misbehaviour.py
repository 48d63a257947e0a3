"""The fault farm: whatever a host does, each door gives the right content or one sentence."""

from __future__ import annotations

import dataclasses
import itertools
import re
import threading
import warnings

import datasets
import pytest

from cliplab import (
    ClipEncoder,
    Embeddings,
    doctor,
    fetch_hub_images,
    fetch_open_images,
    fetch_pack,
)
from cliplab._core.request_errors import NotAvailableError
from cliplab.embeddings.loading import STORYBOOK
from cliplab.packs.published import STORYBOOK_PACK
from cliplab.sources import OpenImagesHost
from cliplab.sources.http.download import Downloader
from loopback.hub import parquet
from loopback.misbehaviour import MISBEHAVIOURS
from loopback.open_images import QUICK, SmallOpenImages, jpeg
from loopback.server import Answer, Server

_KINDS = (*MISBEHAVIOURS, "401", "403", "404", "410", "429", "500", "503")
_SECONDS_TO_HANG = 300
# Nobody says which bytes are right, so these are taken for the file.
_UNSEEN = {"wrong length", "corrupt", "one bit", "empty", "html", "led to a page"}
_CONTENT = bytes(range(256)) * 100
_NUMBERS = itertools.count()
# What only a reader of programs understands.
_RAW = re.compile(
    r"Traceback|HTTPConnectionPool|urllib3|httpx|object at 0x|Expecting value|weights_only|Errno"
)


def _outcome(door):
    """Call a function in a thread, because it may hang; return what it gives, or its error."""
    found = []

    def work():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found.append(door())
            except (OSError, ValueError, NotAvailableError) as error:
                found.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(_SECONDS_TO_HANG)
    assert found, "it hangs, or raises what no one expects"
    if isinstance(found[0], BaseException):
        words = str(found[0])
        assert words.isprintable(), repr(words)
        assert not _RAW.search(words), words
    return found[0]


@pytest.fixture
def quick(hub, monkeypatch):
    """A Hub whose clients lose their patience soon."""
    monkeypatch.setattr("cliplab._core.connections._SECONDS_TO_ANSWER", 0.4)
    monkeypatch.setattr("cliplab.packs.fetching._PATIENCE", dataclasses.replace(QUICK, tries=2))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    monkeypatch.setattr("cliplab._core.hub_limits._SECONDS", 0.4)
    monkeypatch.setattr("cliplab._core.hub_limits._MAX_FILE_BYTES", 50_000_000)
    # The Hub's library waits for half a minute between its tries.
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(hub.server, "seconds", 0.6)
    return hub


@pytest.mark.slow
@pytest.mark.parametrize("kind", _KINDS)
def test_a_download_is_right_or_an_error_in_words_whatever_the_host_does(kind, tmp_path):
    patience = dataclasses.replace(QUICK, tries=2, read=0.2, whole=0.4)
    with Server(lambda request: Answer(_CONTENT, headers={"ETag": '"1"'})) as server:
        server.seconds, server.fault = 0.6, lambda path, times: kind
        url, path = f"{server.address}/file", tmp_path / "file"

        def fetch_file():
            Downloader(1, patience).fetch_file(url, path, lambda *_: None, 10**6)
            return path.read_bytes()

        for door in (lambda: Downloader(1, patience).fetch(url, 10**6), fetch_file):
            found = _outcome(door)
            assert isinstance(found, BaseException) or found == _CONTENT or kind in _UNSEEN
        server.fault = lambda path, times: None
        Downloader(1, patience).fetch_file(url, path, lambda *_: None, 10**6)
        assert path.read_bytes() == _CONTENT
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def _pack(hub):
    files = {file.name: file.read_bytes() for file in STORYBOOK_PACK.iterdir()}
    return f"school/pack-{next(_NUMBERS)}", "datasets/", files, fetch_pack


def _images(hub):
    table = datasets.Dataset.from_dict({"photo": [jpeg(shade, 0) for shade in range(20)]})
    table = table.cast_column("photo", datasets.Image())
    files = {"data/train.parquet": parquet(table)}

    def fetch(name):
        return fetch_hub_images(name, n_images=5)

    return f"school/photos-{next(_NUMBERS)}", "datasets/", files, fetch


def _vectors(hub):
    columns = {"vector": [[1.0, 0.0]] * 5, "model": ["m"] * 5, "provenance": ["{}"] * 5}
    files = {"data/train.parquet": parquet(datasets.Dataset.from_dict(columns))}
    return f"school/vectors-{next(_NUMBERS)}", "datasets/", files, Embeddings.from_hub


def _weights(hub):
    names = ("open_clip_config.json", "open_clip_model.safetensors")
    files = {name: (STORYBOOK / name).read_bytes() for name in names}

    def fetch(name):
        return ClipEncoder(f"hf-hub:{name}", device="cpu")

    return f"school/clip-{next(_NUMBERS)}", "", files, fetch


_DOORS = {"pack": _pack, "images": _images, "vectors": _vectors, "weights": _weights}


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("door", _DOORS)
def test_every_door_of_the_hub_gives_the_right_content_or_a_sentence(quick, door, proof):
    cells = [(kind, where) for kind in _KINDS for where in ("", "api", "resolve")]
    n_cells = proof(6, len(cells), f"misbehaviours at the door of {door}: content or a sentence")
    start = 31 * list(_DOORS).index(door)  # In short, other ones at each door.
    step = max(1, len(cells) // n_cells)
    for i in range(n_cells):
        kind, where = cells[(start + i * step) % len(cells)]
        name, prefix, files, fetch = _DOORS[door](quick)
        quick.forget()
        quick.add(prefix + name, files)
        quick.server.fault = lambda path, times, kind=kind, where=where: (
            kind if where in path else None
        )
        found = _outcome(lambda fetch=fetch, name=name: fetch(name))
        assert not isinstance(found, BaseException) or str(found).endswith(".")


@pytest.mark.slow
@pytest.mark.parametrize("door", _DOORS)
@pytest.mark.parametrize("kind", ["html", "led to a page"])
@pytest.mark.parametrize("where", ["", "resolve"])
def test_a_login_page_is_named_at_every_door_of_the_hub(quick, door, kind, where):
    name, prefix, files, fetch = _DOORS[door](quick)
    quick.add(prefix + name, files)
    quick.server.fault = lambda path, times: kind if where in path else None
    found = _outcome(lambda: fetch(name))
    assert isinstance(found, ConnectionError)
    assert re.search("cannot be reached .*login page of this network", str(found))


@pytest.mark.slow
@pytest.mark.proof
def test_open_images_are_right_or_an_error_is_a_sentence(tmp_path, proof, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("cliplab._core.connections._SECONDS_TO_ANSWER", 0.4)
    cells = [(kind, where) for kind in _KINDS for where in ("", "csv", "jpg")]
    n_cells = proof(8, len(cells), "misbehaviours of the host of Open Images: images or a sentence")
    small = SmallOpenImages(60)
    small.server.seconds = 0.6
    patience = dataclasses.replace(QUICK, tries=2)
    with small.server:
        host = OpenImagesHost(small.server.address, small.server.address)
        for i in range(n_cells):
            kind, where = cells[i * (len(cells) // n_cells)]
            small.server.fault = lambda path, times, kind=kind, where=where: (
                kind if where in path else None
            )
            found = _outcome(
                lambda i=i: fetch_open_images(
                    5, source=host, cache_dir=tmp_path / str(i), patience=patience
                )
            )
            assert isinstance(found, BaseException) or len(found) == 5


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["slow headers", "100 again and again", "not http", "html"])
def test_the_doctor_notes_a_host_that_misbehaves_and_ends(quick, kind, monkeypatch):
    monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", f"{quick.server.address}/open-images")
    quick.server.fault = lambda path, times: kind
    found = _outcome(doctor)
    states = {each.about: each.state for each in found.findings}
    assert (states["Hugging Face Hub"], states["Open Images"]) == ("note", "note")
