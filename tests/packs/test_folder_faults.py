"""Packs under everything that happens to folders: damage, kills, and other processes.

`make proof` runs all of it in full; here a part.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from cliplab import Embeddings, Projection, load_pack, load_storybook, save_pack, sweep_clusters
from cliplab.packs.manifest import digest

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["cliplab.packs.folder", "cliplab.sources", "datasets", "pyarrow"]
)
_N_IMAGES = 12


def _version(number):
    """Return the parts of a pack, of which each is of its version only."""
    images = load_storybook(n_images=_N_IMAGES, random_state=number)
    embeddings = Embeddings(np.random.default_rng(number).normal(size=(_N_IMAGES, 8)))
    projection = Projection(embeddings.vectors[:, :2], "by hand")
    return images, embeddings, projection, sweep_clusters(embeddings, [2, 3], random_state=number)


def _is_same(pack, other):
    sweeps = [pack.sweep[k].cluster_labels.tolist() for k in (2, 3)]
    return (
        pack.title == other.title
        and pack.images.image_ids.tolist() == other.images.image_ids.tolist()
        and pack.images.class_names == other.images.class_names
        and pack.images.provenance == other.images.provenance
        and [pack.images.file_bytes(i) for i in range(_N_IMAGES)]
        == [other.images.file_bytes(i) for i in range(_N_IMAGES)]
        and _has_same_vectors(pack, other)
        and sweeps == [other.sweep[k].cluster_labels.tolist() for k in (2, 3)]
    )


def _has_same_vectors(pack, other):
    return np.array_equal(pack.embeddings.vectors, other.embeddings.vectors) and np.array_equal(
        pack.projection.coordinates, other.projection.coordinates
    )


@pytest.fixture(scope="module")
def parts():
    return [_version(0), _version(1)]


@pytest.fixture(scope="module")
def whole(parts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "pack"
    save_pack(folder, *parts[0], title="0")
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "pack"))


def _load_or_sentence(folder):
    """Return a pack, or None where its error is a sentence of our own; others are raised."""
    try:
        pack = load_pack(folder)
        repr(pack), pack._repr_html_(), pack.images.attribution, pack.images.to_pandas()
        list(pack.images)
    except (ValueError, FileNotFoundError) as error:
        if not str(error).startswith(("`path` must be", "The image ")):
            raise
        return None
    return pack


def _damages(content, how_often, chances):
    """Yield a file cut at, or with a byte changed at, random places."""
    for number in range(how_often):
        place = chances.randrange(len(content))
        if number % 5 == 0:
            yield content[:place]
        else:
            other = content[place] ^ chances.randrange(1, 256)
            yield content[:place] + bytes([other]) + content[place + 1 :]


@pytest.mark.slow(seconds=10)
@pytest.mark.proof
@pytest.mark.parametrize("corrected", [False, True], ids=["", "digests corrected"])
def test_a_damaged_pack_is_refused_in_a_sentence_or_right(folder, corrected, proof):
    before, chances = load_pack(folder), random.Random(int(corrected))
    names = sorted(path.name for path in folder.iterdir() if path.name != "README.md")
    each = proof(8 * len(names), 400 * len(names), "cuts and flips of a pack's files") // len(names)
    for name in names:
        content, manifest = (folder / name).read_bytes(), (folder / "pack.json").read_bytes()
        for damaged in _damages(content, each, chances):
            (folder / name).write_bytes(damaged)
            if corrected and name != "pack.json":
                fields = json.loads(manifest)
                fields["files"][name] = digest(damaged)
                (folder / "pack.json").write_text(json.dumps(fields))
            found = _load_or_sentence(folder)
            # Who corrects the digests may write other texts; vectors have checksums of their own.
            assert found is None or (
                _has_same_vectors(found, before) if corrected else _is_same(found, before)
            ), name
        (folder / name).write_bytes(content)
        (folder / "pack.json").write_bytes(manifest)
    assert _is_same(load_pack(folder), before)


_WRONG = [
    None, True, 5, -1, 1e999, "", "../secret", "\ud800", "a\0b", [], [[]], {}, {"a": 1},
    {"a": None}, {"../secret": "0" * 64}, [None], [5], ["one"], ["images.parquet"], [["one"]],
    [["one", "two", "three"]], [[1, 2]], "x" * 100_000, [[[[[]]]]],
]  # fmt: skip


@pytest.mark.parametrize(
    "field", ["format", "title", "provenance", "skipped", "projections", "sweeps", "files"]
)
def test_a_pack_json_by_hand_is_checked_field_by_field(folder, field):
    written = json.loads((folder / "pack.json").read_text())
    del written["digest"]  # As somebody would write it.
    for wrong in [..., *_WRONG]:
        fields = {name: value for name, value in written.items() if name != field}
        if wrong is not ...:
            fields[field] = wrong
        (folder / "pack.json").write_text(json.dumps(fields))
        found = _load_or_sentence(folder)
        if wrong is ... or field in ("format", "files"):
            assert found is None
        elif found is not None:
            # What is of the right kind is taken as it is.
            assert type(wrong) is type(written[field])


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "5", '"a"', "[" * 100_000, '{"a":' * 100_000, "\xff", "{}", "NaN"]
)
def test_a_pack_json_that_is_none_is_refused_in_a_sentence(folder, text):
    (folder / "pack.json").write_bytes(text.encode("latin-1"))
    assert _load_or_sentence(folder) is None


@pytest.mark.parametrize(
    "change",
    [
        {"projections": ["sweep-0.safetensors"]},
        {"sweeps": ["projection-0.safetensors"]},
        {"sweeps": ["embeddings.safetensors"]},
        {"projections": ["images.parquet"]},
        {"projections": ["ATTRIBUTION.csv"]},
        {"sweeps": ["pack.json"]},
    ],
    ids=str,
)
def test_files_that_are_of_another_kind_than_the_pack_says_are_refused(folder, change):
    fields = json.loads((folder / "pack.json").read_text()) | change
    del fields["digest"]
    (folder / "pack.json").write_text(json.dumps(fields))
    assert _load_or_sentence(folder) is None


@pytest.mark.parametrize("name", ["images.parquet", "embeddings.safetensors"])
def test_files_of_another_pack_are_refused_though_the_digests_are_corrected(folder, parts, name):
    other = folder.with_name("other")
    images, embeddings, *_ = parts[1]
    save_pack(other, images[:5], embeddings[:5])
    (folder / name).write_bytes((other / name).read_bytes())
    fields = json.loads((folder / "pack.json").read_text())
    fields["files"][name] = digest((folder / name).read_bytes())
    (folder / "pack.json").write_text(json.dumps(fields))
    with pytest.raises(
        ValueError, match=r"where a file is missing or damaged: `\w+` must have one"
    ):
        load_pack(folder)


def _save_in_turn(folder, titles, begun=None):
    parts = [_version(0), _version(1)]
    if begun:
        begun.set()
    for number in titles:
        save_pack(folder, *parts[number % 2], title=str(number % 2))


@pytest.mark.slow(seconds=15)
@pytest.mark.proof
def test_a_pack_that_another_process_replaces_is_loaded_as_one_version(
    folder, parts, proof, record_property
):
    n_loads = proof(60, 1000, "loads of a pack while two processes replace it")
    versions = {number: save_pack(folder, *parts[number], title=str(number)) for number in (1, 0)}
    writers = [
        _PROCESSES.Process(target=_save_in_turn, args=(folder, range(first, 10**6)))
        for first in (0, 1)
    ]
    for writer in writers:
        writer.start()
    try:
        loaded = {0: 0, 1: 0}
        # As long as it takes for both to have been there, on a machine that is busy.
        while sum(loaded.values()) < n_loads or 0 in loaded.values():
            assert all(writer.is_alive() for writer in writers)
            pack = load_pack(folder)
            assert _is_same(pack, versions[int(pack.title)])
            loaded[int(pack.title)] += 1
    finally:
        for writer in writers:
            writer.kill()
            writer.join()
    record_property("figure", f"{loaded[0]:,} and {loaded[1]:,} loads of each, none mixed")
    assert _is_same(pack, versions[int(pack.title)])
    save_pack(folder, *parts[0], title="0")
    assert [path.name for path in folder.parent.iterdir()] == ["pack"]


@pytest.mark.slow(seconds=10)
@pytest.mark.proof
def test_after_a_kill_at_any_moment_the_old_pack_or_the_new_one_is_there(
    folder, parts, proof, record_property
):
    n_kills = proof(4, 100, "kills at random moments while packs are saved")
    versions = {number: save_pack(folder, *parts[number], title=str(number)) for number in (1, 0)}
    chances, n_left = random.Random(0), 0
    for _ in range(n_kills):
        begun = _PROCESSES.Event()
        writer = _PROCESSES.Process(target=_save_in_turn, args=(folder, range(10**6), begun))
        writer.start()
        begun.wait()
        time.sleep(chances.uniform(0, 1))
        writer.kill()
        writer.join()
        n_left += len(list(folder.parent.iterdir())) > 1
        pack = load_pack(folder)
        assert _is_same(pack, versions[int(pack.title)])
        save_pack(folder, *parts[0], title="0")
        assert [path.name for path in folder.parent.iterdir()] == ["pack"]
    record_property("figure", f"in {n_left} of these something was left over, and tidied")


def _save_and_end_at(folder, number):
    """Save a pack, and be killed before a rename: of a file, of the old pack or of the new one."""
    replace, n_renames = Path.replace, iter(range(number, -1, -1))

    def replace_or_end(self, target):
        if self.is_dir() and next(n_renames) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, target)

    Path.replace = replace_or_end
    save_pack(folder, *_version(1), title="1")


@pytest.mark.slow
@pytest.mark.parametrize("n_renames", [0, 1])
def test_after_a_kill_between_two_renames_the_old_pack_is_there(folder, parts, n_renames):
    before = load_pack(folder)
    writer = _PROCESSES.Process(target=_save_and_end_at, args=(folder, n_renames))
    writer.start()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    assert folder.exists() == (n_renames == 0)
    assert _is_same(load_pack(folder), before)
    # What cannot be saved brings nothing of it into danger.
    with pytest.raises(ValueError, match="`embeddings` must have one row for each"):
        save_pack(folder, parts[0][0], parts[0][1][:3])
    assert _is_same(load_pack(folder), before)
    save_pack(folder, *parts[1], title="1")
    assert load_pack(folder).title == "1"
    assert [path.name for path in folder.parent.iterdir()] == ["pack"]


def test_a_pack_that_is_put_aside_while_it_is_read_is_read_there(folder, monkeypatch):
    """Another process is between its two renames: the version is the same, and elsewhere."""
    before, read_bytes = load_pack(folder), Path.read_bytes
    aside = folder.with_name(f".pack.{'0' * 16}.old")

    def put_aside_first(self):
        if self == folder / "projection-0.safetensors" and folder.exists():
            folder.rename(aside)
        return read_bytes(self)

    monkeypatch.setattr(Path, "read_bytes", put_aside_first)
    assert _is_same(load_pack(folder), before)
    assert aside.exists()


def test_a_pack_put_aside_is_not_taken_for_another_that_begins_alike(folder, parts, tmp_path):
    """A writer of the first was killed between its two renames; the second was never saved."""
    first, second = (tmp_path / f"{'lesson-' * 10}{number}" for number in (1, 2))
    folder.rename(first)
    before = load_pack(first)
    writer = _PROCESSES.Process(target=_save_and_end_at, args=(first, 1))
    writer.start()
    writer.join()
    assert not first.exists()
    with pytest.raises(FileNotFoundError, match="`path` must be a folder written by `save_pack`"):
        load_pack(second)
    save_pack(second, *parts[1], title="1")
    assert _is_same(load_pack(first), before)
    save_pack(first, *parts[0], title="0")
    assert sorted(path.name for path in tmp_path.iterdir()) == [first.name, second.name]
