"""How long a t-SNE takes to the end, beside scikit-learn's, and how good it is.

Usage: python benchmarks/tsne.py [--images 1000] [--repeats 3]

Vectors are forty groups on the sphere, others in each repeat. Divergences are measured on one set
of affinities, ours; scikit-learn has its defaults but for the seed, once with the threads that it
takes and once with one: the faster counts. Compiling is not counted, but printed.
"""

from __future__ import annotations

import os
import statistics
import time
from functools import partial

import numpy as np
from measuring import images_and_repeats, mixture, on_one_thread, spread
from numpy.typing import NDArray
from sklearn.manifold import TSNE

from cliplab.projection.divergence import kl_divergence
from cliplab.projection.tsne import MOST_TILED, StagedTSNE

BARS = {1000: 2.5, 5000: 3.0}
WORST_KL = 1.01


def ours(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Let a layout settle, with all frames."""
    *_, last = StagedTSNE(vectors, seed).frames(30)
    return last.coordinates


def theirs(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Have scikit-learn draw it."""
    layout: NDArray[np.float32] = TSNE(random_state=seed).fit_transform(vectors)
    return layout


def main() -> None:
    """Measure and print."""
    options = images_and_repeats(__doc__).parse_args()
    began = time.perf_counter()
    # Small where it can be: past this number the compiled loops are taken.
    next(StagedTSNE(mixture(99, min(options.images, MOST_TILED + 100))).frames(30))
    compiled = time.perf_counter() - began
    print(f"loops compiled or read from the cache, if they are used: {compiled:.1f} s")
    seconds: dict[str, list[float]] = {"ours": [], "own threads": [], "one thread": []}
    shares = []
    print(
        f"{'repeat':>6} {'ours':>8} {'scikit-learn':>13} {'one thread':>12} {'KL':>7} {'load':>6}"
    )
    for seed in range(options.repeats):
        vectors, layouts = mixture(seed, options.images), {}
        for name, draw in (
            ("ours", partial(ours, vectors, seed)),
            ("own threads", partial(theirs, vectors, seed)),
            ("one thread", on_one_thread(partial(theirs, vectors, seed))),
        ):
            began = time.perf_counter()
            layouts[name] = draw()
            seconds[name].append(time.perf_counter() - began)
        true = StagedTSNE(vectors).affinities(30)
        mine, other = (kl_divergence(true, layouts[name]) for name in ("ours", "own threads"))
        shares.append(mine / other)
        print(
            f"{seed + 1:>6} {seconds['ours'][-1]:>6.2f} s {seconds['own threads'][-1]:>11.2f} s "
            f"{seconds['one thread'][-1]:>10.2f} s {shares[-1]:>6.3f}× {os.getloadavg()[0]:>6.2f}"
        )
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, values in seconds.items():
        print(f"{name:>12}: {spread(values, 2)} s")
    ratio = min(medians["own threads"], medians["one thread"]) / medians["ours"]
    print(
        f"t-SNE of {options.images:,} × 512: {ratio:.1f} × as fast as scikit-learn at its faster "
        f"(at least {BARS.get(options.images, 3.0)} ×), KL {statistics.median(shares):.3f} ×, "
        f"worst {max(shares):.3f} × (at most {WORST_KL} ×)"
    )


if __name__ == "__main__":
    main()
