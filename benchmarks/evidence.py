"""Time of the evidence for k from 2 to 20, for 1,000 embeddings of 512 features.

Usage: OMP_NUM_THREADS=1 python benchmarks/evidence.py [--repeats 3] [--images 1000]

The embeddings are sixteen groups on the sphere, drawn from a seed. Each repeat computes the sweep
and all tasks of the evidence: 10 splits into halves, 29 null data sets and 6 starts. The ratio of
their CPU times hardly depends on other programs or on the machine.
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

BAR = 22.0  # The evidence takes at most so many times the CPU time of its sweep.


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
    print(
        f"{'repeat':>6} {'sweep, CPU':>11} {'evidence, CPU':>14} {'seconds':>8} {'k':>5} "
        f"{'load':>6}"
    )
    ratios, times = [], []
    for repeat in range(options.repeats):
        start = time.process_time()
        sweep = sweep_clusters(embeddings, range(2, 21), random_state=repeat)
        swept, begun = time.process_time(), time.monotonic()
        found = evidence_for_k(embeddings, sweep, random_state=repeat, on_progress=lambda _: None)
        times.append(time.monotonic() - begun)
        cpu = time.process_time() - swept
        ratios.append(cpu / (swept - start))
        print(
            f"{repeat + 1:>6} {swept - start:>9.2f} s {cpu:>12.2f} s {times[-1]:>6.1f} s "
            f"{found.suggested_k or 'none':>5} {os.getloadavg()[0]:>6.2f}"
        )
    print(
        f"evidence for k from 2 to 20, {options.images:,} × 512, on {n_cores()} cores: median "
        f"{statistics.median(ratios):.1f} times the CPU time of the sweep (at most {BAR:.0f}), "
        f"{statistics.median(times):.1f} s"
    )


if __name__ == "__main__":
    main()
