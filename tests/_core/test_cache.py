from __future__ import annotations

import errno
import os

import numpy as np
import pytest

from cliplab import Embeddings, load_embeddings, load_pack, load_storybook, save_pack
from cliplab._core.cache import cache_folder, user_path, write_whole, writing

# What writes to a path of the user's choice, and into a folder of the user's choice.
_WRITERS = {
    "embeddings": lambda path: Embeddings([[1.0]]).save(path),
    "credits": lambda path: load_storybook(n_images=1).credits().save(path),
    "pack": lambda path: save_pack(path, load_storybook(n_images=2), Embeddings(np.eye(2))),
}


@pytest.fixture(params=_WRITERS)
def write(request):
    return _WRITERS[request.param]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "the disk is full. Make room on it or write elsewhere"),
        (errno.EDQUOT, "the disk is full. Make room on it or write elsewhere"),
        (errno.EACCES, "you may not write there. Choose a folder of your own"),
        (errno.EROFS, "you may not write there. Choose a folder of your own"),
        (errno.ENAMETOOLONG, "the path is too long. Choose a shorter name"),
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
        with pytest.raises(OSError, match=r"cannot be written: the path is too long\. Choose"):
            write(path)
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_place_of_a_folder_is_named_by_what_writes(write, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"/file/new.* cannot be written: a file is where a folder"):
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


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_folder_without_permission_is_named_by_what_writes(write, tmp_path):
    os.seteuid(65534)
    try:
        with pytest.raises(PermissionError, match=r"written: you may not write there\. Choose a"):
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
    monkeypatch.setenv("CLIPLAB_CACHE", "/somewhere")
    assert str(cache_folder()) == "/somewhere"
