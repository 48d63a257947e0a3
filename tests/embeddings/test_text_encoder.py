"""The storybook's text half without torch: the same vectors, in a fraction of time and memory."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from cliplab import ClipEncoder, Embeddings
from cliplab.embeddings.text_encoder import StorybookTextEncoder
from cliplab.embeddings.tokens import TooLongError

TEXTS = [
    "a red fish",
    "a",
    "A photo of a Purple elephant, in the snowy mountains at sunset!",
    "café 🦊 &amp; sansevieria",
    "<end_of_text> car",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
]


def test_texts_have_the_vectors_of_open_clip():
    whole = ClipEncoder("storybook", device="cpu", precision="float32").encode_texts(TEXTS)
    half = StorybookTextEncoder().encode_texts(TEXTS)
    np.testing.assert_allclose(half.vectors, whole.vectors, atol=1e-5)
    assert half.model == whole.model
    assert half.provenance["pretrained"] == whole.provenance["pretrained"]


def test_a_text_has_the_same_vector_whatever_is_beside_it():
    encoder = StorybookTextEncoder()
    alone = np.vstack([encoder.encode_texts([text]).vectors for text in TEXTS])
    assert np.array_equal(encoder.encode_texts(TEXTS).vectors, alone)


@pytest.mark.parametrize("texts", ["a red fish", []])
def test_a_list_of_texts_is_needed(texts):
    with pytest.raises(ValueError, match="`texts` must be a list of at least one text"):
        StorybookTextEncoder().encode_texts(texts)


def test_a_text_of_more_than_sixteen_tokens_is_refused():
    with pytest.raises(TooLongError, match="at most 16 tokens each, all that storybook reads"):
        StorybookTextEncoder().encode_texts(["a cat", "fish " * 15])
    assert len(StorybookTextEncoder().encode_texts(["fish " * 14])) == 1


@pytest.mark.parametrize(
    ("model", "pretrained", "fits"),
    [
        ("storybook", "storybook", True),
        ("storybook", "None", False),
        ("ViT-B-32", "storybook", False),
        ("unknown", None, False),
    ],
)
def test_it_fits_vectors_of_the_storybook_s_clip_with_its_own_weights(model, pretrained, fits):
    provenance = {} if pretrained is None else {"pretrained": pretrained}
    assert StorybookTextEncoder.fits(Embeddings(np.eye(3), model, provenance)) is fits


@pytest.mark.slow
def test_it_needs_no_torch():
    program = (
        "import sys\n"
        "from cliplab.embeddings.text_encoder import StorybookTextEncoder\n"
        "StorybookTextEncoder().encode_texts(['a red fish'])\n"
        "print({'torch', 'open_clip'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "set()", done.stderr
