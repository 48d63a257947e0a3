"""How much memory this process may still use: a container has less than its machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
# The limit and the use, in version 2 of cgroups and in version 1.
_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def free_memory() -> float | None:
    """Return the bytes that are free; None where the system does not say."""
    return min(_limits(), default=None)


def _limits() -> Iterator[float]:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        yield next(1024.0 * int(line.split()[1]) for line in lines if "MemAvailable" in line)
    except (OSError, StopIteration):
        pass
    for group in _groups():
        for limit, use, cached in _FILES:
            try:
                most = int((group / limit).read_text(encoding="ascii"))
                used = int((group / use).read_text(encoding="ascii"))
                lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
            except (OSError, ValueError):  # No such file; or "max", for no limit.
                continue
            # Files that are only cached are let go when memory is needed.
            counts = dict(line.split() for line in lines)
            yield float(most - used + int(counts.get(cached, 0)))


def _groups() -> Iterator[Path]:
    """Yield the cgroups of this process, and those above them, whose limits hold too.

    A line is ``0::/path`` in version 2 and ``5:memory:/path`` in version 1. In a container the
    path may be that outside of it, where there is no such folder.
    """
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        root = _CGROUPS / "memory" if kinds else _CGROUPS
        group = root / path.strip("/")
        yield from (group, *(each for each in group.parents if each.is_relative_to(root)))
