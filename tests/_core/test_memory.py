"""A process in a container has what its cgroup leaves it, in both versions of cgroups."""

from __future__ import annotations

from pathlib import Path

import pytest

from cliplab._core import memory

VERSIONS = {
    1: ("5:memory:/a/b\n4:cpu:/a/b\n", "memory", "limit_in_bytes", "usage_in_bytes", "total_"),
    2: ("0::/a/b\n", "", "max", "current", ""),
}


@pytest.fixture(params=VERSIONS)
def container(request, monkeypatch, tmp_path):
    """Write the limit, the use and the cached files of the process's own group, or of another."""
    lines, root, limit, use, total = VERSIONS[request.param]
    read_text = Path.read_text
    monkeypatch.setattr(memory, "_CGROUPS", tmp_path)
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda self, encoding=None: (
            lines if str(self) == "/proc/self/cgroup" else read_text(self, encoding)
        ),
    )

    def write(most, used, cached=0, group="a/b"):
        folder = tmp_path / root / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"memory.{limit}").write_text(f"{most}\n")
        (folder / f"memory.{use}").write_text(f"{used}\n")
        (folder / "memory.stat").write_text(f"cache 1\n{total}inactive_file {cached}\n")

    return write


def test_a_container_has_the_memory_that_it_was_given(container):
    container(300_000_000, 100_000_000)
    assert memory.free_memory() == 200_000_000


def test_cached_files_are_free(container):
    container(300_000_000, 290_000_000, cached=250_000_000)
    assert memory.free_memory() == 260_000_000


def test_the_limit_of_a_group_above_holds_too(container):
    container(300_000_000, 100_000_000)
    container(150_000_000, 120_000_000, group="a")
    assert memory.free_memory() == 30_000_000


@pytest.mark.parametrize("most", ["max", 9223372036854771712])
def test_without_a_limit_it_is_the_machine_s(container, most):
    container(most, 100_000_000)
    machine = next(iter(memory._limits()))
    assert memory.free_memory() == pytest.approx(machine, rel=0.2)


def test_a_group_outside_of_the_container_is_looked_for_at_its_root(container):
    container(300_000_000, 100_000_000, group="")
    assert memory.free_memory() == 200_000_000
