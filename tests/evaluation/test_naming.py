"""Names are compared with the known objects of the storybook, on images of another seed."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest

from cliplab import ClipEncoder, Embeddings, load_storybook
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.evaluation.naming.cluster_names import ClusterNames, name_clusters
from cliplab.evaluation.naming.prompts import fill, word_vectors
from cliplab.evaluation.naming.text_ranking import TextRanking, rank_by_text
from cliplab.evaluation.naming.vocabulary import default_templates, default_vocabulary
from cliplab.sources.storybook import COLORS, OBJECTS, PLACES

# The words for the values of each factor, and sentences to put them into.
WORDS = {"object": OBJECTS, "color": tuple(COLORS), "place": tuple(PLACES)}
TEMPLATES = {"object": ["a {}"], "color": ["a {} thing"], "place": ["the {}"]}


@pytest.fixture(scope="module")
def encoder():
    return ClipEncoder("storybook", device="cpu")


@pytest.fixture(scope="module")
def library():
    return load_storybook(n_images=4000, random_state=31)


@pytest.fixture(scope="module")
def shelf(encoder, library):
    """The embeddings of all 4,000 images, and the table of their factors."""
    return encoder.encode_images(library, store=False), library.to_pandas()


@pytest.fixture(scope="module")
def book(shelf):
    """The first 1,000 of them, as many as in the lesson."""
    embeddings, table = shelf
    return embeddings[:1000], table[:1000]


def _grouped(embeddings, labels):
    """Make a clustering from labels."""
    labels = np.asarray(labels)
    vectors = embeddings.vectors.astype(np.float64)
    centers = [vectors[labels == label].mean(axis=0) for label in range(labels.max() + 1)]
    return Clustering(labels, centers, 0.0, np.zeros(len(labels)))


def _by(factor, embeddings, table):
    labels = pd.Categorical(table[factor], categories=WORDS[factor]).codes
    return _grouped(embeddings, labels.astype(int))


@pytest.fixture(scope="module")
def by_object(book):
    return _by("object", *book)


@pytest.fixture(scope="module")
def named_clusters(encoder, shelf):
    """Clusters of four storybooks at many k: most frequent object, purity and name."""
    clusters = []
    for start in range(0, 4000, 1000):
        embeddings, table = (part[start : start + 1000] for part in shelf)
        for clustering in sweep_clusters(embeddings, (8, 12, 16, 20, 24, 30)).values():
            names = name_clusters(clustering, encoder).names
            counts = pd.crosstab(clustering.cluster_labels, table["object"].to_numpy())
            second, first = np.sort(counts.to_numpy(), axis=1)[:, -2:].T
            clusters.append(
                pd.DataFrame(
                    {
                        "most_frequent": counts.idxmax(axis="columns"),
                        "purity": first / counts.sum(axis="columns"),
                        "second": second / first,
                        "name": names,
                    }
                )
            )
    return pd.concat(clusters, ignore_index=True)


@pytest.mark.slow
def test_each_known_kind_of_object_gets_its_name(encoder, by_object):
    assert name_clusters(by_object, encoder).names == OBJECTS


@pytest.mark.slow
def test_nine_of_ten_pure_clusters_get_the_name_of_their_object(named_clusters):
    pure = named_clusters[named_clusters["purity"] >= 0.9]

    assert len(pure) >= 200
    assert (pure["name"] == pure["most_frequent"]).mean() >= 0.9


@pytest.mark.slow
def test_a_name_is_that_of_the_most_frequent_object(named_clusters):
    given = named_clusters[named_clusters["name"] != "unsure"]

    assert len(given) >= 250
    assert (given["name"] == given["most_frequent"]).mean() >= 0.95


@pytest.mark.slow
def test_clusters_with_two_objects_in_nearly_equal_parts_are_unsure(named_clusters):
    mixed = named_clusters[named_clusters["second"] >= 0.75]

    assert len(mixed) >= 40
    assert (mixed["name"] == "unsure").mean() >= 0.85


@pytest.mark.slow
@pytest.mark.parametrize(("share", "low", "high"), [(0.1, 0.98, 1.0), (0.5, 0.0, 0.1)])
def test_a_cluster_keeps_its_name_with_few_images_of_another_object_and_not_with_many(
    encoder, book, share, low, high
):
    embeddings, table = book
    rows_of = [np.flatnonzero(table["object"] == name) for name in OBJECTS]
    n_images = 40
    named = []
    for one, other in permutations(range(len(OBJECTS)), 2):
        n_others = round(share * n_images)
        rows = [*rows_of[one][: n_images - n_others], *rows_of[other][:n_others]]
        labels = np.ones(len(embeddings), dtype=int)
        labels[rows] = 0
        named.append(name_clusters(_grouped(embeddings, labels), encoder).names[0] != "unsure")

    assert low <= np.mean(named) <= high


@pytest.mark.slow
@pytest.mark.parametrize("size", [10, 25, 60, 250])
def test_random_groups_are_unsure(encoder, book, size):
    rng = np.random.default_rng(0)
    embeddings, _ = book
    n_groups = len(embeddings) // size
    drawn = np.arange(len(embeddings)) % n_groups
    names = [
        name
        for _ in range(-(-400 // n_groups))
        for name in name_clusters(_grouped(embeddings, rng.permutation(drawn)), encoder).names
    ]

    assert len(names) >= 400
    assert np.mean([name != "unsure" for name in names]) <= 0.01


@pytest.mark.slow
@pytest.mark.parametrize("factor", WORDS)
@pytest.mark.parametrize("vocabulary", WORDS)
def test_other_vocabularies_name_only_what_they_describe(encoder, book, factor, vocabulary):
    found = name_clusters(
        _by(factor, *book), encoder, WORDS[vocabulary], templates=TEMPLATES[vocabulary]
    )
    unknown = ("unsure",) * len(WORDS[factor])

    assert found.names == (WORDS[factor] if vocabulary == factor else unknown)


@pytest.mark.slow
def test_scores_are_cosines_after_both_means_are_subtracted(encoder, book, by_object):
    found = name_clusters(
        by_object, encoder, ["apple", "car", "cat"], templates=["an old {}", "{}"]
    )

    filled = ["an old apple", "an old car", "an old cat", "apple", "car", "cat"]
    sentences = encoder.encode_texts(filled).vectors.astype(np.float64)
    words = sentences[:3] + sentences[3:]
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    words -= words.mean(axis=0)
    clusters = by_object.centers - book[0].vectors.mean(axis=0, dtype=np.float64)
    cosines = (clusters @ words.T) / np.outer(
        np.linalg.norm(clusters, axis=1), np.linalg.norm(words, axis=1)
    )
    assert found.scores == pytest.approx(cosines, abs=1e-6)


@pytest.mark.slow
def test_the_modality_gap_does_not_change_the_scores(encoder, by_object):
    gap = np.random.default_rng(0).normal(size=by_object.centers.shape[1])
    moved = Clustering(
        by_object.cluster_labels, by_object.centers + gap, 0.0, by_object.silhouettes
    )

    found = name_clusters(moved, encoder)
    assert found.scores == pytest.approx(name_clusters(by_object, encoder).scores)


@pytest.mark.slow
def test_similar_words_need_a_smaller_margin(encoder, book, by_object):
    boat = OBJECTS.index("boat")
    similar = name_clusters(by_object, encoder, [*OBJECTS, "small boat"])
    car, fish = (by_object.cluster_labels == OBJECTS.index(name) for name in ("car", "fish"))
    some_fish = fish & (np.cumsum(fish) <= 0.7 * car.sum())
    mixed = name_clusters(_grouped(book[0], np.where(car | some_fish, 0, 1)), encoder)

    assert list(similar.top(boat, n_words=2)) == ["boat", "small boat"]
    assert list(mixed.top(0, n_words=2)) == ["car", "fish"]
    assert similar.margins[boat] < mixed.margins[0]
    assert (similar.names[boat], mixed.names[0]) == ("boat", "unsure")


@pytest.mark.slow
def test_two_words_are_enough(encoder, by_object):
    for one, other in combinations(range(len(OBJECTS)), 2):
        found = name_clusters(by_object, encoder, [OBJECTS[one], OBJECTS[other]])

        assert (found.names[one], found.names[other]) == (OBJECTS[one], OBJECTS[other])
        assert found.scores[:, 0] == pytest.approx(-found.scores[:, 1])


@pytest.mark.slow
@pytest.mark.parametrize("n_cars", [8, 20, 60])
def test_the_shifts_of_two_clusters_are_opposite(encoder, book, n_cars):
    embeddings, table = book
    cars = (table["object"] == "car").to_numpy()
    labels = np.where(cars & (np.cumsum(cars) <= n_cars), 0, 1)

    assert name_clusters(_grouped(embeddings, labels), encoder, ["car", "cat"]).names == (
        "car",
        "cat",
    )


@pytest.mark.slow
def test_noise_is_left_out(encoder, book, by_object):
    embeddings, _ = book
    outside = np.random.default_rng(0).random(len(embeddings)) < 0.3
    labels = np.where(outside, -1, by_object.cluster_labels)
    with_noise = name_clusters(_grouped(embeddings, labels), encoder)
    without = name_clusters(_grouped(embeddings[~outside], labels[~outside]), encoder)

    assert with_noise.names == without.names == OBJECTS
    assert with_noise.scores == pytest.approx(without.scores)


def test_one_cluster_of_all_images_is_unsure(encoder):
    center = np.random.default_rng(0).normal(scale=0.05, size=(1, 128))
    # The mean of equal numbers can differ from them by rounding.
    for n_images in range(1, 50):
        alone = Clustering(np.zeros(n_images, dtype=int), center, 0.0, np.zeros(n_images))
        found = name_clusters(alone, encoder)

        assert found.names == ("unsure",)
        assert np.abs(found.scores).max() == 0


def test_noise_alone_has_no_names(encoder):
    nothing = Clustering([-1, -1], np.empty((0, 128)), 0.0, [np.nan, np.nan])

    assert name_clusters(nothing, encoder).names == ()


def test_a_word_has_the_same_vector_among_many_as_alone(encoder):
    templates = ("a {}", "the {}", "a photo of a {}")
    together = word_vectors(encoder, OBJECTS, templates)
    alone = [word_vectors(encoder, (name,), templates)[0] for name in OBJECTS]

    assert together.shape == (16, 128)
    # A processor with bfloat16 rounds a little differently in another batch.
    assert together == pytest.approx(np.array(alone), abs=0.01)


def test_words_are_encoded_once_for_each_encoder(encoder):
    once = word_vectors(encoder, OBJECTS, ("a {}",))

    assert word_vectors(encoder, OBJECTS, ("a {}",)) is once
    assert word_vectors(encoder, OBJECTS, ("the {}",)) is not once
    assert not once.flags.writeable


FOUND = ClusterNames(
    ("cat", "dog", "fish", "car"), [[0.1, 0.7, 0.2, -0.1], [0.3, 0.0, 0.25, 0.1]], ("dog", "unsure")
)


def test_names_are_the_best_words_or_unsure():
    assert FOUND.names == ("dog", "unsure")
    assert FOUND.margins == pytest.approx([0.5, 0.05])
    assert FOUND.top(1, n_words=2) == {"cat": 0.3, "fish": 0.25}
    assert list(FOUND.top(0)) == ["dog", "fish", "cat", "car"]


def test_the_table_has_one_row_for_each_cluster():
    assert FOUND.to_pandas().to_dict("list") == {
        "cluster_label": [0, 1],
        "name": ["dog", "unsure"],
        "top_words": ["dog 0.70, fish 0.20, cat 0.10", "cat 0.30, fish 0.25, car 0.10"],
        "margin": [pytest.approx(0.5), pytest.approx(0.05)],
    }


def test_words_are_escaped_in_html_and_not_shortened():
    word = "<script>alert('a word that is much longer than fifty letters')</script>"
    shown = ClusterNames((word, "b"), [[0.9, 0.1]], (word,))._repr_html_()

    assert "<script>" not in shown
    assert shown.count("&lt;script&gt;alert('a word that is much longer than fifty letters')") == 2


def test_each_repr_is_one_line():
    many = ClusterNames(("cat", "dog"), [[1.0, 0.0]] * 30, ["cat"] * 30)

    assert repr(FOUND) == "ClusterNames of 2 clusters: dog, unsure"
    assert repr(many) == f"ClusterNames of 30 clusters: {'cat, ' * 8}…"
    assert repr(TextRanking("a\nb", [0.0])) == "TextRanking of 1 images by 'a\\nb'"


def test_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        FOUND.scores[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        TextRanking("a cat", [0.1]).scores[0] = 1


@pytest.mark.parametrize(
    ("template", "word", "sentence"),
    [
        ("a {}", "elephant", "an elephant"),
        ("a {}", "car", "a car"),
        ("A {} and a {} in a house", "apple", "An apple and an apple in a house"),
        ("a photo of the {}", "apple", "a photo of the apple"),
        ("pizza {}", "oven", "pizza oven"),
        ("a {}", "unicorn", "a unicorn"),
        ("a {}", "Umbrella", "an Umbrella"),
        ("a {}", "hourglass", "an hourglass"),
        ("{0.__class__} {}", "{}", "{0.__class__} {}"),
    ],
)
def test_an_article_fits_the_word_after_it(template, word, sentence):
    assert fill(template, word) == sentence


def test_the_default_vocabulary_depends_on_the_model():
    assert default_vocabulary("storybook") == (OBJECTS, (-1,) * len(OBJECTS))
    assert default_vocabulary("ViT-B-32") == default_vocabulary("ViT-L-14")
    assert {"person", "girl", "doll"} <= set(default_vocabulary("ViT-B-32").words)
    assert all("{}" in template for template in default_templates("ViT-B-32"))


@pytest.mark.slow
def test_a_red_car_ranks_red_cars_first(encoder, shelf):
    embeddings, table = shelf
    red_cars = ((table["object"] == "car") & (table["color"] == "red")).to_numpy()
    found = rank_by_text("a red car", embeddings, encoder)

    assert red_cars.sum() >= 20
    assert red_cars[found.ranking[:20]].mean() >= 0.9


@pytest.mark.slow
def test_each_object_in_each_color_of_the_training_images_is_found(encoder, shelf):
    embeddings, table = shelf
    pairs = table[~table["held_out"].astype(bool)].groupby(["object", "color"]).groups
    common = {pair: rows for pair, rows in pairs.items() if len(rows) >= 20}
    precisions = [
        np.isin(rank_by_text(fill(f"a {{}} {name}", color), embeddings, encoder).ranking[:20], rows)
        for (name, color), rows in common.items()
    ]

    assert len(common) >= 100
    assert np.mean(precisions) >= 0.9


@pytest.mark.slow
def test_places_are_found_by_their_name(encoder, shelf):
    embeddings, table = shelf
    for place in PLACES:
        first = rank_by_text(f"the {place}", embeddings, encoder).ranking[:100]
        assert (table["place"].iloc[first] == place).mean() >= 0.9


@pytest.mark.slow
def test_scores_of_images_are_centered_cosines_and_their_order_is_the_ranking(encoder, book):
    embeddings, _ = book
    found = rank_by_text("a red car", embeddings, encoder)

    texts = encoder.encode_texts([fill("a {}", name) for name in OBJECTS]).vectors
    meaning = encoder.encode_texts(["a red car"]).vectors[0] - texts.mean(axis=0)
    centered = embeddings.vectors - embeddings.vectors.mean(axis=0)
    cosines = (centered @ meaning) / np.linalg.norm(centered, axis=1) / np.linalg.norm(meaning)
    assert found.scores.dtype == np.float32
    assert found.scores == pytest.approx(cosines, abs=1e-5)
    assert sorted(found.ranking) == list(range(1000))
    assert (np.diff(found.scores[found.ranking]) <= 0).all()


@pytest.mark.slow
def test_without_centering_even_the_cosine_of_the_right_text_is_small(encoder, book):
    embeddings, table = book
    snails = (table["object"] == "snail").to_numpy()
    plain = embeddings.vectors[snails] @ encoder.encode_texts(["a snail"]).vectors[0]
    centred = rank_by_text("a snail", embeddings, encoder).scores
    others = encoder.encode_texts(["a cat"]).vectors @ encoder.encode_texts(["a snail"]).vectors.T

    assert plain.mean() < 0.6 < others.item()  # Any two texts are nearer than a text and its image.
    assert abs(centred.mean()) < 0.1
    assert centred[snails].mean() > 0.5
    assert centred[~snails].mean() < 0.1


@pytest.mark.slow
def test_another_vocabulary_changes_the_mean_of_the_texts(encoder, book):
    embeddings, _ = book
    usual = rank_by_text("a red car", embeddings, encoder)
    other = rank_by_text("a red car", embeddings, encoder, vocabulary=["red car", "blue car"])

    assert not np.allclose(usual.scores, other.scores, atol=0.01)


@pytest.mark.slow
def test_a_single_image_has_score_0(encoder, book):
    assert rank_by_text("a red car", book[0][:1], encoder).scores.tolist() == [0.0]


@pytest.mark.slow
def test_importing_the_names_loads_no_torch():
    heavy = {"torch", "open_clip", "bokeh"}
    code = f"import sys, cliplab.evaluation.naming.cluster_names; print({heavy} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"


@pytest.mark.slow
@pytest.mark.parametrize(
    "vocabulary",
    [[], ["car"], ["car", ""], ["car", " "], ["car", "boat", "Car "]],
)
def test_an_invalid_vocabulary_is_an_error(encoder, by_object, vocabulary):
    with pytest.raises(ValueError, match=r"`vocabulary` must be a list of at least two .* Got"):
        name_clusters(by_object, encoder, vocabulary)


@pytest.mark.slow
@pytest.mark.parametrize("vocabulary", ["car", ["car", 3], 5])
def test_a_vocabulary_of_another_kind_is_an_error(encoder, by_object, vocabulary):
    with pytest.raises(TypeError, match=r"`vocabulary` must be a list of texts, or a dict .* Got"):
        name_clusters(by_object, encoder, vocabulary)


@pytest.mark.slow
@pytest.mark.parametrize("templates", [[], ["a {}", "a photo"]])
def test_templates_without_a_place_for_the_word_are_an_error(encoder, by_object, templates):
    with pytest.raises(ValueError, match=r"`templates` must be .* with \{\} in place .* Got"):
        name_clusters(by_object, encoder, templates=templates)


@pytest.mark.slow
@pytest.mark.parametrize("templates", ["a {}", [None]])
def test_templates_that_are_no_list_of_texts_are_an_error(encoder, by_object, templates):
    with pytest.raises(ValueError, match="`templates` must be a list of texts"):
        name_clusters(by_object, encoder, templates=templates)


@pytest.mark.parametrize(
    ("n_features", "space", "metric"),
    [(2, "tsne", "euclidean"), (64, "embedding", "euclidean"), (128, "pca-128", "euclidean"),
     (128, "embedding", "cosine")],
)  # fmt: skip
def test_centers_that_are_not_means_in_clip_space_are_an_error(encoder, n_features, space, metric):
    elsewhere = Clustering([0, 1], np.eye(2, n_features), 0.0, [0.0, 0.0], space, metric)
    words = rf"`remeasure\(embeddings, clustering.*{n_features} .* the {space}"
    with pytest.raises(ValueError, match=words):
        name_clusters(elsewhere, encoder)


def test_an_unknown_cluster_is_an_error():
    with pytest.raises(
        ValueError,
        match=r"`cluster_label` must be a whole number from 0 to 1, the last cluster. Got",
    ):
        FOUND.top(-1)


def test_shapes_that_do_not_fit_are_an_error():
    with pytest.raises(ValueError, match=r"`words`, `scores` .* Got \(2,\), \(1, 3\) and \(1,\)"):
        ClusterNames(("cat", "dog"), [[0.1, 0.2, 0.3]], ("cat",))
    with pytest.raises(ValueError, match=r"`scores` must have shape \(n_images,\). Got \(1, 1\)"):
        TextRanking("a cat", [[0.1]])


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "  "])
def test_a_blank_text_is_an_error(encoder, book, text):
    with pytest.raises(ValueError, match=r"`text` must be a string that is not blank. Got"):
        rank_by_text(text, book[0], encoder)


@pytest.mark.slow
@pytest.mark.parametrize("text", [None, ["a car"]])
def test_what_is_no_text_is_an_error(encoder, book, text):
    with pytest.raises(ValueError, match="`text` must be a text"):
        rank_by_text(text, book[0], encoder)


@pytest.mark.slow
def test_swapped_arguments_are_an_error(encoder, book, by_object):
    with pytest.raises(TypeError, match=r"`clustering` must be a .*\. Got ClipEncoder instead"):
        name_clusters(encoder, by_object)
    with pytest.raises(TypeError, match=r"`encoder` must be a ClipEncoder, .*\. Got str instead"):
        name_clusters(by_object, "storybook")
    with pytest.raises(TypeError, match=r"`embeddings` must be Embeddings, .*\. Got ClipEncoder "):
        rank_by_text("a car", encoder, book[0])
    with pytest.raises(TypeError, match=r"`encoder` must be a ClipEncoder, .*\. Got str instead"):
        rank_by_text("a car", book[0], "storybook")


@pytest.mark.slow
def test_embeddings_of_another_encoder_are_an_error(encoder, book):
    vectors = book[0].vectors[:3]
    with pytest.raises(ValueError, match=r"`embeddings` must come from ClipEncoder.* by ViT-B-32"):
        rank_by_text("a car", Embeddings(vectors, "ViT-B-32"), encoder)
    untrained = Embeddings(vectors, "storybook", {"pretrained": "None"})
    with pytest.raises(ValueError, match="with the weights 'None' instead"):
        rank_by_text("a car", untrained, encoder)
    with pytest.raises(
        ValueError, match=r"must have the 128 features of the encoder\. Got 2 instead"
    ):
        rank_by_text("a car", Embeddings([[1.0, 0.0]]), encoder)


@pytest.mark.slow
def test_vectors_of_an_unknown_model_are_accepted(encoder, book):
    unknown = Embeddings(book[0].vectors)

    found = rank_by_text("a red car", unknown, encoder)
    assert np.array_equal(found.scores, rank_by_text("a red car", book[0], encoder).scores)


def test_a_word_that_the_model_cannot_read_to_its_end_is_refused(encoder):
    clustering = Clustering([0] * 50 + [1] * 50, np.eye(2, 128), 1.0, [0.5] * 100)
    words = (
        r"`vocabulary` must hold words that the model can read in each of the `templates`\. .*16"
    )
    with pytest.raises(ValueError, match=words):
        name_clusters(clustering, encoder, ["a red car " * 30, "a car"])
    with pytest.raises(ValueError, match=words):
        name_clusters(clustering, encoder, ["car", "fish"], templates=["a photo of " * 9 + "{}"])
