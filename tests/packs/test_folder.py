from __future__ import annotations

import hashlib
import json
from pathlib import Path

import datasets
import pytest

from cliplab import ImageSet, Pack, load_pack, save_pack
from cliplab.packs.folder import write_pack
from cliplab.packs.parts import file_of_images


@pytest.mark.slow
def test_a_pack_replaces_another_pack_but_no_other_folder(lesson, saved, tmp_path):
    images, embeddings, *_ = lesson
    save_pack(saved[1], images, embeddings, title="Another")
    again = load_pack(saved[1])
    assert (again.title, again.projection, again.sweep) == ("Another", None, None)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ValueError, match="`path` must be a new or empty folder, or a pack"):
        save_pack(tmp_path / "mine", images, embeddings)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine", "pack"]


@pytest.mark.slow
def test_a_folder_with_other_files_is_not_replaced(lesson, saved, tmp_path):
    images, embeddings, *_ = lesson
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "pack.json").write_text("{}")
    (mine / "thesis.txt").write_text("years of work")
    (saved[1] / "notes.txt").write_text("what I want to ask them")
    for folder in (mine, saved[1]):
        with pytest.raises(ValueError, match=r"which also has '(notes|pack|thesis)"):
            save_pack(folder, images, embeddings)
    assert (mine / "thesis.txt").is_file()
    assert (saved[1] / "notes.txt").is_file()


def test_after_an_error_the_old_pack_is_still_there(lesson, saved, tmp_path, monkeypatch):
    replace = Path.replace

    def once(self, target):
        if target == saved[1] and self.suffix == ".part":
            raise OSError("no room")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", once)
    with pytest.raises(OSError, match="no room"):
        save_pack(saved[1], *lesson[:2], title="Another")
    assert load_pack(saved[1]).title == "A test"
    assert [file.name for file in tmp_path.iterdir()] == ["pack"]


@pytest.mark.parametrize(
    "name", ["images.parquet", "embeddings.safetensors", "sweep-0.safetensors", "ATTRIBUTION.html"]
)
def test_a_damaged_or_missing_file_is_named(saved, name):
    file = saved[1] / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(
        ValueError, match=f"{name} is missing or damaged. Fetch or save the pack again"
    ):
        load_pack(saved[1])
    file.unlink()
    with pytest.raises(ValueError, match=f"{name} is missing or damaged"):
        load_pack(saved[1])


def _change_manifest(folder, **changes):
    manifest = json.loads((folder / "pack.json").read_text())
    for name, change in changes.items():
        manifest[name] = change(manifest[name])
    (folder / "pack.json").write_text(json.dumps(manifest))


def test_a_pack_reads_no_file_outside_of_its_folder(saved, tmp_path):
    secret = tmp_path / "secret.safetensors"
    secret.write_bytes((saved[1] / "sweep-0.safetensors").read_bytes())
    _change_manifest(saved[1], sweeps=lambda names: ["../secret.safetensors"])
    with pytest.raises(ValueError, match=r"`files` must have '\.\./secret\.safetensors'"):
        load_pack(saved[1])
    digest = hashlib.sha256(secret.read_bytes()).hexdigest()
    _change_manifest(saved[1], files=lambda files: files | {"../secret.safetensors": digest})
    with pytest.raises(ValueError, match=r"`files` must be inside the pack, .*\. Got '\.\./secret"):
        load_pack(saved[1])


@pytest.mark.parametrize(
    "name",
    ["..", ".", "...", "_", "", "a/b", "a\\b", "C:", "a\0b", "a b", "a\n", "x" * 201,
     "photo\u202egpj.exe", "\x1b[2J", "a\u200bb"],
)  # fmt: skip
def test_a_pack_names_only_plain_files_of_its_folder_and_an_error_shows_them_escaped(saved, name):
    _change_manifest(saved[1], files=lambda files: files | {name: "0" * 64})
    with pytest.raises(ValueError, match="`files` must be inside the pack, by names") as caught:
        load_pack(saved[1])
    assert str(caught.value).isprintable()


def test_a_folder_without_a_valid_pack_is_an_error(saved, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a folder written by `save_pack`.* no pack\.json"):
        load_pack(tmp_path)
    (saved[1] / "pack.json").write_text('{"format": "cliplab-pack-9"}')
    with pytest.raises(ValueError, match="Got 'cliplab-pack-9' instead, which a newer version"):
        load_pack(saved[1])
    (saved[1] / "pack.json").write_text("{")
    with pytest.raises(ValueError, match=r"pack\.json is missing or damaged"):
        load_pack(saved[1])
    (saved[1] / "pack.json").write_text('["cliplab-pack-1"]')
    with pytest.raises(ValueError, match=r"`path` must be a pack of the format .* Got \["):
        load_pack(saved[1])


@pytest.mark.parametrize("is_there", [True, False])
def test_a_pack_cannot_show_another_file_of_this_machine(lesson, tmp_path, is_there):
    images, embeddings, *_ = lesson
    private = tmp_path / "private.png"
    images[0].save(private)
    rows = {"image": [str(private) if is_there else None], "image_id": ["mine"]}
    kinds = {"image": datasets.Image(), "image_id": datasets.Value("string")}
    table = datasets.Dataset.from_dict(rows, features=datasets.Features(kinds))
    pack, folder = Pack(ImageSet(table), embeddings[:1]), tmp_path / "pack"
    with pytest.raises(ValueError, match=r"`path` must be where a pack can be read again\. Got"):
        write_pack(pack, folder)
    assert not folder.exists()
    # Somebody else may have written one all the same.
    write_pack(Pack(images[:1], embeddings[:1]), folder)
    manifest = json.loads((folder / "pack.json").read_text())
    (folder / "images.parquet").write_bytes(file_of_images(pack.images))
    digest = hashlib.sha256((folder / "images.parquet").read_bytes()).hexdigest()
    manifest["files"]["images.parquet"] = digest
    (folder / "pack.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=r"images\.parquet is missing or damaged"):
        load_pack(folder)
