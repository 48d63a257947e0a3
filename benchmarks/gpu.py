"""Sweeps, silhouettes and t-SNE on a GPU, beside the same work on the same machine's processor.

Usage: python benchmarks/gpu.py [--images 10000] [--repeats 3]

The processor has all cores. Vectors are forty groups on the sphere in 512 dimensions. Where cuML is
installed, its K-means is measured too, which cliplab does not use: this is why.
`encode.py --device cuda` measures encoding.
"""

from __future__ import annotations

import importlib.util
import statistics
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TypeVar
from unittest.mock import patch

import numpy as np
import torch
from measuring import images_and_repeats, in_turn, mixture, spread
from numpy.typing import NDArray

from cliplab._core.device import n_cores
from cliplab.clustering.kmeans_chain import kmeans_chain
from cliplab.clustering.silhouettes import silhouettes
from cliplab.projection.divergence import kl_divergence
from cliplab.projection.tsne import MOST_EXACT, StagedTSNE

T = TypeVar("T")
Labelings = Sequence[NDArray[np.intp]]

KS = list(range(2, 21))
USERS = ("clustering.kmeans_chain", "clustering.silhouettes", "projection.tsne")


def on(device: str | None, run: Callable[[], T]) -> Callable[[], T]:
    """Let a GPU take over however small the work is, or never."""

    def there() -> T:
        with ExitStack() as patches:
            for user in USERS:
                patches.enter_context(patch(f"cliplab.{user}.gpu_for", lambda _: device))
            return run()

    return there


def kmeans_by_cuml(points: NDArray[np.float32]) -> Labelings:
    """Partition with cuML, from ten starts for each k."""
    from cuml.cluster import KMeans

    engines = (KMeans(n_clusters=k, n_init=10, random_state=0) for k in KS)
    return [np.asarray(engine.fit(points).labels_) for engine in engines]


def inertias(points: NDArray[np.float32], labelings: Labelings) -> NDArray[np.float64]:
    """Sum the squared distances to the means for each k: |x|² less what the means explain."""
    whole = float((points.astype(np.float64) ** 2).sum())
    found = []
    for labels in labelings:
        members = np.eye(labels.max() + 1)[labels]
        sums = members.T @ points
        found.append(whole - float((sums**2).sum(axis=1) @ (1 / members.sum(axis=0))))
    return np.array(found)


def compare(
    about: str, sides: dict[str, Callable[[], T]], repeats: int
) -> tuple[dict[str, T], dict[str, float]]:
    """Run sides in turn, print their seconds, and return what came of them and the medians."""
    results: dict[str, T] = {}

    def stored(name: str) -> Callable[[], None]:
        return lambda: results.update({name: sides[name]()})

    for name in sides:
        if name != "processor":
            stored(name)()  # Warms up: kernels are loaded when they are first used.
    seconds = in_turn({name: stored(name) for name in sides}, repeats)
    for name, each in seconds.items():
        print(f"{about:<34} {name:<10} {spread(each, 3)} s")
    return results, {name: statistics.median(each) for name, each in seconds.items()}


def main() -> None:
    """Measure and print."""
    parser = images_and_repeats(__doc__)
    parser.set_defaults(images=10_000)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("There is no GPU on this machine: nothing was measured.")
        return
    has_cuml = importlib.util.find_spec("cuml") is not None
    points = mixture(0, options.images)
    print(
        f"{options.images:,} × 512 on {torch.cuda.get_device_name()} and {n_cores()} cores, "
        f"cuML {'installed' if has_cuml else 'not installed'}"
    )

    def partition() -> Labelings:
        return kmeans_chain(points, KS, 0)

    sides = {"processor": on(None, partition), "torch": on("cuda", partition)}
    if has_cuml:
        sides["cuml"] = lambda: kmeans_by_cuml(points)
    labelings, took = compare("K-means for k = 2 … 20", sides, options.repeats)
    plain = inertias(points, labelings["processor"])
    findings = [
        f"K-means {name} {took['processor'] / took[name]:.1f} × (worst inertia "
        f"{(inertias(points, labelings[name]) / plain).max():.4f} ×)"
        for name in took
        if name != "processor"
    ]

    def measure() -> NDArray[np.float32]:
        return silhouettes(points, labelings["processor"])

    found, took = compare(
        "every silhouette for these k",
        {"processor": on(None, measure), "torch": on("cuda", measure)},
        options.repeats,
    )
    apart = float(np.abs(found["processor"] - found["torch"]).max())
    findings.append(f"silhouettes {took['processor'] / took['torch']:.1f} × (apart {apart:.0e})")

    def settle() -> NDArray[np.float32]:
        *_, last = StagedTSNE(points).frames(30)
        return last.coordinates

    if options.images <= MOST_EXACT:
        drawing = {"processor": on(None, settle), "torch": on("cuda", settle)}
        maps, took = compare("t-SNE to the end", drawing, options.repeats)
        true = StagedTSNE(points).affinities(30)
        kl = {name: kl_divergence(true, coordinates) for name, coordinates in maps.items()}
        findings.append(
            f"t-SNE {took['processor'] / took['torch']:.1f} × (KL "
            f"{kl['torch'] / kl['processor']:.3f} ×)"
        )
    print("on a GPU, against the processor: " + ", ".join(findings))


if __name__ == "__main__":
    main()
