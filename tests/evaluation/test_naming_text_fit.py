"""Whether a text describes any of the images: measured where the bound was not chosen."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

from cliplab import ClipEncoder, TextRanking, load_storybook
from cliplab.embeddings.points import unit_rows
from cliplab.embeddings.text_encoder import StorybookTextEncoder
from cliplab.evaluation.naming.prompts import fill
from cliplab.evaluation.naming.text_fit import LEAST_FIT, text_fit
from cliplab.evaluation.naming.vocabulary import default_vocabulary
from cliplab.evaluation.naming.word_tree import TOP
from cliplab.sources.storybook import OBJECTS

SHARED = Path(__file__).parents[3] / "shared" / "vectors"
TREE = default_vocabulary("ViT-B-32")
COLORS = ("blue", "brown", "green", "orange", "pink", "purple", "red", "yellow")
PLACES = ("beach", "city", "desert", "forest", "meadow", "mountains", "sea", "space")
WHERE = ("on the beach", "in the city", "in the desert", "in the forest", "in the meadow",
         "in the mountains", "at sea", "in space")  # fmt: skip
# What is seen on photographs of ten dishes.
ON_DISHES = {
    "French fries", "Mexican food", "apple", "avocado", "bowl", "cheese", "chopsticks", "dessert",
    "dish", "egg", "fast food", "food", "guacamole", "hamburger", "ice cream", "lemon", "lettuce",
    "omelette", "pancake", "pastry", "pie", "pizza", "plate", "sandwich", "seafood", "shrimp",
    "sushi", "taco", "tomato",
}  # fmt: skip
# No dish is made of these; what is below the second, may be.
NOT_ON_DISHES = {
    "vehicle", "sports equipment", "musical instrument", "clothing", "furniture", "tool", "weapon",
}  # fmt: skip
EDIBLE = {"fish", "shellfish", "invertebrate", "poultry", "farm animal", "rabbit", "deer"}


def _above(word):
    at, words = TREE.words.index(word), []
    while at != TOP:
        words.append(TREE.words[at])
        at = TREE.parents[at]
    return words


def _is_on_no_dish(word):
    above = set(_above(word))
    if above & EDIBLE or word in {"table", "dining table"} or "room" in above:
        return False
    return bool(above & (NOT_ON_DISHES | {"animal", "place"}))


def _rates(images, texts, describes, words):
    """Return how many texts are wrongly said to have no match, and how many to have one."""
    differences, mean = unit_rows(images - images.mean(axis=0)), words.mean(axis=0)
    meanings, directions = unit_rows(words - mean), unit_rows(texts - mean)
    fits = np.array([text_fit(differences, each, meanings) for each in directions])
    return (fits[describes] < LEAST_FIT).mean(), (fits[~describes] >= LEAST_FIT).mean()


def _confirming_half(n_texts):
    return np.random.default_rng(0).permutation(n_texts)[n_texts // 2 :]


@pytest.mark.slow
def test_of_the_storybook_all_that_is_there_is_found_and_most_else_is_not():
    images = load_storybook(n_images=500, random_state=5)
    table = images.to_pandas()
    seen = sorted(set(zip(table["color"], table["object"], strict=True)))
    texts = [f"a {color} {name}" for color, name in seen] + [f"a {name}" for name in OBJECTS]
    texts += [*COLORS, *(f"something {color}" for color in COLORS), *WHERE, *PLACES]
    known = {*OBJECTS, *COLORS, *PLACES, "mountain"}
    others = [word for word in TREE.words if not known & set(word.split()) and word.count(" ") < 2]
    encoder = StorybookTextEncoder()
    whole = ClipEncoder("storybook", device="cpu", precision="float32")
    vectors = encoder.encode_texts([*texts, *(fill("a {}", word) for word in others)]).vectors
    words = encoder.encode_texts([fill("a {}", name) for name in OBJECTS]).vectors
    describes = np.arange(len(vectors)) < len(texts)
    half = _confirming_half(len(vectors))
    missed, passed = _rates(
        whole.encode_images(images, store=False).vectors, vectors[half], describes[half], words
    )
    assert missed <= 0.01
    assert passed <= 0.10


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder shared/vectors")
def test_on_photographs_of_dishes_all_that_is_there_is_found_and_most_else_is_not():
    everyday = importlib.import_module("test_naming_food")._everyday
    given = {}
    with np.load(SHARED / "words.npz", allow_pickle=False) as file:
        for source in ("open_images", "lvis"):
            names = map(str, file[f"{source}_names"])
            for name, vector in zip(names, file[f"{source}_vectors"], strict=True):
                if word := everyday(name):
                    given.setdefault(word, vector.astype(float))
    with np.load(SHARED / "food.npz", allow_pickle=False) as file:
        photographs = file["vectors"][np.random.default_rng(0).permutation(2000)[1000:]]
    texts = [word for word in given if word in ON_DISHES or _is_on_no_dish(word)]
    vectors, describes = np.array([given[word] for word in texts]), np.isin(texts, list(ON_DISHES))
    half = _confirming_half(len(texts))
    missed, passed = _rates(
        photographs.astype(float), vectors[half], describes[half], np.array(list(given.values()))
    )
    assert missed <= 0.05
    assert passed <= 0.15


def test_the_measure_is_the_tenth_best_word():
    random = np.random.default_rng(0)
    images, words = unit_rows(random.normal(size=(100, 8))), unit_rows(random.normal(size=(80, 8)))
    fits = np.array([text_fit(images, word, words) for word in words])
    assert np.sort(fits)[-10] == pytest.approx(1.0)
    best = np.sort(images @ words[0])[-12:].mean()
    assert text_fit(images, words[1], words[:1]) == pytest.approx(
        np.sort(images @ words[1])[-12:].mean() / best
    )


def test_of_few_images_all_are_hits_and_where_no_word_fits_nothing_does():
    images = np.eye(3)
    assert text_fit(images, np.array([1.0, 0, 0]), -np.eye(3)) == 0.0
    assert text_fit(images, np.array([1.0, 0, 0]), np.eye(3)) == pytest.approx(1.0)


def test_a_ranking_says_whether_it_is_a_match_and_has_twelve_hits():
    scores = np.linspace(1, 0, 30)
    found, not_found = TextRanking("car", scores, LEAST_FIT), TextRanking("car", scores, 0.3)
    assert found.is_match
    assert found.hits.tolist() == list(range(12))
    assert not not_found.is_match
    assert "No good match" in not_found._repr_html_()
    assert "No good match" not in found._repr_html_()
