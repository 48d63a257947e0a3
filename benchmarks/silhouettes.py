"""Every silhouette for k from 2 to 20, beside scikit-learn's silhouette_samples for each k.

Usage: python benchmarks/silhouettes.py [--images 1000] [--repeats 3] [--ks 2 8 14 20]

The clusters are those of our sweep. scikit-learn is timed with the threads that it takes and with
one: the faster counts. Where `--ks` names some, its time for all k is the mean of those times 19.
"""

from __future__ import annotations

import os
import statistics
import time

import numpy as np
from measuring import images_and_repeats, mixture, on_one_thread, spread
from sklearn.metrics import silhouette_samples
from threadpoolctl import threadpool_limits

from cliplab.clustering.kmeans_chain import kmeans_chain
from cliplab.clustering.silhouettes import silhouettes

KS = list(range(2, 21))
BAR = 18.0
CLOSE = 1e-5


def main() -> None:
    """Measure and print."""
    parser = images_and_repeats(__doc__)
    parser.add_argument("--ks", type=int, nargs="+", default=KS)
    options = parser.parse_args()
    points = mixture(0, options.images)
    with threadpool_limits(limits=1):
        labelings = kmeans_chain(points, KS, 0)
    mine: list[float] = []
    theirs: dict[str, list[float]] = {"own threads": [], "one thread": []}
    largest = 0.0
    silhouettes(points[:200], [np.arange(200) % 2])
    for _ in range(options.repeats):
        began = time.perf_counter()
        with threadpool_limits(limits=1, user_api="blas"):  # As `sweep_clusters` calls it.
            found = silhouettes(points, labelings)
        mine.append(time.perf_counter() - began)
        took: dict[str, list[float]] = {name: [] for name in theirs}
        for k in options.ks:

            def sample(labels: object = labelings[KS.index(k)]) -> object:
                return silhouette_samples(points, labels)

            for name, run in (("own threads", sample), ("one thread", on_one_thread(sample))):
                began = time.perf_counter()
                expected = run()
                took[name].append(time.perf_counter() - began)
            largest = max(largest, float(np.abs(found[KS.index(k)] - expected).max()))
        for name, each in took.items():
            theirs[name].append(statistics.mean(each) * len(KS))
    print(f"{'ours':>12}: {spread(mine, 3)} s, load {os.getloadavg()[0]:.2f}")
    for name, values in theirs.items():
        print(f"{name:>12}: {spread(values, 2)} s")
    faster = min(statistics.median(values) for values in theirs.values())
    computed = "" if options.ks == KS else f" (scikit-learn's from k = {options.ks})"
    print(
        f"silhouettes for k from 2 to 20, {options.images:,} × 512{computed}: "
        f"{faster / statistics.median(mine):.1f} × as fast as scikit-learn at its faster (at "
        f"least {BAR:.0f} ×), differing by at most {largest:.1e} (at most {CLOSE:.0e})"
    )


if __name__ == "__main__":
    main()
