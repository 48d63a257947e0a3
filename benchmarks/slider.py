"""How long it takes from a key on the slider of k to the painted plots, for 1,000 images.

Usage: PYTHONPATH=tools OMP_NUM_THREADS=1 python benchmarks/slider.py [--rounds 3]

The images are those of the first lesson. JupyterLab, kernel and Chromium run on this machine, and
Chromium draws in software. A round goes from k = 2 to 20 and back by the arrow keys: at hand, with
300 ms between kernel and page each way, and while a cell sleeps. The time runs from the key's event
in the page to the frame after the last painting of the four plots. It is compared with what the
page needs to paint the same plots again with nothing changed. The bytes are those of the kernel's
socket, both ways, images of the gallery and small talk of widgets included.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from lab import Lab, running_lab
from notebook_page import Notebook
from screen import Move, move_k, open_explorer, repaint, wait_at_rest, watch

BAR_REPAINTS, BAR_AWAY, BAR_KB = 1.5, 1.1, 30
AWAY = 300
CODE = """\
from cliplab import Explorer, fetch_pack
pack = fetch_pack()
explorer = Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep)
explorer"""
KEYS = ["ArrowRight"] * 18 + ["ArrowLeft"] * 18
SLEEP = "import time; time.sleep(60)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    print(
        f"{'kernel':<14} {'median':>8} {'p95':>8} {'longest':>8} {'kB median':>10} {'kB most':>8}"
    )
    with running_lab() as lab, tempfile.TemporaryDirectory() as folder:
        near = opened(lab, Path(folder))
        repaints = [repaint(near) for _ in range(12 * rounds)]
        print(f"{'no change':<14} {spread(repaints)}")
        at_hand = moved(near, rounds)
        told("at hand", at_hand)
        near.evaluate(f"panel.sessionContext.session.kernel.requestExecute({{code: {SLEEP!r}}})")
        asleep = moved(near, 1)
        told("asleep", asleep)
        near.close()
        far = opened(lab, Path(folder), away=AWAY)
        away = moved(far, 1)
        told(f"{AWAY} ms away", away)
        far.close()
    most = max(move.kilobytes for move in at_hand)
    print(f"load {os.getloadavg()[0]:.1f}")
    print(
        f"slider to painted, {len(at_hand)} moves: p95 {late(at_hand):.0f} ms, "
        f"{late(at_hand) / np.percentile(repaints, 95):.2f} of a repaint (at most {BAR_REPAINTS}); "
        f"asleep {late(asleep) / late(at_hand):.2f} and {AWAY} ms away "
        f"{late(away) / late(at_hand):.2f} of that (at most {BAR_AWAY}); at most {most:.1f} kB "
        f"(at most {BAR_KB})"
    )


def opened(lab: Lab, folder: Path, away: int = 0) -> Notebook:
    """Open an Explorer and wait until all of it is there."""
    notebook = open_explorer(lab, folder, CODE, away=away)
    notebook.run_all()
    notebook.wait_painted()
    notebook.wait_for("data_of('sheets').uri.every((uri) => uri.length > 1000)")
    notebook.evaluate("cells[1].node.scrollIntoView()")
    watch(notebook)
    move_k(notebook, "Home")
    wait_at_rest(notebook, 1000)
    return notebook


def moved(notebook: Notebook, rounds: int) -> list[Move]:
    """Move k through all values and back."""
    return [move_k(notebook, key) for _ in range(rounds) for key in KEYS]


def late(moves: list[Move]) -> float:
    """Return how many milliseconds 95 % of the moves take at most."""
    return float(np.percentile([move.painted for move in moves], 95))


def told(where: str, moves: list[Move]) -> None:
    """Print the figures of some moves."""
    sizes = [move.kilobytes for move in moves]
    painted = spread([move.painted for move in moves])
    print(f"{where:<14} {painted} {np.median(sizes):>10.1f} {max(sizes):>8.1f}")


def spread(painted: list[float]) -> str:
    """Return milliseconds in columns."""
    return (
        f"{np.median(painted):>5.0f} ms {np.percentile(painted, 95):>5.0f} ms "
        f"{max(painted):>5.0f} ms"
    )


if __name__ == "__main__":
    main()
