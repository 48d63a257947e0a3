from __future__ import annotations

import errno
import functools
import os

import pytest

from cliplab import (
    Embeddings,
    Explorer,
    NamedGroup,
    course,
    doctor,
    encode_colors,
    load_embeddings,
    load_pack,
    load_storybook,
    project,
    save_pack,
    show_elbow,
)
from cliplab._core.cache import cache_folder, read_sealed, write_sealed, write_whole, writing
from cliplab._core.validation import user_path

# What writes where the user says; of pages that take seconds tests/explorer/saved_page/ has one.
# Each gets a path without an ending.
_WRITERS = {
    "embeddings": lambda explorer, path: Embeddings([[1.0]]).save(path),
    "credits": lambda explorer, path: explorer.images.credits().save(path),
    "pack": lambda explorer, path: save_pack(path, explorer.images, explorer.embeddings),
    "plot": lambda explorer, path: explorer.save(f"{path}.svg"),
    "groups": lambda explorer, path: explorer.save_groups(f"{path}.json"),
    "figure": lambda explorer, path: show_elbow(explorer.sweep).save(f"{path}.html"),
    "lesson": lambda explorer, path: course.save_lesson(f"{path}.json", explorer=explorer),
    "hand-in": lambda explorer, path: course.hand_in("Ada", folder=path),
}


@pytest.fixture(scope="module")
def explorer():
    images = load_storybook(n_images=30)
    embeddings = encode_colors(images)
    projection = project(embeddings, "pca")
    explorer = Explorer(images, embeddings, projection)
    explorer.state.groups = (NamedGroup((0, 1), "two"),)
    return explorer


@pytest.fixture(params=_WRITERS)
def write(request, explorer):
    values = {"embeddings": explorer.embeddings, "projection": explorer.projection}
    course.begin("6", images=explorer.images, **values)
    return functools.partial(_WRITERS[request.param], explorer)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "No space left on device. Make room on the disk, or save it elsewhere"),
        (errno.EDQUOT, "Disk quota exceeded. Make room on the disk, or save it elsewhere"),
        (errno.EACCES, "Permission denied. Save it in a folder that may be written to"),
        (errno.EROFS, "Read-only file system. Save it in a folder that may be written to"),
        (errno.ENAMETOOLONG, "File name too long. Choose a shorter name"),
        (errno.EISDIR, "Is a directory. A folder is there: choose another name"),
        (errno.EIO, "Input/output error. Choose another place"),
    ],
)
def test_why_a_file_cannot_be_written_is_said_in_a_sentence(tmp_path, number, sentence):
    error = OSError(number, os.strerror(number))
    said = pytest.raises(type(error), match=f"'.*map.svg' cannot be written: {sentence}")
    with said, writing(tmp_path / "map.svg"), writing(tmp_path / "map.svg"):
        raise error


def test_a_path_that_is_too_long_is_refused_in_a_sentence_by_what_writes(write, tmp_path):
    for path in (tmp_path / ("x" * 300), tmp_path / ("y/" * 4000)):
        with pytest.raises(OSError, match=r"cannot be written: File name too long\. Choose a"):
            write(path)
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_place_of_a_folder_is_named_by_what_writes(write, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        OSError, match=r"/file/new.* cannot be written: .*\. A file is where a folder"
    ):
        write(tmp_path / "file" / "new")


def test_a_path_that_no_system_has_is_refused_in_a_sentence(write):
    with pytest.raises(ValueError, match="`path` must have no character of the code 0"):
        write("a\0b")


def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path):
    for path in (tmp_path / ("x" * 300), tmp_path / ("y/" * 4000)):
        for load in (load_pack, load_embeddings):
            with pytest.raises(OSError, match=r"`path` must be a f.*: File name too long\."):
                load(path)


def test_a_name_of_250_letters_can_be_written(tmp_path):
    write_whole(tmp_path / ("ü" * 120 + ".svg"), b"a map")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"a map"]


def test_what_the_cache_has_and_cannot_be_read_is_named(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for name, reason in [("folder", "Is a directory"), ("file/note", "Not a directory")]:
        with pytest.raises(
            OSError, match=rf"'.*{name}' cannot be read: {reason}\. .*CLIPLAB_CACHE"
        ):
            read_sealed(tmp_path / name)
    assert read_sealed(tmp_path / "none") is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_cache_without_permission_is_named(tmp_path):
    write_sealed(tmp_path / "note", b"a commit")
    (tmp_path / "note").chmod(0)
    os.seteuid(65534)
    try:
        with pytest.raises(PermissionError, match=r"cannot be read: Permission denied\. It is in"):
            read_sealed(tmp_path / "note")
    finally:
        os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_folder_without_permission_is_named_by_what_writes(write, tmp_path):
    os.seteuid(65534)
    try:
        with pytest.raises(PermissionError, match=r"written: Permission denied\. Save it in a"):
            write(tmp_path / "new")
    finally:
        os.seteuid(0)


def test_without_a_home_folder_a_sentence_says_what_to_set(monkeypatch):
    for name in ("CLIPLAB_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda _: (_ for _ in ()).throw(KeyError("nobody")))
    with pytest.raises(OSError, match=r"'~/\.cache' cannot be found: this user has no home folder"):
        cache_folder()
    with pytest.raises(OSError, match=r"'~/pack' cannot be found: .*, and CLIPLAB_CACHE for what"):
        user_path("~/pack")
    assert "this user has no home folder" in doctor()._repr_html_()
    monkeypatch.setenv("CLIPLAB_CACHE", "/somewhere")
    assert str(cache_folder()) == "/somewhere"
