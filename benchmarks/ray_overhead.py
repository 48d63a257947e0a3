"""The cost of the engine "ray" beside the local one on the same cores: 2,000 images to vectors.

Usage: OMP_NUM_THREADS=1 python benchmarks/ray_overhead.py [--reads 2000] [--repeats 3]
       OMP_NUM_THREADS=1 python benchmarks/ray_overhead.py --storybook

Photographs of ../shared/photos, read in turn, go through ViT-B-32, with random weights that lie in
a file as trained ones do; with --storybook, drawn images through the storybook's CLIP, which
takes a millisecond an image, so that Ray's fixed costs dominate. Ray is started before; the time of
that is printed separately. The whole call counts, with the start of its workers, which
import torch and load the model anew; "after the start" leaves out what passes until the first
vectors come. Nothing is stored (`store=False`).

On a busy machine threads of one process also wait for each other, which processes do not: there the
engine of Ray looks better than it is. The seconds of processor, of this process and all those of
Ray, tell the same on any machine.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import ray
from measuring import image_set, in_turn, photograph_paths, spread
from safetensors.torch import save_file

from cliplab import ClipEncoder, Embeddings, ImageSet, load_storybook
from cliplab._core.device import n_cores
from cliplab.embeddings.engines.ray.cluster import start_here
from cliplab.embeddings.engines.ray.encoding import ray_engine
from cliplab.embeddings.inputs import input_images
from cliplab.embeddings.model import default_batch_size

BAR = 1.15


class Sides:
    """Both engines on the same images; for that of Ray, also when the first vectors came."""

    def __init__(self, encoder: ClipEncoder, images: ImageSet) -> None:
        self._encoder, self._images = encoder, images
        self._processor = Processor()
        self.after_start: list[float] = []
        self.worked: dict[str, list[float]] = {"local": [], "ray": []}
        self.local_vectors = self.ray_vectors = np.empty(0, np.float32)

    def local(self) -> None:
        """Encode on the threads of this process."""
        before = self._processor.seconds()
        self.local_vectors = self._encoder.encode_images(self._images, store=False).vectors
        self.worked["local"].append(self._processor.seconds() - before)

    def on_ray(self) -> None:
        """Encode on processes of their own."""
        before, first = self._processor.seconds(), list[float]()

        found = np.empty_like(self.local_vectors)
        images, size = input_images(self._images), default_batch_size("cpu")
        rows = ((row, None) for row in range(len(images)))
        with ray_engine(self._encoder._clip) as engine:
            for own, vectors in engine.encode(images, rows, size):
                if not first:
                    first.extend((time.perf_counter(), len(own)))
                found[own] = vectors
        self.ray_vectors = Embeddings(found).vectors
        # As many are done on each of the other workers by then.
        n_images, n_done = len(self._images), n_cores() * first[1]
        rest = time.perf_counter() - first[0]
        self.after_start.append(rest * n_images / (n_images - n_done))
        self.worked["ray"].append(self._processor.seconds() - before)


class Processor:
    """Counts the seconds of processor of this process and all that it has started."""

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        # Ray's workers end unseen: what they have worked has to be written down while they live.
        while True:
            self.seconds()
            time.sleep(0.2)

    def seconds(self) -> float:
        """Return what all have worked so far, those that have ended as well."""
        here = psutil.Process()
        for process in (here, *here.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                self._seconds[process.pid] = times.user + times.system
        return sum(list(self._seconds.values()))


def write_weights(path: Path) -> Path:
    """Write weights of random numbers, in float32 as most are published."""
    network = ClipEncoder("ViT-B-32", None, "cpu", precision="float32")._clip.network
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, path)
    return path


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--storybook", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Run both engines in turn, and print what they took."""
    if options.storybook:
        encoder, images = ClipEncoder("storybook"), load_storybook(options.reads)
    else:
        encoder = ClipEncoder("ViT-B-32", str(write_weights(folder / "random.safetensors")), "cpu")
        images = image_set(photograph_paths(options.reads))
    began = time.perf_counter()
    start_here()
    print(f"Ray started in {time.perf_counter() - began:.1f} s, with {n_cores()} processors")
    sides = Sides(encoder, images)
    seconds = in_turn({"local": sides.local, "ray": sides.on_ray}, options.repeats)
    ray.shutdown()
    shown = {
        "local": seconds["local"],
        "ray, whole": seconds["ray"],
        "ray, after the start": sides.after_start,
    }
    for name, each in sides.worked.items():
        print(f"{name + ', of processor':<22} {spread(each):>24} s")
    for name, each in shown.items():
        rate = options.reads / statistics.median(each)
        print(f"{name:<22} {spread(each):>24} s {rate:>8.1f} images a second")
    worked = [other / one for one, other in zip(*sides.worked.values(), strict=True)]
    assert np.array_equal(sides.local_vectors, sides.ray_vectors)
    whole, after = (
        [one / other for one, other in zip(shown[name], seconds["local"], strict=True)]
        for name in ("ray, whole", "ray, after the start")
    )
    print(
        f"{encoder.model}, {options.reads:,} images, the same vectors bit for bit: the engine of "
        f"Ray takes {spread(whole, 2)} times as long as the local one (at most {BAR}); after the "
        f"start of its workers {spread(after, 2)} times. Of the processor it takes "
        f"{spread(worked, 2)} times as much"
    )


if __name__ == "__main__":
    main()
