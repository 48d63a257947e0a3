"""A file that another process has open, as Windows sees it, is tried again and then told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cliplab._core import replacing
from cliplab._core.cache import write_whole


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only while it sleeps."""
    now = [0.0]
    monkeypatch.setattr(replacing.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(replacing.time, "sleep", lambda pause: now.__setitem__(0, now[0] + pause))
    return now


@pytest.fixture
def held(monkeypatch):
    """How often a replacement is still refused."""
    left, plain = [0], Path.replace

    def replace(self, target):
        if left[0] > 0:
            left[0] -= 1
            raise PermissionError(13, "The process cannot access the file", str(target))
        return plain(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    return left


def test_a_file_that_is_held_for_a_moment_is_tried_again(monkeypatch, tmp_path, clock, held):
    monkeypatch.setattr(replacing, "_KEEPS_OPEN_FILES", True)
    held[0] = 5
    write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert 0 < clock[0] < 1


def test_after_a_second_it_is_told_and_the_old_file_is_whole(monkeypatch, tmp_path, clock, held):
    monkeypatch.setattr(replacing, "_KEEPS_OPEN_FILES", True)
    (tmp_path / "a").write_bytes(b"old")
    held[0] = 1000
    with pytest.raises(PermissionError, match=r"a cannot be replaced while another program has it"):
        write_whole(tmp_path / "a", b"new")
    assert clock[0] == pytest.approx(1, abs=0.1)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_elsewhere_a_folder_without_permission_is_told_at_once(monkeypatch, tmp_path, clock, held):
    monkeypatch.setattr(replacing, "_KEEPS_OPEN_FILES", False)
    held[0] = 1
    with pytest.raises(PermissionError, match="cannot access"):
        write_whole(tmp_path / "a", b"new")
    assert clock[0] == 0
