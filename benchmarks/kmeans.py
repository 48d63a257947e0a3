"""K-means for k from 2 to 20, beside scikit-learn's KMeans(n_init=10) for each k.

Usage: python benchmarks/kmeans.py [--images 1000] [--repeats 3] [--ks 2 5 10 20]

Data: forty groups on the sphere, and noise on it, in 512 dimensions; with 1,000 images also the
storybook in its CLIP's 128; up to 2,000 also photographs of ten dishes, as they are and centred, if
../shared has their vectors. Both sides have one thread, and the seconds are of its CPU. Where
`--ks` names some, scikit-learn runs those only, and its time for all k is computed from them, as a
straight line in k.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import numpy as np
from measuring import images_and_repeats, mixture, spread
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from cliplab import ClipEncoder, Embeddings, load_storybook
from cliplab.clustering.kmeans_chain import kmeans_chain

KS = list(range(2, 21))
BAR = 25.0
WORST = 1.005
FOOD = Path(__file__).parents[2] / "shared" / "vectors" / "food.npz"


def data(n_images: int) -> dict[str, NDArray[np.float32]]:
    """Draw or encode what is clustered."""
    noise = np.random.default_rng(1).normal(size=(n_images, 512))
    found = {
        "groups": mixture(0, n_images),
        "more groups": mixture(1, n_images),
        "noise": (noise / np.linalg.norm(noise, axis=1, keepdims=True)).astype(np.float32),
    }
    if n_images == 1000:
        found["storybook"] = ClipEncoder("storybook").encode_images(load_storybook(1000)).vectors
    if n_images <= 2000 and FOOD.exists():
        with np.load(FOOD) as file:
            rows = np.random.default_rng(0).permutation(len(file["vectors"]))[:n_images]
            food = Embeddings(file["vectors"][rows].astype(np.float32))
        found |= {"food": food.vectors, "centred food": food.centered().vectors}
    return found


def inertia(points: NDArray[np.floating], labels: NDArray[np.intp]) -> float:
    """Sum the squared distances to the means, in double precision."""
    exact = points.astype(np.float64)
    parts = (exact[labels == label] for label in np.unique(labels))
    return sum(float(((part - part.mean(axis=0)) ** 2).sum()) for part in parts)


def main() -> None:
    """Measure and print."""
    parser = images_and_repeats(__doc__)
    parser.add_argument("--ks", type=int, nargs="+", default=KS)
    options = parser.parse_args()
    ratios, worst = {}, {}
    print(f"{'data':>12} {'ours':>22} {'scikit-learn':>13} {'inertia, worst k':>18} {'load':>6}")
    with threadpool_limits(limits=1):
        for name, points in data(options.images).items():
            kmeans_chain(points[:100], KS, 0)
            mine, theirs = [], []
            shares: dict[int, float] = {}
            for seed in range(options.repeats):
                began = time.process_time()
                labelings = dict(zip(KS, kmeans_chain(points, KS, seed), strict=True))
                mine.append(time.process_time() - began)
                took = {}
                for k in options.ks:
                    began = time.process_time()
                    found = KMeans(k, n_init=10, random_state=seed).fit(points)
                    took[k] = time.process_time() - began
                    share = inertia(points, labelings[k]) / inertia(points, found.labels_)
                    shares[k] = max(share, shares.get(k, 0.0))
                theirs.append(for_all(took))
            ratios[name] = statistics.median(theirs) / statistics.median(mine)
            worst[name] = max(shares.values())
            at = max(shares, key=lambda k: shares[k])
            print(
                f"{name:>12} {spread(mine, 3):>22} s {statistics.median(theirs):>9.2f} s "
                f"{worst[name]:>10.4f}× at {at:<3} {os.getloadavg()[0]:>6.2f}   {ratios[name]:.1f}×"
            )
    computed = "" if options.ks == KS else f" (scikit-learn's computed from k = {options.ks})"
    print(
        f"K-means for k from 2 to 20, {options.images:,} × 512{computed}: "
        + ", ".join(f"{name} {ratio:.0f} ×" for name, ratio in ratios.items())
        + f" as fast (at least {BAR:.0f} ×); worst inertia {max(worst.values()):.4f} × "
        f"(at most {WORST} ×)"
    )


def for_all(took: dict[int, float]) -> float:
    """Sum the seconds of all k, those not run by a straight line through the others."""
    if set(took) == set(KS):
        return sum(took.values())
    slope, start = np.polyfit(list(took), list(took.values()), 1)
    return float(sum(took.get(k, start + slope * k) for k in KS))


if __name__ == "__main__":
    main()
