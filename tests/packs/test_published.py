from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from loopback.server import nobody_there

from cliplab import fetch_pack
from cliplab.packs.address import PACK
from cliplab.packs.published import publish_pack

PHOTOS = Path(__file__).parents[2] / ".." / "shared" / "photos"


@pytest.mark.slow
def test_without_the_published_pack_that_of_the_storybook_is_loaded(hub, monkeypatch):
    pack = fetch_pack()
    assert pack.title == "The storybook"
    assert "not published yet" in pack.note or "is not on the Hub" in pack.note
    assert "the pack of the storybook" in pack._repr_html_()
    monkeypatch.setenv("CLIPLAB_PACK", "school/lesson")
    assert "The pack school/lesson is not on the Hub" in fetch_pack().note
    with nobody_there() as address:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        assert "cannot be reached" in fetch_pack().note


def test_a_named_pack_that_does_not_exist_is_an_error(hub):
    with pytest.raises(FileNotFoundError, match="The pack school/none is not on the Hub"):
        fetch_pack("school/none")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw bytes:DeprecationWarning")
def test_a_published_pack_is_fetched_once_and_then_loaded_without_a_network(
    saved, hub, monkeypatch
):
    monkeypatch.setenv("HF_TOKEN", "hf_for_the_small_hub")
    publish_pack(saved[1], "school/published")
    assert {"pack.json", "README.md", "ATTRIBUTION.csv"} <= set(
        hub.repositories["datasets/school/published"].files
    )
    monkeypatch.setenv("CLIPLAB_PACK", "school/published")
    pack = fetch_pack()
    assert (pack.title, pack.note) == ("A test", "")
    hub.server.requests.clear()
    with nobody_there() as address:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        np.testing.assert_array_equal(fetch_pack().embeddings.vectors, pack.embeddings.vectors)
    assert hub.server.requests.total() == 0


@pytest.mark.slow
def test_an_incomplete_pack_is_not_published(saved, hub):
    (saved[1] / "images.parquet").unlink()
    with pytest.raises(ValueError, match=r"images\.parquet is missing"):
        publish_pack(saved[1], "school/half")
    assert not hub.repositories


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the shared photographs are not here")
@pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw bytes:DeprecationWarning")
def test_the_tool_makes_and_publishes_a_pack_of_photographs(hub, tmp_path, monkeypatch):
    """One command makes and publishes a pack, which lessons then load."""
    tool = Path(__file__).parents[2] / "tools" / "make_pack.py"
    command = [
        sys.executable, str(tool), "rehearsal", "--photos", str(PHOTOS),
        "--out", str(tmp_path / "pack"), "--publish", "school/rehearsal",
    ]  # fmt: skip
    environment = os.environ | {"HF_TOKEN": "hf_for_the_small_hub"}
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=500, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "published as school/rehearsal" in result.stdout
    monkeypatch.setenv("CLIPLAB_PACK", "school/rehearsal")
    pack = fetch_pack()
    assert pack.title == "A rehearsal with an untrained network"
    assert pack.embeddings.vectors.shape[1] == 512
    assert max(max(image.size) for image in pack.images) <= 256
    assert PACK.count("/") == 1


def test_after_any_answer_of_the_hub_a_pack_is_loaded(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as odd:
        address = f"http://127.0.0.1:{odd.getsockname()[1]}"

        def talk():
            for _ in range(3):
                with contextlib.suppress(OSError):
                    connection, _ = odd.accept()
                    connection.recv(1000)
                    connection.sendall(b"this is not HTTP\r\n\r\n")
                    connection.close()

        threading.Thread(target=talk, daemon=True).start()
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setenv("CLIPLAB_PACK", "school/lesson")
        assert fetch_pack().title == "The storybook"


@pytest.mark.parametrize("name", ["lesson", "https://huggingface.co/datasets/a/b", "a/b/c", ""])
def test_an_invalid_name_is_an_error_without_a_request(name):
    with pytest.raises(ValueError, match="`name` must be 'owner/name' as on the Hub"):
        fetch_pack(name)


def test_publishing_under_an_invalid_name_is_an_error(saved):
    with pytest.raises(ValueError, match="`name` must be 'owner/name' as on the Hub"):
        publish_pack(saved[1], "lesson")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw bytes:DeprecationWarning")
@pytest.mark.parametrize("private", [True, False])
def test_a_pack_is_private_only_on_request(saved, hub, monkeypatch, private):
    monkeypatch.setenv("HF_TOKEN", "hf_for_the_small_hub")
    publish_pack(saved[1], "school/private", private=private)
    assert hub.repositories["datasets/school/private"].is_private == private


def _publish(hub, folder, name):
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    return hub.add(f"datasets/{name}", files)


@pytest.mark.slow
@pytest.mark.parametrize("file", ["images.parquet", "embeddings.safetensors", "pack.json"])
@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", bytes(3000)])
def test_a_pack_that_is_damaged_in_the_cache_is_fetched_anew_once_with_a_warning(
    saved, hub, empty_cache, file, content
):
    _publish(hub, saved[1], "school/damaged")
    pack = fetch_pack("school/damaged")
    (path,) = (empty_cache / "packs").rglob(file)
    path.write_bytes(content)
    hub.server.requests.clear()
    with pytest.warns(UserWarning, match="^Damaged in the cache, .* the pack school/damaged"):
        again = fetch_pack("school/damaged")
    np.testing.assert_array_equal(again.embeddings.vectors, pack.embeddings.vectors)
    fetched = {name.rpartition("/")[2] for name in hub.server.requests}
    assert fetched - {"models", "pack.json"} == {file} - {"pack.json"}
    assert fetch_pack("school/damaged").title == pack.title


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_a_pack_of_a_newer_format_in_the_cache_is_not_called_damaged(saved, hub, empty_cache):
    _publish(hub, saved[1], "school/newer")
    fetch_pack("school/newer")
    (path,) = (empty_cache / "packs").rglob("pack.json")
    path.write_text(path.read_text().replace("cliplab-pack-1", "cliplab-pack-2"))
    hub.server.requests.clear()
    with pytest.raises(ValueError, match="Got 'cliplab-pack-2' instead, which a newer version"):
        fetch_pack("school/newer")
    assert hub.server.requests.total() == 0


@pytest.mark.slow
def test_only_what_belongs_to_a_pack_is_downloaded_and_only_up_to_a_limit(saved, hub, monkeypatch):
    repository = _publish(hub, saved[1], "school/more")
    repository.files["film.mp4"] = b"not part of it"
    fetch_pack("school/more")
    assert not [path for path in hub.server.requests if path.endswith("film.mp4")]
    large = _publish(hub, saved[1], "school/large")
    manifest, film = json.loads(large.files["pack.json"]), bytes(1_999_000)
    # What is left after it is too little for the others.
    manifest["files"] = {"film": hashlib.sha256(film).hexdigest()} | manifest["files"]
    large.files |= {"film": film, "pack.json": json.dumps(manifest).encode()}
    monkeypatch.setattr("cliplab.packs.fetching.MAX_BYTES", 2_000_000)
    with pytest.raises(ValueError, match=r"^The pack school/large is larger than 2 MB, and is not"):
        fetch_pack("school/large")


def test_a_pack_that_nobody_could_fetch_is_not_published(saved, hub, monkeypatch):
    monkeypatch.setattr("cliplab.packs.published.MAX_BYTES", 2_000)
    with pytest.raises(
        ValueError, match=r"^`path` must be a pack of 0 MB at most\. Got .*MB\. Save"
    ):
        publish_pack(saved[1], "school/large")
    assert not hub.repositories


@pytest.mark.slow
def test_a_pack_that_is_damaged_on_the_hub_is_named_and_another_revision_is_another_pack(
    saved, hub, empty_cache
):
    repository = _publish(hub, saved[1], "school/torn")
    whole = repository.files["images.parquet"]
    repository.files["images.parquet"] = whole[:-40]
    with pytest.raises(
        ValueError, match=r"The pack school/torn is damaged: images\.parquet is not"
    ):
        fetch_pack("school/torn")
    repository.files["images.parquet"] = whole
    assert fetch_pack("school/torn").title == "A test"
    assert len(list((empty_cache / "packs" / "school--torn").glob("*.sealed"))) == 1
    assert fetch_pack("school/torn", revision="v2").title == "A test"
    assert len(list((empty_cache / "packs" / "school--torn").glob("*.sealed"))) == 2


def test_a_pack_that_names_a_file_outside_of_its_folder_is_refused(saved, hub, empty_cache):
    repository = _publish(hub, saved[1], "school/outside")
    text = repository.files["pack.json"].decode()
    repository.files["pack.json"] = text.replace("images.parquet", "../images.parquet").encode()
    with pytest.raises(ValueError, match="`path` must be a complete pack"):
        fetch_pack("school/outside")
    assert not list(empty_cache.rglob("*.parquet"))
