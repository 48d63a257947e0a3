"""Photographs to vectors with ViT-B-32, end to end, against one image at a time.

Usage: OMP_NUM_THREADS=1 python benchmarks/encode.py [--reads 1000] [--repeats 3]
       python benchmarks/encode.py --device cuda [--reads 1000] [--batch 128]

Against the original study's way: transformers' CLIPModel and image processor on one image at a
time, with all cores. Weights are random on both sides; how many neighbours a shorter number keeps
is therefore a hint only. The study's model has another activation than ViT-B-32; with
the same one the ratio is printed too. The photographs of ../shared/photos are read in
turn, from the disk's cache; nothing is stored (`store=False`). transformers is no part of cliplab:
`pip install --group bench` in an environment of its own, or PYTHONPATH.

With --device a GPU is measured instead: how many images a second, and whether decoding or the
network holds it up.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from measuring import image_set, in_turn, photograph_paths, spread
from numpy.typing import NDArray
from open_clip import get_model_config
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from cliplab import ClipEncoder
from cliplab._core.device import best_precision, n_cores
from cliplab.embeddings.model import default_batch_size
from cliplab.embeddings.preprocessing import Preprocessing
from cliplab.images.decoding import decode_image

BARS = {"float32": 1.8, "bfloat16": 3.3}
BAR_TOWER = 0.70
MODEL = "ViT-B-32"
BATCH = 8  # What the encoder takes on a CPU.
# That of the study's model, openai/clip-vit-base-patch32, and that of open_clip's ViT-B-32.
ACTIVATIONS = ("quick_gelu", "gelu")


def one_at_a_time(paths: Sequence[Path], activation: str) -> Callable[[], None]:
    """Return a function that encodes as the original study did."""
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    model = CLIPModel(CLIPConfig(vision_config={"hidden_act": activation})).eval()
    processor = CLIPImageProcessor()

    def run() -> None:
        torch.set_num_threads(n_cores())
        with torch.no_grad():
            for path in paths:
                with Image.open(path) as image:
                    pixels = processor(images=image.convert("RGB"), return_tensors="pt")
                model.get_image_features(**pixels)
        torch.set_num_threads(1)

    return run


def in_threads(work: Callable[[], object], times: int) -> None:
    """Do the same so many times, as the encoder does it: one thread a core, each alone."""
    with ThreadPoolExecutor(n_cores(), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        list(pool.map(lambda _: work(), range(times)))


def tower_gflops(model: str) -> float:
    """Return the billions of operations of matrix products for one image (a ViT's)."""
    vision = get_model_config(model)["vision_cfg"]
    width, patch = vision["width"], vision["patch_size"]
    patches = (vision["image_size"] // patch) ** 2
    tokens = patches + 1
    per_layer = 12 * tokens * width**2 + 2 * tokens**2 * width
    operations: int = 2 * (vision["layers"] * per_layer + patches * 3 * patch**2 * width)
    return operations / 1e9


def tower(encoder: ClipEncoder, batch: torch.Tensor) -> None:
    """Send one batch through the network alone."""
    with torch.inference_mode():
        encoder._clip.network.encode_image(batch)


def share_of_matrix_rate(encoder: ClipEncoder, repeats: int) -> list[float]:
    """Return how near the tower comes to a large matrix product, repeat by repeat."""
    dtype = getattr(torch, encoder.precision)
    batch = torch.rand(BATCH, 3, 224, 224).to(dtype)
    left, right = (torch.rand(2048, 2048).to(dtype) for _ in range(2))
    times = 4 * n_cores()
    seconds = in_turn(
        {
            "matrices": lambda: in_threads(lambda: left @ right, times),
            "tower": lambda: in_threads(lambda: tower(encoder, batch), times),
        },
        repeats + 1,
    )
    matrix_rate = [times * 2 * 2048**3 / 1e9 / each for each in seconds["matrices"][1:]]
    tower_rate = [times * BATCH * tower_gflops(MODEL) / each for each in seconds["tower"][1:]]
    print(
        f"{encoder.precision}: a product of 2048 × 2048 does {spread(matrix_rate, 0)} GFLOP/s on "
        f"{n_cores()} cores, the tower {spread(tower_rate, 0)}"
    )
    return [a / b for a, b in zip(tower_rate, matrix_rate, strict=True)]


def processor_ms(work: Callable[[], object], n_images: int, repeats: int = 5) -> float:
    """Return milliseconds of one core for an image, the median of some repeats."""
    seconds = []
    for _ in range(repeats):
        began = time.thread_time()
        work()
        seconds.append(time.thread_time() - began)
    return statistics.median(seconds) / n_images * 1000


def parts(encoder: ClipEncoder, paths: Sequence[Path], share: float) -> dict[str, float]:
    """Return where the time of one core goes, in milliseconds an image."""
    preprocessing = Preprocessing(asdict(PreprocessCfg()))
    files = [path.read_bytes() for path in paths]
    decoded = [decode_image(data) for data in files]
    prepared = torch.stack([preprocessing.prepare(image) for image in decoded[:BATCH]])
    batch = preprocessing.normalize(prepared).to(getattr(torch, encoder.precision))
    in_network = processor_ms(lambda: tower(encoder, batch), BATCH)
    sized = processor_ms(lambda: [preprocessing.prepare(image) for image in decoded], len(paths))
    return {
        "read and decode": processor_ms(
            lambda: [decode_image(path.read_bytes()) for path in paths], len(paths)
        ),
        "resize": sized,
        "normalize": processor_ms(lambda: preprocessing.normalize(prepared), BATCH),
        "network: products at the matrix rate": in_network * share,
        "network: all else": in_network * (1 - share),
    }


def largest_operations(encoder: ClipEncoder) -> str:
    """Say which operations of the network take the most, on one core."""
    batch = torch.rand(BATCH, 3, 224, 224).to(getattr(torch, encoder.precision))
    with torch.profiler.profile() as profile:
        tower(encoder, batch)
    found = sorted(profile.key_averages(), key=lambda event: -event.self_cpu_time_total)[:6]
    total = sum(event.self_cpu_time_total for event in profile.key_averages())
    return ", ".join(
        f"{event.key.removeprefix('aten::')} {event.self_cpu_time_total / total:.0%}"
        for event in found
    )


def grey_levels_apart(paths: Sequence[Path]) -> float:
    """Return the largest difference to open_clip's own preparation, in grey levels."""
    settings = PreprocessCfg()
    ours, theirs = Preprocessing(asdict(settings)), image_transform_v2(settings, False)
    std = torch.tensor(settings.std).reshape(-1, 1, 1)
    largest = 0.0
    for path in paths:
        image = decode_image(path.read_bytes())
        apart = ours.normalize(ours.prepare(image)[None])[0] - theirs(image)
        largest = max(largest, float((apart.abs() * std).max() * 255))
    return largest


def neighbours_kept(one: NDArray[np.float32], other: NDArray[np.float32], k: int = 10) -> float:
    """Return the share of the k nearest neighbours that two sets of vectors have in common."""
    found = []
    for vectors in (one, other):
        similarity = vectors @ vectors.T - 4 * np.eye(len(vectors), dtype=np.float32)
        found.append(np.argsort(-similarity, axis=1)[:, :k])
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(*found, strict=True)]))


def device_rates(
    model: str, device: str, paths: Sequence[Path], batch_size: int | None = None
) -> dict[str, float]:
    """Return images a second end to end, decoded alone and encoded alone, and a cosine.

    The cosine is the least between the vectors of this device and those of the CPU in float32.
    """
    encoder = ClipEncoder(model, None, device)
    images = image_set(paths)
    size = batch_size or default_batch_size(encoder.device)
    encoder.encode_images(images[:size], batch_size=size, store=False)  # Warms up.

    preprocessing = encoder._clip.preprocessing
    prepared = [preprocessing.prepare(image) for image in images[:size]]
    with ThreadPoolExecutor(n_cores()) as pool:
        seconds = in_turn(
            {
                "end to end": lambda: encoder.encode_images(images, batch_size=size, store=False),
                "decoding alone": lambda: list(
                    pool.map(lambda row: preprocessing.prepare(images[row]), range(len(images)))
                ),
            },
            3,
        )
    times = max(4 * n_cores(), 8)
    alone = in_turn(
        {
            "network": lambda: in_threads(
                lambda: encoder._clip.encode_batch(prepared, size),
                times,
            )
        },
        3,
    )["network"]
    few = images[: min(len(images), 64)]
    reference = ClipEncoder(model, None, "cpu", precision="float32").encode_images(few, store=False)
    here = encoder.encode_images(few, batch_size=size, store=False)
    cosines = (here.vectors * reference.vectors).sum(axis=1)
    rates = {name: len(images) / statistics.median(each) for name, each in seconds.items()}
    network = times * len(prepared) / statistics.median(alone)
    return rates | {"network alone": network, "least cosine": float(cosines.min())}


def measure_device(device: str, n_reads: int, batch_size: int | None = None) -> None:
    """Print what a GPU does with two models."""
    if device.startswith("cuda") and not torch.cuda.is_available():
        print(f"There is no {device} on this machine: nothing was measured.")
        return
    name = torch.cuda.get_device_name(device) if device.startswith("cuda") else device
    for model in ("ViT-B-32", "ViT-L-14"):
        rates = device_rates(model, device, photograph_paths(n_reads), batch_size)
        bound = "decoding" if rates["decoding alone"] < rates["network alone"] else "the network"
        print(
            f"{model} on {name}, {best_precision(device)}: {rates['end to end']:,.0f} images a "
            f"second; decoding alone {rates['decoding alone']:,.0f} on {n_cores()} cores, the "
            f"network alone {rates['network alone']:,.0f}: {bound} holds it up. Least cosine to "
            f"float32 on the CPU: {rates['least cosine']:.5f}"
        )


def measure_cpu(n_reads: int, repeats: int) -> None:
    """Print all figures of the CPU."""
    torch.set_num_threads(1)
    paths = photograph_paths(n_reads)
    distinct = sorted(set(paths))
    images, few = image_set(paths), image_set(distinct)
    usable = [name for name in BARS if name == "float32" or best_precision("cpu") == name]
    encoders = {name: ClipEncoder(MODEL, None, "cpu", precision=name) for name in usable}

    def encode(name: str) -> Callable[[], object]:
        return lambda: encoders[name].encode_images(images, store=False)

    sides: dict[str, Callable[[], object]]
    sides = {f"one at a time, {name}": one_at_a_time(paths, name) for name in ACTIVATIONS}
    sides |= {name: encode(name) for name in usable}
    seconds = in_turn(sides, repeats)
    print(f"{n_reads:,} photographs to vectors, {n_cores()} cores, milliseconds an image:")
    for side, each in seconds.items():
        print(f"  {side:<26} {spread([1000 * one / n_reads for one in each])}")

    shares = {name: share_of_matrix_rate(encoders[name], repeats) for name in usable}
    for name in usable:
        share = statistics.median(shares[name])
        spent = parts(encoders[name], distinct, share)
        print(f"\n{name}, milliseconds of one core for an image:")
        for part, milliseconds in spent.items():
            print(f"  {part:<38} {milliseconds:>7.2f}")
        print(f"  {'together':<38} {sum(spent.values()):>7.2f}")
        print(f"  the network's time goes to: {largest_operations(encoders[name])}")

    vectors = {name: encoders[name].encode_images(few, store=False).vectors for name in usable}
    print(
        "\ngrey levels from open_clip's own preparation, at most: "
        f"{grey_levels_apart(distinct):.2f}"
    )
    for name in usable[1:]:
        share = neighbours_kept(vectors["float32"], vectors[name])
        print(
            f"{name} keeps {share:.1%} of the 10 nearest neighbours of {len(distinct)} photographs "
            "(at least 99 %; random weights)"
        )
    for name in usable:
        share = statistics.median(shares[name])
        study, own = (
            spread([a / b for a, b in zip(seconds[side], seconds[name], strict=True)], 2)
            for side in list(sides)[: len(ACTIVATIONS)]
        )
        print(
            f"{name}: {study} times as fast as one at a time (at least {BARS[name]}), {own} with "
            f"the same activation; the tower at {share:.0%} of the matrix rate (at least "
            f"{BAR_TOWER:.0%})"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, help="images at once on a GPU")
    options = parser.parse_args()
    if options.device == "cpu":
        measure_cpu(options.reads, options.repeats)
    else:
        measure_device(options.device, options.reads, options.batch)


if __name__ == "__main__":
    main()
