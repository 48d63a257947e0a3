"""What embeddings on disk cost: read, swept and projected.

Usage: OMP_NUM_THREADS=1 python benchmarks/on_disk.py [--images 50000 200000] [--repeats 3]

Stores of forty groups on the sphere, 512 numbers an image, are written to a temporary folder (2 kB
an image). Each piece of work has a fresh process and one thread. Memory is what the peak grows by
after the libraries were loaded; it holds the results too, which grow with the images.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable

import numpy as np
from measuring import in_fresh_process

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.keys import image_key
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.store import EmbeddingStore
from cliplab.projection.projecting import project

N_FEATURES = 512
WORK: dict[str, Callable[[StoredEmbeddings], object]] = {
    "read once": lambda stored: [None for _ in stored.portions()],
    "sweep_clusters, k = 20": lambda stored: sweep_clusters(stored, [20]),
    "sweep_clusters, k = 2 … 20": sweep_clusters,
    "project": project,
}


def fill(folder: str, n_images: int) -> None:
    """Write a store, a thousand vectors at a time."""
    random = np.random.default_rng(0)
    centers = random.normal(size=(40, N_FEATURES))
    with EmbeddingStore(folder, {"model": "mixture"}) as store:
        for start in range(0, n_images, 1000):
            rows = np.arange(start, min(start + 1000, n_images))
            points = centers[rows % 40] + 1.5 * random.normal(size=(len(rows), N_FEATURES))
            points /= np.linalg.norm(points, axis=1, keepdims=True)
            store.add([image_key(str(row).encode()) for row in rows], points.astype(np.float32))


def seconds_and_megabytes(folder: str, name: str) -> tuple[float, float]:
    """Do one piece of work; return how long it took and by how much the peak of memory grew."""
    project(StoredEmbeddings(folder)[:600])  # Loads what is loaded on first use.
    stored = StoredEmbeddings(folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    WORK[name](stored)
    seconds = time.monotonic() - began
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, nargs="+", default=[50_000, 200_000])
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(f"{'images':>9} {'work':<26} {'seconds':>9} {'spread':>13} {'µs an image':>12} {'MB':>7}")
    peaks: dict[str, list[float]] = {name: [] for name in WORK}
    for n_images in options.images:
        with tempfile.TemporaryDirectory() as folder:
            fill(folder, n_images)
            for name in WORK:
                runs = [
                    in_fresh_process(seconds_and_megabytes, folder, name)
                    for _ in range(options.repeats)
                ]
                times, megabytes = zip(*runs, strict=True)
                median = statistics.median(times)
                peaks[name].append(statistics.median(megabytes))
                spread = f"{min(times):.1f}–{max(times):.1f} s"
                print(
                    f"{n_images:>9,} {name:<26} {median:>7.1f} s {spread:>13}"
                    f" {1e6 * median / n_images:>12.0f} {peaks[name][-1]:>7.0f}",
                    flush=True,
                )
    more = (options.images[-1] - options.images[0]) * 4 * N_FEATURES / 2**20
    grown = max(each[-1] - each[0] for each in peaks.values())
    print(
        f"from {options.images[0]:,} to {options.images[-1]:,} images, {more:.0f} MB more vectors, "
        f"memory grows by at most {grown:.0f} MB: {grown / max(more, 1):.2f} of them"
    )


if __name__ == "__main__":
    main()
