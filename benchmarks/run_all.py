"""How long it takes from Run All to the painted Explorer: the first lesson, in a real browser.

Usage: PYTHONPATH=tools python benchmarks/run_all.py [--repeats 3]

Each repeat has a new kernel and a new window. Chromium draws in software here, and the machine
may be busy with other things: the time of an idle laptop is the shortest of them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path

from lab import Lab, running_lab

LESSON = Path(__file__).parents[1] / "notebooks" / "00_explore.ipynb"
BAR = 15.0


PAINTED = """doc && doc.is_idle
  && [...Bokeh.index].every((view) => view.el.getBoundingClientRect().width > 0)"""


def seconds(lab: Lab) -> tuple[float, float]:
    """Run the lesson once; return seconds to the Explorer's paint and to the last cell's end."""
    notebook = lab.open(LESSON)
    began = time.monotonic()
    notebook.evaluate("app.commands.execute('notebook:run-all-cells')")
    notebook.wait_for(PAINTED)
    painted = time.monotonic() - began
    notebook.wait_painted()
    ran = time.monotonic() - began
    notebook.close()
    return painted, ran


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    print(f"{'repeat':>6} {'painted':>8} {'all cells run':>14} {'load':>6}")
    painted = []
    with running_lab() as lab:
        for repeat in range(repeats):
            seen, ran = seconds(lab)
            painted.append(seen)
            print(f"{repeat + 1:>6} {seen:>6.1f} s {ran:>12.1f} s {os.getloadavg()[0]:>6.2f}")
    print(
        f"from Run All to painted: median {statistics.median(painted):.1f} s, "
        f"shortest {min(painted):.1f} s (at most {BAR:.0f} s on two idle cores)"
    )


if __name__ == "__main__":
    main()
