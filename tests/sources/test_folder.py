from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from malformed import malformed_images
from PIL import Image

from cliplab.images.credits import Attribution
from cliplab.sources.folder import load_folder

PHOTOS = Path(__file__).parents[2] / ".." / "shared" / "photos"


def _draw(file: Path, size: tuple[int, int] = (12, 8), mode: str = "RGB") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size).save(file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "images"
    for name in ("top.png", "dogs/b.JPG", "cats/summer/2.webp", "cats/1.bmp"):
        _draw(root / name)
    return root


def test_images_are_sorted_by_path_and_subfolders_are_classes(folder: Path) -> None:
    images = load_folder(folder)

    assert images.image_ids.tolist() == [
        "cats/1.bmp",
        "cats/summer/2.webp",
        "dogs/b.JPG",
        "top.png",
    ]
    assert images.class_names == ("cats", "dogs")
    assert images.class_labels.tolist() == [0, 0, 1, -1]
    assert images.attribution[1] == Attribution(title="2.webp")
    assert images.skipped == ()


def test_without_subfolders_no_class_is_known(tmp_path: Path) -> None:
    _draw(tmp_path / "a.png")
    images = load_folder(str(tmp_path))

    assert images.class_names == ()
    assert images.class_labels.tolist() == [-1]


def test_splits_are_a_column_and_the_folders_inside_them_the_classes(tmp_path: Path) -> None:
    for name in ("train/cats/1.png", "test/cats/2.png", "Val/dogs/3.png", "train/4.png"):
        _draw(tmp_path / name)
    images = load_folder(tmp_path)

    assert images.image_ids.tolist() == [
        "Val/dogs/3.png",
        "test/cats/2.png",
        "train/4.png",
        "train/cats/1.png",
    ]
    assert [None if i < 0 else images.class_names[i] for i in images.class_labels] == [
        "dogs",
        "cats",
        None,
        "cats",
    ]
    assert images.factor("split") == ["Val", "test", "train", "train"]
    assert "3 with a class out of 2 (classes: the folders inside Val, test, train)" in repr(images)


def test_splits_without_folders_give_no_classes(tmp_path: Path) -> None:
    for name in ("train/1.png", "test/2.png"):
        _draw(tmp_path / name)
    images = load_folder(tmp_path)

    assert images.class_names == ()
    assert "(classes: none: test, train are splits)" in repr(images)


def test_a_class_by_the_name_of_a_split_is_a_class_beside_others(tmp_path: Path) -> None:
    for name in ("train/1.png", "bus/2.png"):
        _draw(tmp_path / name)

    assert load_folder(tmp_path).class_names == ("bus", "train")


def test_the_only_folder_of_an_archive_is_entered(tmp_path: Path) -> None:
    for name in ("pets/pets/cats/1.png", "pets/pets/dogs/2.png", "__MACOSX/pets/._1.png"):
        _draw(tmp_path / name)
    images = load_folder(tmp_path)

    assert images.image_ids.tolist() == ["cats/1.png", "dogs/2.png"]
    assert images.class_names == ("cats", "dogs")
    assert images.provenance["classes"] == "the subfolders"


def test_an_only_folder_of_images_is_a_class(tmp_path: Path) -> None:
    _draw(tmp_path / "cats" / "1.png")

    assert load_folder(tmp_path).class_names == ("cats",)


def test_an_empty_path_is_refused() -> None:
    with pytest.raises(ValueError, match="`path` must be a folder"):
        load_folder("")


def test_a_folder_that_may_not_be_read_is_named(folder: Path, monkeypatch) -> None:
    scan = os.scandir

    def closed(path):
        if Path(path).name == "cats":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    images = load_folder(folder)

    assert images.skipped == (("cats", "a folder that may not be read"),)
    assert images.image_ids.tolist() == ["dogs/b.JPG", "top.png"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_image_is_read_as_rgb(tmp_path: Path, mode: str) -> None:
    _draw(tmp_path / ("a.tiff" if mode == "CMYK" else "a.png"), mode=mode)

    assert load_folder(tmp_path)[0].mode == "RGB"


def test_photographs_are_rotated_upright(tmp_path: Path) -> None:
    camera = Image.Exif()
    camera[0x0112] = 6  # Orientation: turn by a quarter.
    Image.new("RGB", (40, 20)).save(tmp_path / "a.jpg", exif=camera)

    assert load_folder(tmp_path)[0].size == (20, 40)


def test_hidden_files_and_folders_are_ignored(folder: Path) -> None:
    _draw(folder / ".trash" / "old.png")
    (folder / ".DS_Store").write_bytes(b"\0")

    images = load_folder(folder)

    assert len(images) == 4
    assert images.skipped == ()


def test_files_that_are_damaged_or_not_images_are_skipped_with_the_reason(folder: Path) -> None:
    (folder / "notes.txt").write_text("three cats")
    (folder / "empty.png").touch()
    photo = io.BytesIO()
    Image.effect_noise((200, 200), 50).save(photo, "JPEG")
    (folder / "cats" / "cut.jpg").write_bytes(photo.getvalue()[:-2000])

    images = load_folder(folder)

    assert len(images) == 4
    reasons = dict(images.skipped)
    assert list(reasons) == ["cats/cut.jpg", "empty.png", "notes.txt"]
    assert "damaged: image file is truncated" in reasons["cats/cut.jpg"]
    assert reasons["empty.png"] == "an empty file"
    assert reasons["notes.txt"] == "not an image that Pillow can read"


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_are_followed_inside_the_folder_only(folder: Path, tmp_path: Path) -> None:
    _draw(tmp_path / "secret.png")
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    (folder / "up").symlink_to(tmp_path)
    (folder / "broken.png").symlink_to("nowhere.png")
    (folder / "again.png").symlink_to("top.png")

    images = load_folder(folder)

    assert images.skipped == (
        ("broken.png", "not a file"),
        ("out.png", "a link that leads out of the folder"),
        ("up", "a link that leads out of the folder"),
    )
    assert "again.png" in images.image_ids
    assert len(images) == 5


def test_a_folder_that_is_itself_a_link_can_be_loaded(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)

    assert len(load_folder(tmp_path / "link")) == 4


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"`path` must be a folder\. Got .*nowhere"):
        load_folder(tmp_path / "nowhere")


def test_a_folder_without_images_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no cats")

    with pytest.raises(ValueError, match=r"at least one image .* where 1 files were skipped"):
        load_folder(tmp_path)


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the shared photographs are not here")
def test_real_photographs_are_read() -> None:
    images = load_folder(PHOTOS)

    assert len(images) > 50
    assert not [name for name, _ in images.skipped if name.endswith(".jpg")]
    assert all(image.mode == "RGB" for image in images)


# Pillow's warnings about damaged files are not what is tested.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.proof
def test_hundreds_of_malformed_files_are_read_or_skipped_one_by_one(tmp_path: Path, proof) -> None:
    n_files = proof(300, 3000, "malformed images, each read or named with its reason")
    files = dict(malformed_images(n_files))
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    _draw(tmp_path / "good.png")

    images = load_folder(tmp_path)

    skipped = dict(images.skipped)
    assert "good.png" in images.image_ids
    assert {*images.image_ids, *skipped} == {*files, "good.png"}
    assert len(skipped) > n_files / 2
    assert all(reason.strip() for reason in skipped.values())
    assert all(image.mode == "RGB" for image in images)


_READ_WITHIN = """
import resource, sys, warnings
warnings.simplefilter("ignore")
from cliplab import load_folder
load_folder(sys.argv[2])  # What is imported on first use is in memory now.
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
load_folder(sys.argv[1])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory has other units elsewhere")
def test_malformed_files_take_no_more_memory_than_is_stated(tmp_path: Path) -> None:
    for number, (name, data) in enumerate(malformed_images(300, random_state=1)):
        (tmp_path / "bad").mkdir(exist_ok=True)
        (tmp_path / "bad" / f"{number}-{name}").write_bytes(data)
    _draw(tmp_path / "bad" / "good.png")
    _draw(tmp_path / "good" / "good.png")
    command = [sys.executable, "-c", _READ_WITHIN, str(tmp_path / "bad"), str(tmp_path / "good")]
    result = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    # 1.2 GB for each image that is read at the same time, as `cliplab.images.decoding` says.
    assert int(result.stdout) < 1200 * min(4, os.cpu_count() or 1)
