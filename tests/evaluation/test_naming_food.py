"""Names of real photographs: clusters of ten dishes, with CLIP's own vectors of words."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from cliplab import Clustering, Embeddings, name_clusters, sweep_clusters
from cliplab.evaluation.naming.vocabulary import default_vocabulary
from cliplab.evaluation.naming.word_tree import TOP

SHARED = Path(__file__).parents[3] / "shared" / "vectors"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder shared/vectors")

TREE = default_vocabulary("ViT-B-32")
BY_LOWER_CASE = {word.lower(): word for word in TREE.words}
# What the classes of Open Images, and two of LVIS, are called in the tree.
EVERYDAY = {
    "cabinetry": "cabinet",
    "cattle": "cow",
    "common fig": "fig",
    "couch": "sofa",
    "earrings": "earring",
    "harbor seal": "seal",
    "home appliance": "appliance",
    "icecream": "ice cream",
    "kitchen & dining room table": "dining table",
    "land vehicle": "vehicle",
    "lifejacket": "life jacket",
    "luggage and bags": "luggage",
    "marine invertebrates": "marine invertebrate",
    "mechanical fan": "fan",
    "moths and butterflies": "butterfly",
    "omelet": "omelette",
    "personal care": "toiletries",
    "power plugs and sockets": "socket",
    "salt and pepper shakers": "salt shaker",
    "stairs": "staircase",
    "studio couch": "sofa",
    "vehicle registration plate": "license plate",
    "waste container": "trash can",
    "wood-burning stove": "wood stove",
}
# The words for the dishes. The tree has "paella" and "apple pie" too, but no vector is here.
WORD_OF = {
    "apple pie": "pie",
    "french fries": "French fries",
    "guacamole": "guacamole",
    "hamburger": "hamburger",
    "ice cream": "ice cream",
    "omelette": "omelette",
    "pizza": "pizza",
    "sushi": "sushi",
    "tacos": "taco",
}


def _everyday(name):
    """Return what a class is called in the tree, or None."""
    plain = name.lower().removeprefix("human ").partition(" (")[0]
    return BY_LOWER_CASE.get(EVERYDAY.get(plain, plain))


def _above(word):
    """Return a word with all that are above it, the nearest first."""
    at = TREE.words.index(word)
    words = []
    while at != TOP:
        words.append(TREE.words[at])
        at = TREE.parents[at]
    return words


@pytest.fixture(scope="module")
def vectors():
    with np.load(SHARED / "words.npz", allow_pickle=False) as file:
        given = {}
        for source in ("open_images", "lvis"):
            names = map(str, file[f"{source}_names"])
            for name, vector in zip(names, file[f"{source}_vectors"], strict=True):
                if word := _everyday(name):
                    given.setdefault(word, vector)
    return given


@pytest.fixture(scope="module")
def food():
    """Unit vectors of 2,000 photographs, and the name of the dish in each."""
    with np.load(SHARED / "food.npz", allow_pickle=False) as file:
        embeddings = Embeddings(file["vectors"].astype(np.float32))
        return embeddings, file["class_names"][file["class_labels"]]


def _grouped(embeddings, labels):
    vectors = embeddings.vectors.astype(np.float64)
    centers = [vectors[labels == label].mean(axis=0) for label in range(labels.max() + 1)]
    return Clustering(labels, centers, 0.0, np.zeros(len(labels)))


def test_all_classes_of_open_images_are_in_the_tree():
    with np.load(SHARED / "words.npz", allow_pickle=False) as file:
        names = list(map(str, file["open_images_names"]))

    assert len(names) == 500
    assert [name for name in names if _everyday(name) is None] == []


@pytest.mark.parametrize("n_images", [2000, 1000])
def test_each_dish_with_a_word_gets_it_or_the_word_above(food, vectors, n_images):
    embeddings, dishes = food
    rows = np.sort(np.random.default_rng(0).permutation(2000)[:n_images])
    clustering = sweep_clusters(embeddings[rows], [10], random_state=0)[10]
    names = name_clusters(clustering, vectors).names

    found = {}
    for cluster, name in enumerate(names):
        inside, counts = np.unique(
            dishes[rows][clustering.cluster_labels == cluster], return_counts=True
        )
        found[str(inside[counts.argmax()])] = name
    assert len(found) == 10
    allowed = {dish: _above(word)[:2] for dish, word in WORD_OF.items()}
    assert {dish: found[dish] for dish in allowed if found[dish] not in allowed[dish]} == {}
    assert found["paella"] in {*_above("paella"), "unsure"}


@pytest.mark.parametrize("n_groups", [10, 40])
def test_random_groups_of_dishes_get_nothing_narrower_than_food(food, vectors, n_groups):
    embeddings, _ = food
    images = embeddings[::2]
    names = []
    for seed in range(-(-300 // n_groups)):
        labels = np.random.default_rng(seed).permutation(np.arange(1000) % n_groups)
        names += name_clusters(_grouped(images, labels), vectors).names

    assert len(names) >= 300
    assert set(names) <= {"food", "unsure"}


def test_two_dishes_in_equal_parts_seldom_get_the_word_of_one(food, vectors):
    embeddings, dishes = food
    wrong, parents = 0, 0
    for one, other in combinations(WORD_OF, 2):
        labels = np.where(np.isin(dishes, [one, other]), 0, 1)
        name = name_clusters(_grouped(embeddings, labels), vectors).names[0]
        both = set(_above(WORD_OF[one])) & set(_above(WORD_OF[other]))
        wrong += name not in both | {"unsure"}
        parents += name in both

    assert wrong <= 2
    assert parents >= 18
