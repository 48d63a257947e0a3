"""What it costs that the page turns k by itself: bytes and memory, and what it saves at each step.

Usage: PYTHONPATH=tools OMP_NUM_THREADS=1 python benchmarks/turning.py
           [--images 20000] [--features 64] [--folder DIR] [--rounds 2]

Vectors, projection and sweep (k = 2 to 20) are those of explorer_100k.py: drawn once, and kept in
`--folder`. In turn the page gets the views of all k, and each k comes from the kernel. The first
painting and the last of the views are timed from the start of the cell. Bytes are those of the
kernel's socket from there until it is quiet. Memory is what an Explorer adds: in the page all that
its scripts hold after a collection of garbage, in the kernel the growth of its resident memory. A
round of k goes through all values by the arrow keys, and is timed as in slider.py.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from explorer_100k import make
from lab import Lab, running_lab
from notebook_page import Notebook
from screen import move_k, open_explorer, wait_at_rest, watch

QUIET_MS = 1500
PREPARE = """\
import sys
sys.path.insert(0, {here!r})
import psutil
from explorer_100k import load
from cliplab import Explorer
from cliplab.explorer.model import turning
images, embeddings, sweep, projection = load({folder!r})
if not {in_page}:
    turning.MOST_TURNED = 0
memory = lambda: print(psutil.Process().memory_info().rss)"""
SHOW = """\
explorer = Explorer(images, embeddings, projection, sweep)
explorer"""
_COUNT = """
const size = (data) => data.byteLength ?? data.length;
window.came = {bytes: 0, last: performance.now(), began: performance.now()};
const socket = panel.sessionContext.session.kernel._ws;
socket.addEventListener('message', ({data}) => {
  came.bytes += size(data);
  // What tells nothing but whether the kernel is busy goes on.
  if (size(data) > 2000) came.last = performance.now();
});
panel.content.activeCellIndex = 1;
app.commands.execute('notebook:run-cell')
"""
_PAINTED = "doc?.is_idle && view_of('scatter')?.el.getBoundingClientRect().width > 0"


class Opening(NamedTuple):
    """An Explorer that was opened, and its moves of k.

    Seconds to the first painting and to the last large message, MB on the socket, in the page and
    in the kernel, and the milliseconds and kB of each move.
    """

    painted: float
    complete: float
    sent: float
    page: float
    kernel: float
    moves: list[float]
    kilobytes: list[float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--features", type=int, default=64)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, running_lab() as lab:
        folder = (options.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "values.npz").exists():
            make(folder, options.images, options.features)
        print(
            f"{'k turned in':<12} {'painted':>8} {'complete':>9} {'socket':>9} {'page':>9} "
            f"{'kernel':>9} {'step, median, p95':>18} {'kB, most':>13}"
        )
        for _ in range(options.rounds):
            for where in ("page", "kernel"):
                print(f"{where:<12} {told(opened(lab, folder, Path(scratch), where))}", flush=True)
    print(f"{options.images:,} images; load {os.getloadavg()[0]:.1f}")


def opened(lab: Lab, folder: Path, scratch: Path, where: str) -> Opening:
    """Open an Explorer, wait until nothing comes any more, and move k through all values."""
    here = str(Path(__file__).parent)
    prepare = PREPARE.format(here=here, folder=str(folder), in_page=where == "page")
    notebook = open_explorer(lab, scratch, SHOW, prepare)
    notebook.run(0)
    page_before, kernel_before = memory_of(notebook)
    began = time.monotonic()
    notebook.evaluate(_COUNT)
    notebook.wait_for(_PAINTED)
    painted = time.monotonic() - began
    notebook.wait_painted()
    notebook.wait_for("performance.now() - came.last > arg", QUIET_MS)
    came: dict[str, Any] = notebook.evaluate("return {...came}")
    page, kernel = memory_of(notebook)
    notebook.evaluate("cells[1].node.scrollIntoView()")
    watch(notebook)
    move_k(notebook, "Home", 1000)
    moves = [move_k(notebook, "ArrowRight", 1000) for _ in range(18)]
    wait_at_rest(notebook)
    notebook.close()
    return Opening(
        painted,
        (came["last"] - came["began"]) / 1000,
        came["bytes"] / 1e6,
        page - page_before,
        kernel - kernel_before,
        [move.painted for move in moves],
        [move.kilobytes for move in moves],
    )


def memory_of(notebook: Notebook) -> tuple[float, float]:
    """Return how many MB the scripts of the page and the kernel hold."""
    browser = notebook.page.context.new_cdp_session(notebook.page)
    browser.send("HeapProfiler.collectGarbage")
    used = browser.send("Runtime.getHeapUsage")
    # The numbers of arrays are not on the heap itself.
    page = used["usedSize"] + used.get("backingStorageSize", 0)
    browser.detach()
    return page / 1e6, int(notebook.run_cell("memory()")) / 1e6


def told(opening: Opening) -> str:
    """Return the figures of an opening in columns."""
    median, late = np.percentile(opening.moves, [50, 95])
    return (
        f"{opening.painted:>6.1f} s {opening.complete:>7.1f} s {opening.sent:>6.1f} MB "
        f"{opening.page:>6.0f} MB {opening.kernel:>6.0f} MB {median:>8.0f}, {late:>4.0f} ms "
        f"{np.median(opening.kilobytes):>6.0f}, {max(opening.kilobytes):>5.0f}"
    )


if __name__ == "__main__":
    main()
