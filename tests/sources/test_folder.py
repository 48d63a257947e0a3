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
