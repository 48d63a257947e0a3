"""Measure the storybook CLIP on images that it has never seen, and write its model card.

Usage: python tools/measure_storybook_clip.py

Every figure on the card is measured here or comes from the metadata of the weights.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from cliplab import ClipEncoder, Embeddings, class_agreement, load_storybook, sweep_clusters
from cliplab.embeddings.loading import STORYBOOK
from cliplab.sources.storybook import COLORS, HELD_OUT_PAIRS, OBJECTS, PLACES

FRESH_SEED = 77
N_FRESH = 2000
PROMPTS = {
    "object": ("a {}", "a photo of a {}", "a picture of a {}"),
    "color": ("a {} thing", "something {}"),
    "place": ("the {}", "a picture of the {}"),
}
# What the training wrote into the weights.
FACTS = ("pictures drawn", "steps", "batch size", "device", "minutes", "torch", "open_clip")
NAMES = {"object": OBJECTS, "color": tuple(COLORS), "place": tuple(PLACES)}


def zero_shot(encoder: ClipEncoder, images: Embeddings, factor: str) -> NDArray[np.str_]:
    """Return for each image the nearest word of a factor, each word averaged over some prompts."""
    means = []
    for name in NAMES[factor]:
        texts = encoder.encode_texts([prompt.format(name) for prompt in PROMPTS[factor]])
        means.append(texts.vectors.mean(axis=0))
    words = Embeddings(np.stack(means))
    nearest: NDArray[np.str_] = np.array(NAMES[factor])[
        (images.vectors @ words.vectors.T).argmax(axis=1)
    ]
    return nearest


def nearest_pair(encoder: ClipEncoder, images: Embeddings) -> list[tuple[str, str]]:
    """Return for each image the nearest pair of object and colour, out of all pairs."""
    pairs = list(product(OBJECTS, COLORS))
    texts = encoder.encode_texts([f"a {color} {name}" for name, color in pairs])
    return [pairs[i] for i in (images.vectors @ texts.vectors.T).argmax(axis=1)]


def accuracies(encoder: ClipEncoder) -> dict[str, dict[str, float]]:
    """Return the accuracy on new images: on all, on trained pairs, on held-out pairs."""
    images = load_storybook(N_FRESH, random_state=FRESH_SEED)
    embeddings = encoder.encode_images(images)
    table = images.to_pandas()
    right = {
        factor: zero_shot(encoder, embeddings, factor) == table[factor].to_numpy()
        for factor in PROMPTS
    }
    truth = list(zip(table["object"], table["color"], strict=True))
    found = nearest_pair(encoder, embeddings)
    right["pair"] = np.array([a == b for a, b in zip(found, truth, strict=True)])
    held_out = table["held_out"].to_numpy(dtype=bool)
    groups = {"all": np.ones_like(held_out), "trained": ~held_out, "held out": held_out}
    return {
        group: {factor: float(values[rows].mean()) for factor, values in right.items()}
        for group, rows in groups.items()
    }


def agreements(encoder: ClipEncoder) -> dict[str, float]:
    """Return the agreement of clusters of the default thousand images with each factor."""
    images = load_storybook(1000)
    clustering = sweep_clusters(encoder.encode_images(images))[len(OBJECTS)]
    return {
        factor: class_agreement(images.with_classes(factor), clustering).adjusted_mutual_info
        for factor in PROMPTS
    }


def card(encoder: ClipEncoder) -> str:
    """Write the model card."""
    weights = STORYBOOK / "open_clip_model.safetensors"
    with safe_open(weights, "np") as file:
        training = file.metadata()
    shares, agreement = accuracies(encoder), agreements(encoder)
    rows = [
        f"| {group} | " + " | ".join(f"{share:.1%}" for share in values.values()) + " |"
        for group, values in shares.items()
    ]
    pairs = ", ".join(f"{color} {name}" for name, color in sorted(HELD_OUT_PAIRS))
    facts = "\n".join(f"- {name}: {training[name]}" for name in FACTS)
    clusters = ", ".join(f"{factor} {value:.2f}" for factor, value in agreement.items())
    size = f"{weights.stat().st_size / 1e6:.1f}"
    n_pairs = len(OBJECTS) * len(COLORS)
    table = "\n".join(rows)
    return f"""# The storybook CLIP

A small CLIP that knows the storybook and **nothing outside the storybook**. It ships with
cliplab so that the first lesson needs no network: `ClipEncoder("storybook")`. It encodes
a photograph too, but that vector means next to nothing: for photographs use another CLIP, for
example `ClipEncoder("ViT-B-32")`.

## What it is

open_clip's model and loss. Images: 64 × 64 pixels in patches of 8, four layers of width
128. Texts: 16 tokens, two layers of width 64. {size} MB in float16, most of it token embeddings.

## What it was trained on

Images and captions as of `load_storybook`, drawn with a seed that nothing else uses. Images were
mirrored and shifted at random, captions worded anew each time. Eight pairs of object and colour
were left out: {pairs}.
The column `held_out` of `load_storybook` marks them.

{facts}

`tools/train_storybook_clip.py` trains it again, `tools/measure_storybook_clip.py` measures it and
writes this card.

## What it can do

Zero-shot by text on {N_FRESH:,} images of another seed ({FRESH_SEED}): the share for which the
nearest text is the right one, of {len(OBJECTS)} objects, {len(COLORS)} colours and
{len(PLACES)} places. A pair is found on its own: which of {n_pairs} texts such
as "a red fish" is nearest. Its score can be higher than that of object, because its texts say more.

| images | object | colour | place | pair |
|---|---|---|---|---|
{table}

K-means with k = {len(OBJECTS)} on the default thousand images agrees with the known factors
(adjusted mutual information): {clusters}.

## Limits

It has seen one object in each image, eight colours, eight places and the words of one small
grammar. It cannot count, read, or distinguish left from right, and knows nothing that is not in
the storybook. Licence: BSD-3-Clause, as the package.
"""


def main() -> None:
    """Measure and write."""
    text = card(ClipEncoder("storybook"))
    (STORYBOOK / "README.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
