"""What the shipped CLIP has learned. The tests fail if its weights, or the drawings, change."""

import json

import numpy as np
import pytest
from measure_storybook_clip import NAMES, PROMPTS, agreements, nearest_pair, zero_shot

from cliplab import ClipEncoder, load_storybook
from cliplab.embeddings.loading import STORYBOOK


@pytest.fixture(scope="module")
def encoder():
    return ClipEncoder("storybook", device="cpu")


@pytest.fixture(scope="module")
def fresh():
    return load_storybook(n_images=500, random_state=4711)


@pytest.fixture(scope="module")
def embeddings(encoder, fresh):
    return encoder.encode_images(fresh)


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "bar"), [("object", 0.95), ("color", 0.95), ("place", 0.97)])
def test_zero_shot_classification_of_new_images_is_right(encoder, fresh, embeddings, factor, bar):
    found = zero_shot(encoder, embeddings, factor)
    assert (found == fresh.to_pandas()[factor]).mean() >= bar


@pytest.mark.slow
def test_captions_find_their_images(encoder, fresh, embeddings):
    table = fresh.to_pandas()
    captions = sorted(set(table["caption"]))
    texts = encoder.encode_texts(captions)
    found = np.array(captions)[(embeddings.vectors @ texts.vectors.T).argmax(axis=1)]
    assert (found == table["caption"]).mean() > 0.85


@pytest.mark.slow
def test_words_find_the_images_that_they_describe(encoder, fresh, embeddings):
    """Of the n images nearest to "a red fish", where n show one, nearly all show one."""
    table = fresh.to_pandas()
    seen = table[~table["held_out"].astype(bool)].groupby(["object", "color"]).size()
    shares = []
    for (name, color), n_images in seen.items():
        query = encoder.encode_texts([f"a {color} {name}"]).vectors[0]
        found = table.iloc[(-(embeddings.vectors @ query)).argsort()[:n_images]]
        shares.append(((found["object"] == name) & (found["color"] == color)).mean())
    assert len(shares) > 100
    assert np.mean(shares) > 0.85


def test_pairs_that_training_left_out_are_found_far_above_chance(encoder, fresh, embeddings):
    table = fresh.to_pandas()
    held_out = table["held_out"].to_numpy(dtype=bool)
    truth = list(zip(table["object"], table["color"], strict=True))
    right = np.array(
        [a == b for a, b in zip(nearest_pair(encoder, embeddings), truth, strict=True)]
    )
    assert held_out.sum() > 15
    assert right[held_out].mean() > 0.3


@pytest.mark.slow
def test_clusters_agree_with_known_factors(encoder):
    assert max(agreements(encoder).values()) >= 0.6


def test_the_model_is_small_and_has_no_pickle():
    names = {path.name for path in STORYBOOK.iterdir()}
    assert names == {
        "README.md",
        "open_clip_config.json",
        "open_clip_model.safetensors",
        "words.json",
    }
    assert (STORYBOOK / "open_clip_model.safetensors").stat().st_size <= 12e6


def test_the_card_names_the_held_out_pairs_and_the_limits():
    from cliplab.sources.storybook import HELD_OUT_PAIRS

    card = (STORYBOOK / "README.md").read_text(encoding="utf-8")
    assert "nothing outside the storybook" in card
    assert all(f"{color} {name}" in card for name, color in HELD_OUT_PAIRS)


def test_the_configuration_is_that_of_the_training():
    from train_storybook_clip import MODEL, PREPROCESSING

    config = json.loads((STORYBOOK / "open_clip_config.json").read_text(encoding="utf-8"))
    assert config == {"model_cfg": MODEL, "preprocess_cfg": PREPROCESSING}


def test_every_name_has_a_prompt():
    assert set(PROMPTS) == set(NAMES)
