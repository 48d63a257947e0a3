"""How soon a t-SNE has a first useful map, and how many frames a second follow.

Usage: python benchmarks/first_map.py [--images 1000] [--repeats 3]

Useful is a trustworthiness of 0.99 as scikit-learn measures it (5 neighbours), which itself is
not counted. The time begins with bare vectors. scikit-learn's whole t-SNE is timed with the threads
that it takes and with one: the faster counts.
"""

from __future__ import annotations

import os
import statistics
import time

import numpy as np
from measuring import images_and_repeats, in_turn, mixture, on_one_thread, spread
from numpy.typing import NDArray
from sklearn.manifold import TSNE, trustworthiness

from cliplab.projection.tsne import StagedTSNE

ENOUGH = 0.99
BAR = 6.0
FRAMES_BAR = 20.0


def frames_and_times(vectors: NDArray[np.float32]) -> list[tuple[float, NDArray[np.float32]]]:
    """Make all frames, with the seconds from the beginning to each."""
    began = time.perf_counter()
    frames = StagedTSNE(vectors).frames(30)
    return [(time.perf_counter() - began, frame.coordinates) for frame in frames]


def main() -> None:
    """Measure and print."""
    options = images_and_repeats(__doc__).parse_args()
    frames_and_times(mixture(99, 100))
    first, rates, whole = [], [], []
    print(f"{'repeat':>6} {'useful':>8} {'frames a second':>16} {'scikit-learn':>13} {'load':>6}")
    for seed in range(options.repeats):
        vectors = mixture(seed, options.images)
        made = frames_and_times(vectors)
        useful = next(
            seconds for seconds, layout in made if trustworthiness(vectors, layout) >= ENOUGH
        )
        later = [seconds for seconds, _ in made if seconds >= useful]
        first.append(useful)
        rates.append((len(later) - 1) / (later[-1] - later[0]))

        def theirs(vectors: NDArray[np.float32] = vectors, seed: int = seed) -> object:
            return TSNE(random_state=seed).fit_transform(vectors)

        both = in_turn({"own": theirs, "one": on_one_thread(theirs)}, repeats=1)
        whole.append(min(both["own"][0], both["one"][0]))
        print(
            f"{seed + 1:>6} {useful:>6.2f} s {rates[-1]:>16.0f} {whole[-1]:>11.2f} s "
            f"{os.getloadavg()[0]:>6.2f}"
        )
    ratio = statistics.median(whole) / statistics.median(first)
    print(
        f"first useful map of {options.images:,} × 512 after {spread(first, 2)} s: "
        f"1 / {ratio:.1f} of scikit-learn's {spread(whole, 2)} s (at most 1 / {BAR:.0f}); then "
        f"{spread(rates, 0)} frames a second made (at least {FRAMES_BAR:.0f})"
    )


if __name__ == "__main__":
    main()
