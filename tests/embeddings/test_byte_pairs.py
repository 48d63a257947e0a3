"""The tokenizer without torch splits every text as open_clip's does."""

from __future__ import annotations

import numpy as np
import pytest
from open_clip.tokenizer import SimpleTokenizer

from cliplab.embeddings.byte_pairs import BytePairs
from cliplab.evaluation.naming.vocabulary import default_vocabulary


@pytest.fixture(scope="module")
def pairs():
    return BytePairs(16)


@pytest.fixture(scope="module")
def tokenizer():
    return SimpleTokenizer()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "A  red\tCAR\n",
        "the cat's whiskers don't move, it'll 'RE",
        "fish &amp;amp; chips &lt;b&gt;",
        "<img src=x onerror=alert(1)>",
        "<end_of_text> and <|endoftext|> and <start_of_text>",
        "Sansevieria trifasciata!!",
        "früh am Morgen, naïve, â€œbrokenâ€\x9d",
        "東京の赤い車 🦊🦊 ١٢٣ ½",
        "a\u0301 decomposed, zero\u200bwidth, \u2028 line",
        "1234567890 3.14 x_y",
    ],
)
def test_a_text_is_split_as_by_open_clip(pairs, tokenizer, text):
    assert pairs.encode(text) == tokenizer.encode(text)


def test_everyday_words_and_random_characters_are_split_as_by_open_clip(pairs, tokenizer):
    random = np.random.default_rng(0)
    alphabets = [(32, 127), (0xA0, 0x500), (0x3040, 0x30FF), (0x1F300, 0x1F600)]
    texts = list(default_vocabulary("ViT-B-32").words)
    for _ in range(300):
        low, high = alphabets[random.integers(4)]
        letters = [*random.integers(low, high, size=8), 32, *random.integers(32, 127, 4)]
        texts.append("".join(map(chr, random.permutation(letters))))
    assert [text for text in texts if pairs.encode(text) != tokenizer.encode(text)] == []


def test_start_and_end_are_those_of_open_clip(pairs, tokenizer):
    assert [pairs.start, pairs.end] == tokenizer.all_special_ids
