"""How long it takes from a key on the slider of k to the painted plots, for 1,000 pictures.

Usage: PYTHONPATH=tools OMP_NUM_THREADS=1 python benchmarks/slider.py [--rounds 3]

The pictures are those of the first lesson. JupyterLab, kernel and Chromium run on this machine, and
Chromium draws in software. A round goes from k = 2 to 20 and back by the arrow keys. The time runs
from the key's event in the page to the frame after the last painting of the four plots. The bytes
are those of the kernel's socket, both ways, pictures of the gallery and small talk of widgets
included.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from lab import running_lab
from screen import Move, move_k, open_explorer, wait_at_rest, watch

BAR_MS, BAR_KB = 150, 30
CODE = """\
from cliplab import Explorer, fetch_pack
pack = fetch_pack()
explorer = Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep)
explorer"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with running_lab() as lab, tempfile.TemporaryDirectory() as folder:
        notebook = open_explorer(lab, Path(folder), CODE)
        notebook.run_all()
        notebook.wait_painted()
        notebook.wait_for("data_of('sheets').uri.every((uri) => uri.length > 1000)")
        notebook.evaluate("cells[1].node.scrollIntoView()")
        watch(notebook)
        move_k(notebook, "Home")
        wait_at_rest(notebook, 1000)
        print(
            f"{'round':>5} {'median':>8} {'p95':>8} {'longest':>8} {'kB median':>10} {'kB most':>8}"
        )
        moves: list[list[Move]] = []
        for number in range(options.rounds):
            keys = ["ArrowRight"] * 18 + ["ArrowLeft"] * 18
            moves.append([move_k(notebook, key) for key in keys])
            print(f"{number + 1:>5} {spread(moves[-1])}")
    every = [move for some in moves for move in some]
    print(f"  all {spread(every)}   load {os.getloadavg()[0]:.1f}")
    late = np.percentile([move.painted for move in every], 95)
    most = max(move.kilobytes for move in every)
    print(
        f"slider to painted, {len(every)} moves: {late:.0f} ms at the 95th percentile (at most "
        f"{BAR_MS}); at most {most:.1f} kB on the wire (at most {BAR_KB})"
    )


def spread(moves: list[Move]) -> str:
    """Return the figures of some moves in columns."""
    painted = [move.painted for move in moves]
    sizes = [move.kilobytes for move in moves]
    return (
        f"{np.median(painted):>5.0f} ms {np.percentile(painted, 95):>5.0f} ms "
        f"{max(painted):>5.0f} ms {np.median(sizes):>10.1f} {max(sizes):>8.1f}"
    )


if __name__ == "__main__":
    main()
