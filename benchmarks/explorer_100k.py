"""The Explorer on 100,000 points in a real browser: how long it takes to open, and to move k.

Usage: PYTHONPATH=tools OMP_NUM_THREADS=1 python benchmarks/explorer_100k.py
           [--images 100000] [--features 64] [--folder DIR] [--rounds 2] [--screenshots DIR]

Vectors, projection and sweep are at hand: they are made once and kept in `--folder`, and how long
that took is printed too. The images are drawn: a number on the colour of its group. Chromium draws
in software. Opening runs from the cell's start to the painted plots; a move of k from the key's
event in the page to the kernel's message, and to the frame after the last painting; a hover from
the mouse's arrival at a point to the picture in the tooltip.
"""

from __future__ import annotations

import argparse
import colorsys
import io
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

OPEN_S, ARRIVE_S, PAINT_S = 10.0, 0.5, 3.0
N_GROUPS = 12
PREPARE = """\
import sys
sys.path.insert(0, {here!r})
from explorer_100k import load
from cliplab import Explorer
images, embeddings, sweep, projection = load({folder!r})"""
SHOW = """\
explorer = Explorer(images, embeddings, projection, sweep)
explorer"""


def make(folder: Path, n_images: int, n_features: int) -> None:
    """Draw images and vectors, cluster them for every k, and keep all of it in a folder."""
    from cliplab import Embeddings, sweep_clusters

    random = np.random.default_rng(0)
    groups = random.choice(N_GROUPS, n_images, p=random.dirichlet(np.full(N_GROUPS, 4.0)))
    spread = 0.3 * np.sqrt(64 / n_features)
    centers = random.normal(size=(N_GROUPS, n_features))
    centers /= np.linalg.norm(centers, axis=1, keepdims=True) / 2
    vectors = centers[groups] + spread * random.normal(size=(n_images, n_features))
    places = 14 * random.normal(size=(N_GROUPS, 2))
    coordinates = places[groups] + 2 * random.normal(size=(n_images, 2))
    began = time.monotonic()
    sweep = sweep_clusters(Embeddings(vectors), range(2, 21))
    print(f"sweep of {n_images:,} × {n_features}: {time.monotonic() - began:.0f} s", flush=True)
    draw(groups).save_to_disk(folder / "images")
    values: dict[str, Any] = {
        "vectors": vectors.astype(np.float32),
        "coordinates": coordinates.astype(np.float32),
        "labels": np.array([each.cluster_labels for each in sweep.clusterings], dtype=np.int8),
        "silhouettes": np.array([each.silhouettes for each in sweep.clusterings]),
        "inertias": sweep.inertias,
    }
    every_center = {f"centers_{each.n_clusters}": each.centers for each in sweep.clusterings}
    np.savez(folder / "values.npz", allow_pickle=False, **values, **every_center)


def draw(groups: np.ndarray) -> Any:
    """Draw a small picture for each image: its number on the colour of its group."""
    import datasets
    from PIL import Image, ImageDraw

    colors = [
        tuple(int(255 * part) for part in colorsys.hsv_to_rgb(i / N_GROUPS, 0.6, 0.8))
        for i in range(N_GROUPS)
    ]
    files = []
    for i, group in enumerate(groups):
        picture = Image.new("RGB", (48, 48), colors[group])
        ImageDraw.Draw(picture).text((4, 18), str(i), fill="white")
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG")
        files.append({"bytes": buffer.getvalue(), "path": None})
    names = datasets.ClassLabel(names=[f"group {i}" for i in range(N_GROUPS)])
    kinds = {"image": datasets.Image(), "image_id": datasets.Value("string"), "class_label": names}
    columns = {
        "image": files,
        "image_id": [f"drawn-{i:06}" for i in range(len(groups))],
        "class_label": groups,
    }
    return datasets.Dataset.from_dict(columns, features=datasets.Features(kinds))


def load(folder: str) -> tuple[Any, ...]:
    """Return images, embeddings, sweep and projection from a folder."""
    import datasets

    from cliplab import Clustering, ClusterSweep, Embeddings, ImageSet, Projection

    kept = np.load(Path(folder) / "values.npz")
    clusterings = tuple(
        Clustering(labels, kept[f"centers_{labels.max() + 1}"], inertia, silhouettes)
        for labels, silhouettes, inertia in zip(
            kept["labels"], kept["silhouettes"], kept["inertias"], strict=True
        )
    )
    images = ImageSet(datasets.load_from_disk(str(Path(folder) / "images")))
    projection = Projection(kept["coordinates"], "drawn")
    return images, Embeddings(kept["vectors"]), ClusterSweep(clusterings), projection


def hover(notebook: Any, row: int) -> float:
    """Move the mouse to an image in the scatter; return the seconds until its picture is there."""
    columns = notebook.evaluate("const {x, y} = data_of('images'); return [x[arg], y[arg]]", row)
    x, y = notebook.point("scatter", *columns)
    notebook.page.mouse.move(0, 0)
    notebook.page.wait_for_timeout(200)
    notebook.page.mouse.move(x - 3, y)
    notebook.page.mouse.move(x, y)
    began = time.monotonic()
    notebook.page.locator("div[style*='url(data:image']").first.wait_for(state="visible")
    return time.monotonic() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--features", type=int, default=64)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--screenshots", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "values.npz").exists():
            make(folder, options.images, options.features)
        measure(folder, Path(scratch), options.rounds, options.screenshots)


def measure(folder: Path, scratch: Path, rounds: int, screenshots: Path | None) -> None:
    """Open the Explorer some times, move k through all values, and hover."""
    from lab import running_lab
    from screen import Move, move_k, open_explorer, wait_at_rest, watch

    prepare = PREPARE.format(here=str(Path(__file__).parent), folder=str(folder))
    opened: list[float] = []
    moves: list[Move] = []
    hovers: list[float] = []
    print(
        f"{'round':>5} {'opened':>8} {'arrives':>14} {'painted':>14} {'kB a move':>10} {'hover':>7}"
    )
    with running_lab() as lab:
        for number in range(rounds):
            notebook = open_explorer(lab, scratch, SHOW, prepare)
            notebook.run(0)
            began = time.monotonic()
            notebook.evaluate(
                "panel.content.activeCellIndex = 1; app.commands.execute('notebook:run-cell')"
            )
            notebook.wait_for(
                "doc?.is_idle && view_of('scatter')?.el.getBoundingClientRect().width > 0"
            )
            opened.append(time.monotonic() - began)
            notebook.wait_painted()
            notebook.evaluate("cells[1].node.scrollIntoView()")
            watch(notebook)
            move_k(notebook, "Home", 2000)
            some = [move_k(notebook, "ArrowRight", 1000) for _ in range(18)]
            some_hovers = [hover(notebook, row) for row in (7, 4_000, 5_000)]
            moves += some
            hovers += some_hovers
            came = [move.arrived or 0 for move in some]
            print(
                f"{number + 1:>5} {opened[-1]:>6.1f} s {spread(came):>14} "
                f"{spread([m.painted for m in some]):>14} "
                f"{np.median([m.kilobytes for m in some]):>10.0f} {max(some_hovers):>5.2f} s",
                flush=True,
            )
            if screenshots:
                notebook.screenshot(screenshots / f"round{number}.png")
            wait_at_rest(notebook)
            notebook.close()
    arrived = max(move.arrived or 0 for move in moves) / 1000
    painted = max(move.painted for move in moves) / 1000
    print(
        f"load {os.getloadavg()[0]:.1f}; at worst opened in {max(opened):.1f} s (at most "
        f"{OPEN_S:.0f}), k reaches the browser in {arrived:.2f} s (at most {ARRIVE_S}), painted in "
        f"{painted:.2f} s (at most {PAINT_S:.0f}), a hover shows its picture in {max(hovers):.2f} s"
    )


def spread(milliseconds: list[float]) -> str:
    """Return median and most, in seconds."""
    return f"{np.median(milliseconds) / 1000:.2f}, {max(milliseconds) / 1000:.2f} s"


if __name__ == "__main__":
    main()
