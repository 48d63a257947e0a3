"""How long a t-SNE takes to follow a changed perplexity, from 30 to 50.

Usage: python benchmarks/perplexity.py [--images 1000] [--repeats 3]

A t-SNE with 30 is there; scikit-learn starts anew with 50, with the threads that it takes and with
one: the faster counts. Divergences are measured on one set of affinities, ours at 50.
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
from cliplab.projection.tsne import StagedTSNE

BAR = 3.0


def cold_start(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Have scikit-learn draw at 50 from the beginning."""
    layout: NDArray[np.float32] = TSNE(perplexity=50, random_state=seed).fit_transform(vectors)
    return layout


def main() -> None:
    """Measure and print."""
    options = images_and_repeats(__doc__).parse_args()
    changed, cold, shares = [], [], []
    print(f"{'repeat':>6} {'changed':>8} {'scikit-learn':>13} {'KL':>7} {'load':>6}")
    for seed in range(options.repeats):
        vectors = mixture(seed, options.images)
        stages = StagedTSNE(vectors, seed)
        *_, current = stages.frames(30)
        began = time.perf_counter()
        *_, ended = stages.frames(50, start=current.coordinates)
        changed.append(time.perf_counter() - began)

        theirs = partial(cold_start, vectors, seed)
        took = []
        for draw in (theirs, on_one_thread(theirs)):
            began = time.perf_counter()
            layout = draw()
            took.append(time.perf_counter() - began)
        cold.append(min(took))
        true = stages.affinities(50)
        shares.append(kl_divergence(true, ended.coordinates) / kl_divergence(true, layout))
        print(
            f"{seed + 1:>6} {changed[-1]:>6.2f} s {cold[-1]:>11.2f} s {shares[-1]:>6.3f}× "
            f"{os.getloadavg()[0]:>6.2f}"
        )
    ratio = statistics.median(cold) / statistics.median(changed)
    print(
        f"perplexity of {options.images:,} × 512 changed from 30 to 50 in {spread(changed, 2)} s: "
        f"1 / {ratio:.1f} of scikit-learn's {spread(cold, 2)} s (at most 1 / {BAR:.0f}), "
        f"KL {statistics.median(shares):.3f} ×"
    )


if __name__ == "__main__":
    main()
