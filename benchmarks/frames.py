"""How many pictures of a running t-SNE are made, and how many are painted: 1,000 × 512 in Chromium.

Usage: PYTHONPATH=tools OMP_NUM_THREADS=1 python benchmarks/frames.py [--repeats 5] [--images 1000]

Each repeat gives t-SNE another seed in an open Explorer. Made are the pictures that the
computation hands over, sent are those that the kernel draws (stale ones are dropped), painted are
the paintings of the scatter in the browser, which draws in software.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
from lab import running_lab
from screen import open_explorer, wait_at_rest, watch

BAR = 20
CODE = """\
import time
import numpy as np
from cliplab import Embeddings, Explorer, load_storybook, project, sweep_clusters

random = np.random.default_rng(0)
images = load_storybook(n_images={n_images})
groups = np.arange({n_images}) % 16
centers = random.normal(size=(16, 512)) + 3 * random.normal(size=512)
embeddings = Embeddings(centers[groups] + 1.2 * random.normal(size=({n_images}, 512)))
sweep, projection = sweep_clusters(embeddings), project(embeddings)
explorer = Explorer(images, embeddings, projection, sweep)
made, sent = [], []
results, plots = explorer._session.map_task._results, explorer._board.plots
compute, draw = results.compute_projection, plots.show_map

def counted(*how):
    for frame in compute(*how):
        made.append(time.monotonic())
        yield frame

def drawn(view):
    sent.append(time.monotonic())
    draw(view)

results.compute_projection = counted
plots.show_map = drawn
explorer"""
TOLD = "print(*(len(times) / (times[-1] - times[0]) for times in (made, sent)), made[-1] - made[0])"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--images", type=int, default=1000)
    options = parser.parse_args()
    rates = []
    with running_lab() as lab, tempfile.TemporaryDirectory() as folder:
        notebook = open_explorer(lab, Path(folder), CODE.format(n_images=options.images))
        notebook.run_all()
        notebook.wait_painted()
        notebook.wait_for("data_of('sheets').uri.every((uri) => uri.length > 1000)")
        notebook.evaluate("cells[1].node.scrollIntoView()")
        watch(notebook)
        print(f"{'repeat':>6} {'made':>10} {'sent':>10} {'painted':>10} {'t-SNE':>8} {'load':>5}")
        for seed in range(1, options.repeats + 1):
            notebook.evaluate("seen.begin()")
            notebook.run_cell(f"made.clear(); sent.clear(); explorer.state.random_state = {seed}")
            notebook.wait_for(f"seen.n_paints > 2 && !{STOP_IS_SHOWN}")
            wait_at_rest(notebook, 1500)
            made, sent, seconds = map(float, notebook.run_cell(TOLD).split())
            painted = notebook.evaluate("return seen.n_paints") / seconds
            rates.append((made, sent, painted))
            print(
                f"{seed:>6} {made:>8.1f}/s {sent:>8.1f}/s {painted:>8.1f}/s {seconds:>6.1f} s "
                f"{os.getloadavg()[0]:>5.1f}",
                flush=True,
            )
    made, sent, painted = np.median(rates, axis=0)
    print(
        f"t-SNE of {options.images:,} × 512: {made:.1f} pictures a second made (at least {BAR}), "
        f"{sent:.1f} sent, {painted:.1f} painted (median of {options.repeats})"
    )


STOP_IS_SHOWN = """[...cells[1].node.querySelectorAll('button')].some(
  (button) => button.innerText.includes('Stop') && button.offsetParent !== null)"""


if __name__ == "__main__":
    main()
