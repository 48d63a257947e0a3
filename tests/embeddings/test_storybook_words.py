"""The listed words have the tokens of CLIP's own tokenizer, and all others are refused in words."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from cliplab.embeddings.byte_pairs import BytePairs
from cliplab.embeddings.storybook_words import WORDS, StorybookWords
from cliplab.embeddings.text_encoder import StorybookTextEncoder
from cliplab.embeddings.tokens import TooLongError, UnknownWordError
from cliplab.sources.storybook import OBJECTS, caption, sample_scene

TEXTS = ["a red fish", "A Snail, at the BEACH", "look, something blue in outer space"]


@pytest.fixture
def without_open_clip(monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)


def test_every_listed_word_has_the_tokens_of_clip():
    pairs = BytePairs(16)
    known = json.loads(WORDS.read_text(encoding="utf-8"))
    assert len(known) > 100
    assert known == {word: pairs.encode(word) for word in known}


def test_captions_that_were_never_drawn_before_are_split_as_by_clip():
    pairs, words, random = BytePairs(16), StorybookWords(16), np.random.default_rng(1)
    for index in range(300):
        text = caption(sample_scene(99, index), random)
        assert words.encode(text) == pairs.encode(text), text
    assert (words.start, words.end) == (pairs.start, pairs.end)


def test_vectors_are_the_same_without_open_clip(monkeypatch):
    with_it = StorybookTextEncoder().encode_texts(TEXTS).vectors
    monkeypatch.setitem(sys.modules, "open_clip", None)
    np.testing.assert_array_equal(StorybookTextEncoder().encode_texts(TEXTS).vectors, with_it)
    named = StorybookTextEncoder().encode_texts([f"a photo of a {each}" for each in OBJECTS])
    assert len(named) == 16


@pytest.mark.parametrize("word", ["sailboat", "7", "東京", "<b>", "fish's", "x_y"])
def test_another_word_is_named_with_the_line_that_brings_it(without_open_clip, word):
    with pytest.raises(UnknownWordError, match=r"`texts` must have only words .*cliplab\[clip\]"):
        StorybookTextEncoder().encode_texts([f"a red {word}"])


def test_a_text_that_is_too_long_is_refused_here_too(without_open_clip):
    with pytest.raises(TooLongError, match="at most 16 tokens"):
        StorybookTextEncoder().encode_texts(["a red fish " * 6])
