from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score

from cliplab.evaluation.intervals import Difference, agreement_interval, difference_interval
from cliplab.evaluation.mutual_information import (
    adjusted_mutual_information,
    agreement_without_each,
    variance_by_chance,
)

AGREEMENTS = (0.0, 0.3, 0.6, 0.9)
IN_FULL = bool(os.environ.get("CLIPLAB_PROOF"))


def _table(classes, clusters, n_classes):
    cells = np.bincount(classes * n_classes + clusters, minlength=n_classes**2)
    return cells.reshape(n_classes, n_classes)


def _difference_interval(classes, pair, n_classes):
    tables = [_table(classes, clusters, n_classes) for clusters in pair]
    each = [
        agreement_without_each(table)[classes, clusters]
        for table, clusters in zip(tables, pair, strict=True)
    ]
    return difference_interval(tables, each)


# One interval


def test_far_from_0_and_1_the_interval_is_about_two_errors_of_the_jackknife_wide():
    random = np.random.default_rng(0)
    classes = random.integers(5, size=2000)
    clusters = np.where(random.random(2000) < 0.7, classes, random.integers(5, size=2000))

    low, high = agreement_interval(_table(classes, clusters, 5))

    rows = np.arange(2000)
    without = [
        adjusted_mutual_info_score(classes[rows != row], clusters[rows != row])
        for row in rows[:300]  # Any 300 of these images, which have no order.
    ]
    error = np.sqrt(1999 * np.var(without))
    value = adjusted_mutual_info_score(classes, clusters)
    assert low < value < high
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.15)


def test_zero_is_outside_only_if_shuffled_clusters_seldom_agree_as_much():
    random = np.random.default_rng(1)
    classes = np.arange(300) % 10
    for share in np.linspace(0, 0.4, 21):
        clusters = np.where(random.random(300) < share, classes, random.integers(10, size=300))
        table = _table(classes, clusters, 10)
        by_chance = np.sqrt(variance_by_chance(table))
        low, _ = agreement_interval(table)
        # On the scale of the interval, which near 0 is that of the agreement itself.
        assert (low > 0) == (-np.log1p(-adjusted_mutual_information(table)) > 1.96 * by_chance)


def test_less_agreement_than_by_chance_has_an_interval_around_it():
    somewhat, extremely = np.full((4, 4), 5) + 2 * np.eye(4, dtype=int), np.full((4, 4), 5)
    for table in (somewhat, extremely):
        low, high = agreement_interval(table)
        assert low < adjusted_mutual_information(table) < high
        assert -0.1 < low < 0

    assert agreement_interval(somewhat)[1] > 0


def test_the_interval_ends_below_1_and_narrows_towards_it():
    tables = [np.full((8, 8), 1) + spare * np.eye(8, dtype=int) for spare in (10, 50, 400)]
    ends = np.array([agreement_interval(table) for table in tables])

    assert (ends < 1).all()
    assert (np.diff(ends[:, 1] - ends[:, 0]) < 0).all()


def test_full_agreement_is_a_point():
    assert agreement_interval(7 * np.eye(3, dtype=int)) == (1, 1)


def test_a_single_cluster_is_a_point_at_0():
    assert agreement_interval([[4], [5]]) == pytest.approx((0, 0), abs=1e-9)


# The difference of two


def test_the_same_clusters_differ_by_nothing():
    random = np.random.default_rng(2)
    classes, clusters = random.integers(4, size=(2, 100))

    assert _difference_interval(classes, (clusters, clusters), 4) == (0, 0)


def test_the_other_way_round_the_interval_is_mirrored():
    random = np.random.default_rng(3)
    classes, noise = random.integers(4, size=(2, 200))
    pair = [np.where(random.random(200) < share, classes, noise) for share in (0.8, 0.4)]

    low, high = _difference_interval(classes, pair, 4)

    assert 0 < low < high
    assert _difference_interval(classes, pair[::-1], 4) == pytest.approx((-high, -low))


def test_what_two_have_in_common_narrows_their_difference():
    random = np.random.default_rng(4)
    classes, noise, other_noise = random.integers(6, size=(3, 400))
    is_easy, is_easy_too = random.random((2, 400)) < 0.6
    first = np.where(is_easy, classes, noise)
    alike = np.where(is_easy, classes, other_noise)
    apart = np.where(is_easy_too, classes, other_noise)

    ends = [_difference_interval(classes, (first, second), 6) for second in (alike, apart)]

    widths = [high - low for low, high in ends]
    assert widths[0] < 0.8 * widths[1]


def test_a_difference_is_clear_if_its_interval_excludes_zero():
    assert Difference(("a", "b"), 0.2, 0.1, 0.3).is_clear
    assert Difference(("a", "b"), -0.2, -0.3, -0.1).is_clear
    assert not Difference(("a", "b"), 0.1, -0.1, 0.3).is_clear


# How often intervals contain what they are intervals of


def _shares(n_classes, agreement, weights=None):
    """Return how probable each class and cluster are, if a share of images agrees."""
    sizes = np.full(n_classes, 1 / n_classes) if weights is None else weights / weights.sum()
    return (1 - agreement) * np.outer(sizes, sizes) + agreement * np.diag(sizes)


def _inside(ends, values):
    """Return in how many of the intervals the mean of the values is."""
    low, high = np.transpose(ends)
    return int(((low <= np.mean(values)) & (np.mean(values) <= high)).sum())


def _in_words(n_inside, n_samples):
    low, high = binomtest(n_inside, n_samples).proportion_ci(method="wilson")
    return f"{n_inside / n_samples:.1%} ({low:.1%} to {high:.1%})".replace("%", " %")


def _holds(n_inside, n_samples, least=0.93, most=0.97):
    """Whether the share is between these; of few samples, whether it may well be."""
    if n_samples >= 1000:
        return least <= n_inside / n_samples <= most
    low, high = binomtest(n_inside, n_samples).proportion_ci(0.999, method="wilson")
    return low <= most and least <= high


def _n_inside(shares, n_images, n_samples, random):
    tables = random.multinomial(n_images, shares.ravel(), size=n_samples)
    tables = tables.reshape(n_samples, *shares.shape)
    ends = [agreement_interval(table) for table in tables]
    return _inside(ends, [adjusted_mutual_information(table) for table in tables])


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("n_classes", [5, 10, 20, 40, 60])
def test_intervals_contain_the_mean_agreement_of_other_samples(n_classes, proof, record_property):
    n_samples = proof(150, 1000, f"samples of each number of images in {n_classes} classes")
    failed = {}
    for n_images in (200, 300, 500, 1000) if IN_FULL else (300,):
        words = []
        for agreement in AGREEMENTS if IN_FULL else (0.0, 0.6):
            random = np.random.default_rng([n_classes, n_images, int(10 * agreement)])
            found = _n_inside(_shares(n_classes, agreement), n_images, n_samples, random)
            words.append(f"{_in_words(found, n_samples)} at {agreement}")
            # With five images in a class or fewer the intervals may be too wide.
            most = 0.97 if n_images > 5 * n_classes else 0.985
            if not _holds(found, n_samples, most=most):
                failed[n_images, agreement] = found / n_samples
        record_property("figure", f"{n_images:,} images, share inside: {', '.join(words)}")
    assert failed == {}


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("n_classes", [5, 20, 60])
def test_intervals_contain_the_mean_of_classes_of_very_unequal_sizes(
    n_classes, proof, record_property
):
    """The r-th class has a share proportional to 1/r, so the last of 60 has hardly any image."""
    n_samples = proof(150, 1000, f"samples of each number of images in {n_classes} unequal classes")
    failed = {}
    for n_images in (200, 1000) if IN_FULL else (200,):
        words = []
        for agreement in AGREEMENTS if IN_FULL else (0.6,):
            random = np.random.default_rng([1, n_classes, n_images, int(10 * agreement)])
            shares = _shares(n_classes, agreement, 1 / np.arange(1, n_classes + 1))
            found = _n_inside(shares, n_images, n_samples, random)
            words.append(f"{_in_words(found, n_samples)} at {agreement}")
            if not _holds(found, n_samples, least=0.92, most=0.98):
                failed[n_images, agreement] = found / n_samples
        record_property("figure", f"{n_images:,} images, share inside: {', '.join(words)}")
    assert failed == {}


# The agreements of two clusterings, and how far they agree on the same images.
PAIRS = {
    "both by chance": (0.0, 0.0, 0.0),
    "as good": (0.6, 0.6, 0.5),
    "better": (0.6, 0.3, 0.5),
    "far better": (0.9, 0.0, 0.0),
    "better on the same images": (0.9, 0.6, 1.0),
    "almost the same": (0.9, 0.9, 1.0),
}


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("n_classes", [5, 20, 60])
@pytest.mark.parametrize("pair", PAIRS)
def test_intervals_contain_the_mean_difference_of_other_samples(
    pair, n_classes, proof, record_property
):
    n_samples = proof(60, 1000, f"samples of each number of images in {n_classes} classes")
    failed = {}
    for n_images in (200, 300, 1000) if IN_FULL else (300,):
        random = np.random.default_rng([len(pair), n_classes, n_images])
        values, ends = [], []
        for _ in range(n_samples):
            classes, *both = _two_clusterings(*PAIRS[pair], n_classes, n_images, random)
            first, second = (_table(classes, each, n_classes) for each in both)
            values.append(adjusted_mutual_information(first) - adjusted_mutual_information(second))
            ends.append(_difference_interval(classes, both, n_classes))
        found = _inside(ends, values)
        record_property(
            "figure", f"{n_images:,} images, share inside: {_in_words(found, n_samples)}"
        )
        # Of more classes one or two images decide, and two on the same side are no surprise.
        is_wide = (pair == "almost the same" and n_classes >= 20) or n_images <= 5 * n_classes
        if not _holds(found, n_samples, most=1 if is_wide else 0.97):
            failed[n_images] = found / n_samples
    assert failed == {}


def _two_clusterings(one, other, in_common, n_classes, n_images, random):
    classes, noise, other_noise = random.integers(n_classes, size=(3, n_images))
    ease, other_ease = random.random((2, n_images))
    other_ease = np.where(random.random(n_images) < in_common, ease, other_ease)
    other_noise = np.where(random.random(n_images) < 0.7 * in_common, noise, other_noise)
    return (
        classes,
        np.where(ease < one, classes, noise),
        np.where(other_ease < other, classes, other_noise),
    )


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize(
    ("n_classes", "n_images", "apart"),
    [(5, 300, 1.6), (20, 300, 1.9), (20, 1000, 1.9), (40, 300, 2.1)],
)
def test_clusters_that_are_found_anew_vary_more_than_the_intervals_say(
    n_classes, n_images, apart, proof, record_property
):
    """Normal groups that touch or overlap; K-means, the best of ten runs, in each sample."""
    n_samples = proof(20, 1000, f"samples of {n_images:,} images in {n_classes} groups")
    random = np.random.default_rng(n_classes)
    centers = apart * random.normal(size=(n_classes, 8))
    values, ends = [], []
    for seed in range(n_samples):
        classes = random.integers(n_classes, size=n_images)
        points = centers[classes] + random.normal(size=(n_images, 8))
        clusters = KMeans(n_classes, n_init=10, random_state=seed).fit_predict(points)
        table = _table(classes, clusters, n_classes)
        values.append(adjusted_mutual_information(table))
        ends.append(agreement_interval(table))
    found = _inside(ends, values)
    record_property("figure", f"share inside: {_in_words(found, n_samples)}")
    assert _holds(found, n_samples, least=0.6)
