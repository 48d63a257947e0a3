from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from cliplab import ClipEncoder, Embeddings, load_storybook, sweep_clusters
from cliplab.embeddings.baselines import encode_colors, encode_pixels
from cliplab.evaluation.agreement import class_agreement
from cliplab.evaluation.comparison import Comparison, compare_embeddings

# Chosen before any result was seen. The storybook's CLIP was trained on another seed.
SEED = 2026


@pytest.fixture(scope="module")
def images():
    return load_storybook(n_images=1000, random_state=SEED)


@pytest.fixture(scope="module")
def clip(images):
    return ClipEncoder("storybook", device="cpu").encode_images(images, store=False)


@pytest.fixture(scope="module")
def comparison(images, clip):
    untrained = ClipEncoder("storybook", pretrained=None, device="cpu")
    return compare_embeddings(
        images,
        {
            "CLIP": clip,
            "untrained": untrained.encode_images(images, store=False),
            "raw pixels": encode_pixels(images),
            "colors": encode_colors(images),
        },
    )


@pytest.mark.slow
@pytest.mark.parametrize("other", ["raw pixels", "colors", "untrained"])
def test_clip_finds_the_objects_better_than_embeddings_without_meaning(comparison, other):
    difference = comparison.difference("CLIP", other)

    assert comparison.n_clusters == 16
    assert difference.value >= 0.3
    assert difference.low > 0
    assert difference.low <= difference.value <= difference.high
    assert difference.is_clear
    assert comparison.difference(other, "CLIP").is_clear


@pytest.mark.slow
def test_raw_pixels_find_the_place_which_covers_most_of_an_image(images):
    places = images.with_classes("place")
    found = compare_embeddings(places, {"pixels": encode_pixels(images)}, n_init=1)

    assert found.n_clusters == 8
    assert found.agreements["pixels"].adjusted_mutual_info > 0.5


@pytest.mark.slow
def test_each_interval_contains_the_measured_agreement(comparison):
    table = comparison.to_pandas()

    assert (table["low"] < table["adjusted_mutual_info"]).all()
    assert (table["adjusted_mutual_info"] < table["high"]).all()
    assert (table["high"] - table["low"] < 0.06).all()


@pytest.mark.slow
def test_the_measures_are_those_of_scikit_learn_on_the_run_with_the_lowest_inertia(images, clip):
    found = compare_embeddings(images, {"CLIP": clip}, n_clusters=7, n_init=4)

    seeds = np.random.SeedSequence(0).generate_state(4)
    clusterings = [sweep_clusters(clip, [7], random_state=int(seed))[7] for seed in seeds]
    best = min(clusterings, key=lambda clustering: clustering.inertia).cluster_labels
    row = found.to_pandas().iloc[0]
    known = images.class_labels
    assert row["adjusted_mutual_info"] == metrics.adjusted_mutual_info_score(known, best)
    assert row["adjusted_rand"] == metrics.adjusted_rand_score(known, best)
    assert row["homogeneity"] == metrics.homogeneity_score(known, best)
    assert row["completeness"] == metrics.completeness_score(known, best)
    assert len({clustering.inertia for clustering in clusterings}) > 1


@pytest.mark.slow
def test_the_best_of_ten_runs_hardly_depends_on_the_seed(comparison, images, clip):
    again = compare_embeddings(images, {"CLIP": clip}, random_state=1)
    scores = [each.agreements["CLIP"].adjusted_mutual_info for each in (comparison, again)]
    assert scores[0] == pytest.approx(scores[1], abs=0.02)


@pytest.mark.slow
def test_two_equal_embeddings_differ_by_zero(images, clip):
    found = compare_embeddings(images, {"one": clip, "two": clip}, n_init=1)

    difference = found.difference("one", "two")
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)
    assert not difference.is_clear


@pytest.mark.slow
def test_paired_differences_have_narrower_intervals_than_each_agreement(images, clip):
    noise = np.random.default_rng(0).normal(scale=0.001, size=clip.vectors.shape)
    both = {"CLIP": clip, "with noise": Embeddings(clip.vectors + noise)}
    found = compare_embeddings(images, both, n_init=4)

    table = found.to_pandas()
    difference = found.difference("CLIP", "with noise")
    assert difference.high - difference.low < 0.6 * (table["high"] - table["low"]).min()
    assert found.difference("with noise", "CLIP").low == pytest.approx(-difference.high)


@pytest.mark.slow
def test_most_intervals_of_random_embeddings_contain_zero(images):
    random = np.random.default_rng(0)
    six = {name: Embeddings(random.normal(size=(1000, 8))) for name in "abcdef"}
    found = compare_embeddings(images, six, n_init=1)

    table = found.to_pandas()
    # Of 95 % intervals one in twenty does not.
    assert ((table["low"] < 0) & (table["high"] > 0)).sum() >= 5
    assert sum(found.difference("a", other).is_clear for other in "bcdef") <= 1


@pytest.mark.slow
def test_images_without_a_class_are_clustered_but_not_counted():
    images = load_storybook(n_images=60, random_state=SEED)
    table = images.dataset
    # No image of class 5 keeps its class.
    codes = np.where((np.arange(60) % 3 == 0) | (images.class_labels == 5), -1, images.class_labels)
    features = table.features["class_label"]
    table = table.remove_columns("class_label")
    table = table.add_column("class_label", codes.tolist(), feature=features)
    some = type(images)(table)
    pixels = encode_pixels(images)

    found = compare_embeddings(some, {"pixels": pixels}, n_clusters=5, n_init=1)

    seed = int(np.random.SeedSequence(0).generate_state(1)[0])
    expected = class_agreement(some, sweep_clusters(pixels, [5], random_state=seed)[5])
    assert found.agreements["pixels"].n_images == (codes >= 0).sum() < 40
    assert found.agreements["pixels"].adjusted_mutual_info == expected.adjusted_mutual_info
    assert len(found.without_each["pixels"]) == (codes >= 0).sum()
    known = compare_embeddings(some, {"pixels": pixels}, n_init=1)
    assert known.n_clusters == len(set(codes[codes >= 0])) < 16


@pytest.mark.slow
def test_without_each_image_the_agreement_is_that_of_the_others(images, clip):
    some = images[:120]
    found = compare_embeddings(some, {"CLIP": clip[:120]}, n_clusters=6, n_init=1)

    seed = int(np.random.SeedSequence(0).generate_state(1)[0])
    clusters = sweep_clusters(clip[:120], [6], random_state=seed)[6].cluster_labels
    for row in range(0, 120, 17):
        rest = np.delete(np.arange(120), row)
        expected = metrics.adjusted_mutual_info_score(some.class_labels[rest], clusters[rest])
        assert found.without_each["CLIP"][row] == pytest.approx(expected, abs=1e-11)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_comparison(images, clip):
    one, same, other = (
        compare_embeddings(images, {"CLIP": clip}, random_state=seed, n_init=2)
        for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(one.without_each["CLIP"], same.without_each["CLIP"])
    assert not np.array_equal(one.without_each["CLIP"], other.without_each["CLIP"])


@pytest.mark.slow
def test_the_repr_is_one_line_and_the_arrays_are_read_only(comparison):
    assert repr(comparison).startswith("Comparison over 1000 images in 16 clusters, adjusted ")
    assert "'CLIP' 0.9" in repr(comparison)
    assert repr(comparison.difference("CLIP", "colors")).startswith(
        "Difference 'CLIP' - 'colors': 0.9"
    )
    with pytest.raises(ValueError, match="read-only"):
        comparison.without_each["CLIP"][0] = 1


@pytest.mark.slow
def test_names_are_escaped_in_html(comparison):
    name = "<script>x</script>"
    agreement, without = comparison.agreements["CLIP"], comparison.without_each["CLIP"]
    page = Comparison({name: agreement}, {name: without}, 16)._repr_html_()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.slow
def test_an_unknown_name_is_an_error(comparison):
    words = r"`first` and `second` must be names .*'CLIP'.* Got 'DINO'"
    with pytest.raises(ValueError, match=words):
        comparison.difference("CLIP", "DINO")


def test_no_embedding_or_one_of_other_images_is_an_error(images, clip):
    with pytest.raises(ValueError, match=r"`embeddings` must have at least one entry\. Got none"):
        compare_embeddings(images, {})
    words = r"`embeddings\['CLIP'\]` must have one row for each of the 1000 images\. Got 3"
    with pytest.raises(ValueError, match=words):
        compare_embeddings(images, {"CLIP": clip[:3]})


def test_a_single_class_is_an_error(images, clip):
    apples = np.flatnonzero(images.class_labels == 0)
    with pytest.raises(ValueError, match="`images` must have at least two known classes"):
        compare_embeddings(images[apples], {"CLIP": clip[apples]})


def test_numbers_out_of_range_are_an_error(images, clip):
    with pytest.raises(ValueError, match=r"`n_init` must be a whole number from 1 to .* Got 0"):
        compare_embeddings(images, {"CLIP": clip}, n_init=0)
    with pytest.raises(ValueError, match=r"`n_clusters` must be .* Got"):
        compare_embeddings(images, {"CLIP": clip}, n_clusters=1)
