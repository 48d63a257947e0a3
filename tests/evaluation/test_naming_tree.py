"""Names from a tree of words: the most specific word that is clear, else the one above it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from cliplab import Clustering, name_clusters
from cliplab.evaluation.naming import vocabulary as everyday
from cliplab.evaluation.naming.vocabulary import checked_vocabulary, default_vocabulary
from cliplab.evaluation.naming.word_tree import TOP, WordTree, nested_words, word_tree

TEXT = Path(everyday.__file__).with_name("vocabulary.txt").read_text(encoding="utf-8")
WORDS = default_vocabulary("ViT-B-32")

# A feature for each word, beside one that its kinds share, and one that all words have in common.
TREE = {"tableware": {"plate": ["platter"], "cup": []}, "animal": ["cat", "dog"], "car": []}
VECTORS = {
    "tableware": [2, 3, 0, 0, 0, 0, 0, 0, 0],
    "plate": [2, 3, 2, 0, 0, 0, 0, 0, 0],
    "platter": [2, 3, 2, 1, 0, 0, 0, 0, 0],
    "cup": [2, 3, 0, 0, 2, 0, 0, 0, 0],
    "animal": [2, 0, 0, 0, 0, 3, 0, 0, 0],
    "cat": [2, 0, 0, 0, 0, 3, 2, 0, 0],
    "dog": [2, 0, 0, 0, 0, 3, 0, 2, 0],
    "car": [2, 0, 0, 0, 0, 0, 0, 0, 4],
}


def _names(*groups, vectors=VECTORS, vocabulary=TREE, n_images=100):
    """Name clusters that are mixed of words; others of what all words have keep the mean."""
    mixed = [np.mean([VECTORS[word] for word in group], axis=0) for group in groups]
    centers = np.array([*mixed, *([np.mean(list(VECTORS.values()), axis=0)] * 3)])
    labels = np.repeat(np.arange(len(centers)), n_images)
    centers = 0.05 * centers + 0.5 * np.eye(9)[0]
    clustering = Clustering(labels, centers, 0.0, np.zeros(len(labels)))
    return name_clusters(clustering, vectors, vocabulary).names[: len(groups)]


def test_a_clear_kind_gets_its_word():
    assert _names(["cat"], ["cup"], ["car"]) == ("cat", "cup", "car")


def test_kinds_that_tie_get_the_word_above_them():
    assert _names(["cat", "dog"], ["plate", "cup"]) == ("animal", "tableware")


def test_words_of_the_first_level_that_tie_are_unsure():
    assert _names(["cat", "car"], ["cup", "car"]) == ("unsure", "unsure")


def test_a_word_stays_where_the_kinds_below_it_fit_no_better():
    assert _names(["plate"], ["animal"]) == ("plate", "animal")


def test_a_word_without_a_vector_is_named_by_those_below_it():
    without = {word: vector for word, vector in VECTORS.items() if word != "animal"}

    assert _names(["cat", "dog"], vectors=without) == ("animal",)
    assert _names(["cat"], vectors=without) == ("cat",)


def test_a_list_of_the_same_words_has_no_word_above():
    flat = ["plate", "cup", "cat", "dog", "car"]

    assert _names(["cat", "dog"], ["cat"], vocabulary=flat) == ("unsure", "cat")


def test_what_chance_would_shift_as_far_is_unsure():
    assert _names(["cat"], n_images=3) == ("unsure",)


def test_scores_are_those_of_the_words_with_a_vector():
    clustering = Clustering([0, 1], np.eye(2, 9), 0.0, [0.0, 0.0])
    some = {word: VECTORS[word] for word in ("plate", "cat", "car")}
    found = name_clusters(clustering, some)

    assert found.words == ("cat", "car", "plate")  # In the order of the tree.
    rows = np.array([some[word] for word in found.words], dtype=float)
    meanings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    meanings -= meanings.mean(axis=0)
    shift = (clustering.centers[0] - clustering.centers.mean(axis=0)) * np.sqrt(2)
    cosines = meanings @ shift / np.linalg.norm(meanings, axis=1)
    assert found.scores[0] == pytest.approx(cosines)


def test_a_tree_can_be_given_as_lists_in_dicts_and_a_list_is_one_of_one_level():
    assert word_tree({"animal": {"bird": ["owl"], "cat": []}, "car": ()}) == WordTree(
        ("animal", "bird", "owl", "cat", "car"), (TOP, 0, 1, 0, TOP)
    )
    assert word_tree(["cat", "car"]) == WordTree(("cat", "car"), (TOP, TOP))
    assert word_tree(["cat", "car"]).below(TOP) == [0, 1]


def test_a_text_of_words_is_indented_under_the_word_above():
    text = "# animals\nanimal: cat, sea lion\n  bird\n    owl\n\n  fish: shark\ncar\n"

    assert nested_words(text) == {
        "animal": {"cat": {}, "sea lion": {}, "bird": {"owl": {}}, "fish": {"shark": {}}},
        "car": {},
    }


def test_about_eight_hundred_everyday_words_are_in_one_tree():
    assert 750 <= len(WORDS.words) <= 900
    assert [WORDS.words[each] for each in WORDS.below(TOP)] == [
        "person", "animal", "plant", "food", "place", "object", "material", "activity",
    ]  # fmt: skip
    assert all(parent < word for word, parent in enumerate(WORDS.parents))


def test_each_everyday_word_is_there_once():
    written = re.findall(r"[^\s:,][^:,\n]*", re.sub(r"^#.*", "", TEXT, flags=re.MULTILINE))

    assert Counter(word.casefold() for word in written).most_common(1)[0][1] == 1
    assert sorted(written) == sorted(WORDS.words)
    assert all(re.fullmatch(r"[A-Za-z]+([ -][A-Za-z]+)*", word) for word in written)
    assert checked_vocabulary(nested_words(TEXT), "ViT-B-32") == WORDS


def test_the_text_is_indented_by_one_level_at_a_time():
    lines = [line for line in TEXT.splitlines() if line and not line.startswith("#")]
    levels = np.array([len(line) - len(line.lstrip()) for line in lines])

    assert (levels % 2 == 0).all()
    assert np.diff(levels).max() == 2


@pytest.mark.parametrize(
    "vocabulary", [{"car": []}, {"car": "red"}, {"car": ["car"]}, {"car": 3, "cat": []}]
)
def test_an_invalid_tree_is_an_error(vocabulary):
    with pytest.raises(ValueError, match=r"`vocabulary` must be a list .* or a dict of .* Got"):
        _names(["cat"], vocabulary=vocabulary)


@pytest.mark.parametrize(
    ("vectors", "vocabulary", "words"),
    [
        ({"cat": [1] * 9}, ["cat", "dgo"], r"for each word of `vocabulary`.*, without 'dgo'\."),
        ({"cat": [1] * 9, "mouse mat": [2] * 9}, None, r"at least two\. Got \['cat', 'mouse mat'"),
        ({"cat": [1] * 9, "dog": [1] * 7}, None, "of one length, finite and not zero"),
        ({"cat": [1] * 9, "dog": [0] * 9}, None, "of one length, finite and not zero"),
        ({"cat": [1] * 9, "dog": [np.nan] * 9}, None, "of one length, finite and not zero"),
    ],
)
def test_word_vectors_that_are_missing_or_unusable_are_an_error(vectors, vocabulary, words):
    with pytest.raises(ValueError, match=rf"`encoder` must have .*{words}"):
        _names(["cat"], vectors=vectors, vocabulary=vocabulary)


def test_words_and_vectors_of_another_kind_are_refused_in_words():
    with pytest.raises(TypeError, match=r"`vocabulary` must be a list of .* or a dict .* Got int"):
        _names(["cat"], vocabulary={1: ["a"]})
    with pytest.raises(TypeError, match=r"`encoder` must be .* a dict of texts .* Got int"):
        _names(["cat"], vectors={"cat": 1, "dog": 2}, vocabulary=None)


def test_word_vectors_of_another_length_are_an_error():
    with pytest.raises(ValueError, match="must have the means of the encoder's vectors"):
        _names(["cat"], vectors={"cat": [1, 0], "dog": [0, 1]}, vocabulary=None)


def test_word_vectors_take_no_templates():
    clustering = Clustering([0, 1], np.eye(2, 9), 0.0, [0.0, 0.0])
    with pytest.raises(ValueError, match=r"`templates` must be None with word vectors\. Got \['"):
        name_clusters(clustering, VECTORS, TREE, templates=["a {}"])
