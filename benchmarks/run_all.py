"""How long it takes from Run All to the painted Explorer: the first lesson, in a real browser.

Usage: PYTHONPATH=tools python benchmarks/run_all.py [--repeats 3]

Each repeat has a new kernel and a new window, and is followed by a notebook that shows one bare
Bokeh figure, in the same way. Chromium draws in software here, and the machine may be busy with
other things: the time of an idle laptop is the shortest of them, and the ratio holds anywhere.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from lab import Lab, running_lab
from notebook_file import write_notebook

LESSON = Path(__file__).parents[1] / "notebooks" / "00_explore.ipynb"
BAR, BAR_RATIO = 6.0, 2.0
BARE = """\
from bokeh.io import output_notebook, show
from bokeh.plotting import figure
from bokeh.resources import INLINE
output_notebook(INLINE, hide_banner=True)
plot = figure()
plot.scatter([1, 2, 3], [1, 3, 2])
show(plot)"""


PAINTED = """doc && doc.is_idle
  && [...Bokeh.index].every((view) => view.el.getBoundingClientRect().width > 0)"""


def seconds(lab: Lab, notebook_path: Path) -> tuple[float, float]:
    """Run a notebook once; return seconds to the plots' paint and to the last cell's end."""
    notebook = lab.open(notebook_path)
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
    print(f"{'repeat':>6} {'painted':>8} {'all cells run':>14} {'bare figure':>12} {'load':>6}")
    painted, bare = [], []
    with running_lab() as lab, tempfile.TemporaryDirectory() as folder:
        path = write_notebook(Path(folder) / "bare.ipynb", BARE)
        for repeat in range(repeats):
            seen, ran = seconds(lab, LESSON)
            painted.append(seen)
            bare.append(seconds(lab, path)[0])
            print(
                f"{repeat + 1:>6} {seen:>6.1f} s {ran:>12.1f} s {bare[-1]:>10.1f} s "
                f"{os.getloadavg()[0]:>6.2f}"
            )
    ratio = statistics.median(painted) / statistics.median(bare)
    print(
        f"from Run All to painted: median {statistics.median(painted):.1f} s, "
        f"shortest {min(painted):.1f} s (at most {BAR:.0f} s on two idle cores), "
        f"{ratio:.1f} times a bare figure (at most {BAR_RATIO:.0f})"
    )


if __name__ == "__main__":
    main()
