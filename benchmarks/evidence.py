"""Time of the evidence for k from 2 to 20, for 1,000 embeddings of 512 features.

Usage: OMP_NUM_THREADS=1 python benchmarks/evidence.py [--repeats 3] [--images 1000]

The embeddings are sixteen groups on the sphere, drawn from a seed. Each repeat computes all tasks:
40 null data sets, 10 resamples and 10 starts. The sweep itself is not included. On a busy machine
the shortest time is nearest to that of an idle one; the CPU time does not depend on other programs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import numpy as np

from cliplab._core.device import n_cores
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence.gathering import evidence_for_k

BAR = 30.0


def grouped_embeddings(n_images: int) -> Embeddings:
    """Draw sixteen groups in a narrow cone, like embeddings of CLIP."""
    random = np.random.default_rng(0)
    centers = random.normal(size=(16, 512)) + 3 * random.normal(size=512)
    return Embeddings(centers[np.arange(n_images) % 16] + 1.2 * random.normal(size=(n_images, 512)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--images", type=int, default=1000)
    options = parser.parse_args()
    embeddings = grouped_embeddings(options.images)
    sweep = sweep_clusters(embeddings, range(2, 21))
    print(f"{'repeat':>6} {'seconds':>9} {'CPU':>13} {'suggested k':>12} {'load':>6}")
    times = []
    for repeat in range(options.repeats):
        start, cpu_start = time.monotonic(), time.process_time()
        found = evidence_for_k(embeddings, sweep, random_state=repeat, on_progress=lambda _: None)
        times.append(time.monotonic() - start)
        print(
            f"{repeat + 1:>6} {times[-1]:>7.1f} s {time.process_time() - cpu_start:>11.1f} s "
            f"{found.suggested_k or 'none':>12} {os.getloadavg()[0]:>6.2f}"
        )
    print(
        f"evidence for k from 2 to 20, {options.images:,} × 512, on {n_cores()} cores: median "
        f"{statistics.median(times):.1f} s, shortest {min(times):.1f} s (at most {BAR:.0f} s on "
        "two idle cores)"
    )


if __name__ == "__main__":
    main()
