"""A text that is longer than a model reads is refused, and not cut silently."""

from __future__ import annotations

import numpy as np
import pytest
from open_clip.tokenizer import SimpleTokenizer

from cliplab import ClipEncoder, load_storybook, name_clusters, rank_by_text, sweep_clusters
from cliplab.embeddings.tokens import count_tokens, require_tokens

LONG = "a red car in the city and a green fish at sea and a blue cat"  # 16 words


@pytest.fixture(scope="module")
def encoder():
    return ClipEncoder("storybook", device="cpu")


@pytest.mark.parametrize(
    "text", ["", "a red car", "Sansevieria trifasciata!!", LONG, "früh am Morgen"]
)
def test_tokens_are_counted_as_the_tokenizer_makes_them(text):
    tokenizer = SimpleTokenizer()
    tokens = tokenizer([text])[0]

    assert count_tokens(text, tokenizer) == int(tokens.argmax()) + 1  # The end has the highest id.


def test_a_text_is_refused_where_the_tokenizer_would_cut_it():
    tokenizer = SimpleTokenizer()
    for n_words in (70, 75, 76, 200):
        text = "car " * n_words
        is_cut = not np.array_equal(tokenizer([text])[0], tokenizer([text], 300)[0, :77])
        assert is_cut == (n_words > 75)
        if is_cut:
            with pytest.raises(
                ValueError, match=rf"at most 77 tokens .* which has {n_words + 2}\."
            ):
                require_tokens(text, tokenizer, "ViT-B-32")
        else:
            require_tokens(text, tokenizer, "ViT-B-32")


class _Words:
    """As the tokenizers of transformers that open_clip wraps: a token for each word, and an end."""

    def __init__(self, text):
        self.input_ids = [*text.split(), "end"]


class _Wrapped:
    context_length = 4
    tokenizer = _Words

    @staticmethod
    def clean_fn(text):
        return text.replace(",", "")


def test_tokens_of_other_tokenizers_are_counted_after_their_cleaning():
    assert count_tokens("a , red car", _Wrapped()) == 4
    require_tokens("a , red car", _Wrapped(), "another")
    with pytest.raises(ValueError, match=r"at most 4 tokens each, all that another reads\. Got 'a"):
        require_tokens("a big red car", _Wrapped(), "another")


def test_the_storybook_reads_sixteen_tokens(encoder):
    fits = LONG.rsplit(" ", 2)[0]

    assert len(encoder.encode_texts([fits])) == 1
    words = (
        r"`texts` must be of at most 16 tokens each, all that storybook reads\. "
        r"Got 'a red car in the city and a green fish …' instead, which has 18\."
    )
    with pytest.raises(ValueError, match=words):
        encoder.encode_texts(["a cat", LONG])


@pytest.mark.slow
def test_a_long_text_is_refused_in_words_queries_and_templates(encoder):
    embeddings = encoder.encode_images(load_storybook(n_images=30), store=False)
    clustering = sweep_clusters(embeddings, [3])[3]
    with pytest.raises(ValueError, match="at most 16 tokens"):
        rank_by_text(LONG, embeddings, encoder)
    with pytest.raises(ValueError, match="at most 16 tokens"):
        name_clusters(clustering, encoder, ["cat", LONG])
    with pytest.raises(ValueError, match="at most 16 tokens"):
        name_clusters(clustering, encoder, templates=[LONG + " and a {}"])
