"""Train the storybook CLIP: a small CLIP that knows the storybook and nothing else.

Usage: python tools/train_storybook_clip.py [--steps 3000] [--device auto] [--output DIR]

Draws images with the storybook, writes captions with its grammar, and trains open_clip's own
model with open_clip's own loss. Seeds are fixed. On a processor it takes one core about an
hour, on a GPU a few minutes. Writes the weights and their configuration to DIR, by default into the
package. Then `tools/measure_storybook_clip.py` measures it and writes the model card.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tqdm import tqdm

from cliplab.sources.storybook import Scene, caption, draw_scene, sample_scene

HERE = Path(__file__).parents[1] / "cliplab" / "models" / "storybook"
SIDE = 64
MODEL: dict[str, Any] = {
    "embed_dim": 128,
    "vision_cfg": {
        "image_size": SIDE, "layers": 4, "width": 128, "head_width": 32, "patch_size": 8,
    },
    "text_cfg": {
        "context_length": 16, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2,
    },
}  # fmt: skip
PREPROCESSING: dict[str, Any] = {
    "mean": list(open_clip.OPENAI_DATASET_MEAN),
    "std": list(open_clip.OPENAI_DATASET_STD),
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}
# A seed of its own: load_storybook's default book and the tests' fresh ones are never trained on.
SEED = 20_261_124
BATCH_SIZE = 256
LEARNING_RATE = 1.5e-3
WEIGHT_DECAY = 0.05
# Hiding half of the patches halves the work (Li et al. 2023, FLIP); the end is trained on whole
# images again.
HIDDEN_PATCHES = 0.5
SHARE_WITH_HIDDEN = 0.7
SHIFT = 4


def draw(index: int) -> tuple[Scene, NDArray[np.uint8]] | None:
    """Draw a training image, or return None where its pair of object and colour is held out."""
    scene = sample_scene(SEED, index)
    return None if scene.held_out else (scene, np.asarray(draw_scene(scene, SIDE)))


def draw_book(n_images: int) -> tuple[list[Scene], NDArray[np.uint8]]:
    """Draw all training images, on every core."""
    with ProcessPoolExecutor() as pool:
        drawn = pool.map(draw, range(n_images), chunksize=256)
        pages = [page for page in tqdm(drawn, "drawing", n_images) if page is not None]
    return [scene for scene, _ in pages], np.stack([image for _, image in pages])


def batches(
    scenes: list[Scene], images: NDArray[np.uint8], steps: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield images, mirrored and shifted at random, with captions in new words each time."""
    rng = np.random.default_rng(SEED)
    tokenize = open_clip.SimpleTokenizer(context_length=MODEL["text_cfg"]["context_length"])
    mean, std = (torch.tensor(PREPROCESSING[name])[:, None, None] for name in ("mean", "std"))
    order = np.concatenate(
        [rng.permutation(len(scenes)) for _ in range(-(-steps * BATCH_SIZE // len(scenes)))]
    )
    for step in range(steps):
        rows = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        chosen = images[rows]
        mirrored = rng.random(len(rows)) < 0.5
        chosen[mirrored] = chosen[mirrored, :, ::-1]
        padded = np.pad(chosen, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), "edge")
        down, right = rng.integers(2 * SHIFT + 1, size=2)
        chosen = padded[:, down : down + SIDE, right : right + SIDE]
        batch = torch.from_numpy(np.ascontiguousarray(chosen.transpose(0, 3, 1, 2))) / 255
        yield (batch - mean) / std, tokenize([caption(scenes[row], rng) for row in rows])


def train(steps: int, n_images: int, device: torch.device, threads: int) -> open_clip.CLIP:
    """Train from random weights; equal seed, device and number of threads give equal weights."""
    scenes, images = draw_book(n_images)
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    vision = MODEL["vision_cfg"] | {"patch_dropout": HIDDEN_PATCHES}
    model = open_clip.CLIP(**MODEL | {"vision_cfg": vision}).to(device).train()
    decayed = [weight for weight in model.parameters() if weight.ndim >= 2]
    others = [weight for weight in model.parameters() if weight.ndim < 2]
    groups: list[dict[str, Any]] = [{"params": decayed}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(
        groups, lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.08
    )
    contrast = open_clip.ClipLoss()
    progress = tqdm(batches(scenes, images, steps), "training", steps, mininterval=10)
    for step, (batch, texts) in enumerate(progress):
        if step == round(SHARE_WITH_HIDDEN * steps):
            model.visual.patch_dropout = torch.nn.Identity()
        # On a processor without bfloat16 it would be emulated, at a fifteenth of the speed.
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            outputs = model(batch.to(device), texts.to(device))
        loss = contrast(outputs[0].float(), outputs[1].float(), outputs[2])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, np.log(100))
        progress.set_postfix(loss=f"{loss.item():.3f}")
    return model.cpu().eval()


def save(model: open_clip.CLIP, folder: Path, about: dict[str, str]) -> None:
    """Write weights and configuration as open_clip reads them from a local directory."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: weight.to(torch.float16).contiguous() if weight.is_floating_point() else weight
        for name, weight in model.state_dict().items()
    }
    save_file(weights, folder / "open_clip_model.safetensors", metadata=about)
    configuration = {"model_cfg": MODEL, "preprocess_cfg": PREPROCESSING}
    text = json.dumps(configuration, indent=2) + "\n"
    (folder / "open_clip_config.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--device", default="auto")
    # Two are a third faster on an idle machine, and several times slower on a busy one.
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, default=HERE)
    arguments = parser.parse_args()
    name = arguments.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    began = time.monotonic()
    model = train(arguments.steps, arguments.images, torch.device(name), arguments.threads)
    minutes = (time.monotonic() - began) / 60
    about = {
        "steps": f"{arguments.steps}",
        "batch size": f"{BATCH_SIZE}",
        "pictures drawn": f"{arguments.images}",
        "device": name if name != "cpu" else f"cpu, threads: {arguments.threads}",
        "minutes": f"{minutes:.0f}",
        "torch": torch.__version__,
        "open_clip": open_clip.__version__,
    }
    save(model, arguments.output, about)
    print(f"trained in {minutes:.0f} minutes: {arguments.output}")


if __name__ == "__main__":
    main()
