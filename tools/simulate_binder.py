"""Do on this machine what Binder does: one core, 2 GB, `postBuild` and `start`, then each lesson.

The 2 GB are a memory cgroup, version 1 or 2, where this process may make one (as root on Linux).
Elsewhere nothing is limited and only measured. Each lesson runs without a browser, so what it
shows is stored as a page in its place, which takes more than to show it. A lesson takes the wall
clock's seconds, which count only on an idle machine, and those of its processor. The memory is
the highest of its kernel.

    python tools/simulate_binder.py                 # builds into the environment that runs this
    python tools/simulate_binder.py --no-build 00_explore lesson_05_where_is_the_elbow
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CGROUPS = Path("/sys/fs/cgroup")
MEMORY = 2 * 2**30
MOST_SECONDS_TO_SHOW, MOST_MEGABYTES = 20, 800


def main() -> int:
    """Build, run the lessons and print a table; return 1 where something was killed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lessons", nargs="*", help="names of notebooks; all of them when left out")
    parser.add_argument("--no-build", action="store_true", help="leave out postBuild")
    parser.add_argument("--run", metavar="NOTEBOOK", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(ROOT / "notebooks" / f"{options.run}.ipynb")
        return 0
    names = options.lessons or sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    with memory_group() as group:
        limit = f"{MEMORY / 2**30:.0f} GiB" if group else "not limited: no cgroup can be made"
        print(f"one core, memory {limit}", flush=True)
        if not options.no_build:
            begun = time.monotonic()
            built = started(group, ROOT / "binder" / "postBuild")
            if built.wait():
                return built.returncode
            print(f"postBuild: {time.monotonic() - begun:.0f} s", flush=True)
        found = [measured(name, group) for name in names]
        n_killed = kills(group) if group else 0
    first_lesson = (each for each in found if each["lesson"] == "00_explore" and each["is_whole"])
    shown = next((each["shown"] for each in first_lesson), None)
    most = max((each["megabytes"] for each in found), default=0)
    first = (
        "00 was not run to its end"
        if shown is None
        else f"00 has shown its Explorer after {shown:.0f} s"
    )
    print(
        f"{first} of processor (bar {MOST_SECONDS_TO_SHOW}); the largest lesson took {most:.0f} MB "
        f"(bar {MOST_MEGABYTES}); {n_killed} killed, "
        f"{sum(not each['is_whole'] for each in found)} of {len(found)} did not end"
    )
    return int(n_killed > 0 or not all(each["is_whole"] for each in found))


def measured(name: str, group: Path | None) -> dict[str, float | str | bool]:
    """Run a lesson as Binder starts its server, print its row and return it."""
    run_it = [sys.executable, __file__, "--run", name]
    process = started(group, ROOT / "binder" / "start", *run_it, stdout=subprocess.PIPE)
    assert process.stdout is not None
    lines = process.stdout.read().decode().splitlines()
    nothing = {"shown": 0.0, "seconds": 0.0, "processor": 0.0, "megabytes": 0.0}
    is_whole = process.wait() == 0
    row = {"lesson": name, "is_whole": is_whole, **(json.loads(lines[-1]) if is_whole else nothing)}
    print(
        f"{name:36} {row['seconds']:6.0f} s {row['processor']:6.0f} s of processor "
        f"{row['megabytes']:6.0f} MB{'' if is_whole else '  did not end'}",
        flush=True,
    )
    return row


def run(path: Path) -> None:
    """Run a lesson in a kernel, and print as JSON what it took."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    client: Any = NotebookClient(notebook, timeout=1800, kernel_name="python3", resources=place)
    begun, shown = time.monotonic(), 0.0
    with client.setup_kernel():
        status = Path(f"/proc/{client.km.provisioner.pid}/status")
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
            if not shown and cell.cell_type == "code" and "Explorer(" in cell.source:
                shown = processor_seconds(status)
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        processor = processor_seconds(status)
    print(
        json.dumps(
            {
                "shown": shown,
                "seconds": time.monotonic() - begun,
                "processor": processor,
                "megabytes": int(peak.split()[1]) * 1024 / 1e6,
            }
        )
    )


def processor_seconds(status: Path) -> float:
    """Return how long a process has computed, on all its threads."""
    fields = status.with_name("stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def started(
    group: Path | None, *command: Path | str, stdout: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a command on one core, inside the memory group, with Binder's environment."""

    def confine() -> None:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        if group:
            (group / "cgroup.procs").write_text(str(os.getpid()))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    bin_ = Path(sys.prefix) / "bin"
    environment = {
        "NB_PYTHON_PREFIX": sys.prefix,
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
    }
    return subprocess.Popen(
        [str(each) for each in command],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=stdout,
        preexec_fn=confine,  # noqa: PLW1509 - no other thread runs here
    )


@contextmanager
def memory_group() -> Iterator[Path | None]:
    """Make a cgroup with Binder's memory; None where that is not possible."""
    name = f"cliplab-binder-{os.getpid()}"
    for group, limit in (
        (CGROUPS / "memory" / name, "memory.limit_in_bytes"),
        (CGROUPS / name, "memory.max"),
    ):
        with suppress(OSError):
            group.mkdir()
            try:
                (group / limit).write_text(str(MEMORY))
            except OSError:
                group.rmdir()
                raise
            break
    else:
        yield None
        return
    try:
        yield group
    finally:
        with suppress(OSError):
            group.rmdir()


def kills(group: Path) -> int:
    """Return how many processes of a group were killed for their memory."""
    for name in ("memory.oom_control", "memory.events"):
        if (group / name).exists():
            lines = (group / name).read_text().splitlines()
            return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return 0


if __name__ == "__main__":
    sys.exit(main())
