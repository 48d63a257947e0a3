"""List the words of the storybook's captions with their tokens, for where there is no open_clip.

Usage: python tools/list_storybook_words.py
"""

from __future__ import annotations

import json

import numpy as np

from cliplab.embeddings.byte_pairs import BytePairs
from cliplab.embeddings.storybook_words import PIECES, WORDS
from cliplab.evaluation.naming.vocabulary import default_templates
from cliplab.sources.storybook import COLORS, OBJECTS, PLACES, caption, sample_scene

_N_CAPTIONS = 20_000
# Which articles and plurals a search has, though no caption may.
_MORE = ("a", "an", "the", "and", "or", "with", "two", "colour", "color", "scene", "animal", "day")


def words_of_the_captions() -> list[str]:
    """Return every word and mark that captions and the package's own prompts have."""
    random = np.random.default_rng(0)
    scenes = (sample_scene(0, index, painted_words=0.5) for index in range(_N_CAPTIONS))
    texts = [caption(scene, random) for scene in scenes]
    texts += [*OBJECTS, *COLORS, *PLACES, *default_templates("storybook"), *_MORE]
    texts += [f"{each}s" for each in OBJECTS if each[-1] not in "hsy"]
    return sorted({word for text in texts for word in PIECES.findall(text.lower())} - {"{}"})


def main() -> None:
    """Write the list, a word a line."""
    pairs = BytePairs(context_length=16)
    rows = (f"{json.dumps(word)}: {pairs.encode(word)}" for word in words_of_the_captions())
    WORDS.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    print(WORDS)


if __name__ == "__main__":
    main()
