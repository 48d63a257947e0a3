"""What several benchmarks share: two sides in turn, medians with their range, and photographs."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from cliplab import ImageSet

T = TypeVar("T")

PHOTOS = Path(__file__).parents[2] / "shared" / "photos"


def in_turn(sides: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """Run all sides one after another, again and again; return the seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _, (name, run) in itertools.product(range(repeats), sides.items()):
        began = time.perf_counter()
        run()
        seconds[name].append(time.perf_counter() - began)
    return seconds


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Return a median, and the least and the greatest of all."""
    middle, least, greatest = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({least:.{digits}f} to {greatest:.{digits}f})"


def mixture(seed: int, n_vectors: int) -> NDArray[np.float32]:
    """Draw forty groups on the sphere in 512 dimensions, as single precision."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(40, 512))
    vectors = centers[random.integers(40, size=n_vectors)]
    vectors = vectors + 0.8 * random.normal(size=vectors.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    single: NDArray[np.float32] = vectors.astype(np.float32)
    return single


def on_one_thread(run: Callable[[], T]) -> Callable[[], T]:
    """Keep BLAS and OpenMP to one thread: beside other work two often wait for each other."""

    def alone() -> T:
        with threadpool_limits(limits=1):
            return run()

    return alone


def images_and_repeats(about: str | None) -> argparse.ArgumentParser:
    """Make the options that most benchmarks have."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    return parser


def in_fresh_process(work: Callable[..., T], *arguments: object) -> T:
    """Do some work in a new Python, and return what it returned."""
    fresh = multiprocessing.get_context("spawn")
    ours, theirs = fresh.Pipe(duplex=False)
    process = fresh.Process(target=_send, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    found: T = ours.recv()
    process.join()
    return found


def _send(answer: Connection, work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    answer.send(work(*arguments))


def photograph_paths(n_reads: int) -> list[Path]:
    """Return the files of `../shared/photos`, in turn, until there are enough."""
    paths = sorted(PHOTOS.glob("*.jpg"))
    if not paths:
        raise SystemExit(f"{PHOTOS} has no photographs, and without them there is no measurement.")
    return list(itertools.islice(itertools.cycle(paths), n_reads))


def image_set(paths: Sequence[Path]) -> ImageSet:
    """Take files as images, one as often as it is named."""
    import datasets

    from cliplab import ImageSet

    files = [{"path": str(path), "bytes": None} for path in paths]
    features = datasets.Features({"image": datasets.Image(), "image_id": datasets.Value("string")})
    names = [str(row) for row in range(len(paths))]
    return ImageSet(datasets.Dataset.from_dict({"image": files, "image_id": names}, features))
