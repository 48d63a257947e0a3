from __future__ import annotations

import os
import threading
import time
from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_info, threadpool_limits

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence import measures
from cliplab.evaluation.evidence.gathering import evidence_for_k, gather_evidence
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.evaluation.null import null_data
from cliplab.projection.values import Projection

# Four groups that touch, so that starts and resamples do not always agree.
_RANDOM = np.random.default_rng(0)
CENTERS = 3.5 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1]])
POINTS = CENTERS[np.arange(60) % 4] + _RANDOM.normal(size=(60, 3))
SWEEP = sweep_clusters(POINTS, range(2, 6))
FEW = {"n_references": 4, "n_resamples": 3, "n_starts": 3}
IN_FULL = {"n_references": 10, "n_resamples": 6, "n_starts": 2}


def _quietly(data, sweep, random_state=0, **counts):
    return evidence_for_k(
        data, sweep, random_state=random_state, on_progress=lambda _: None, **(FEW | counts)
    )


EVIDENCE = _quietly(POINTS, SWEEP)
SEEDS = [int(seed) for seed in np.random.SeedSequence(0).generate_state(4)]


# Data with a known answer.


def _mixture(random, k, sizes="equal", spread=9.6, apart=8.0):
    """Draw normal groups of standard deviation 1 in eight dimensions, with normal centers."""
    nearest = -1.0
    while nearest < apart:
        centers = spread * random.normal(size=(k, 8))
        nearest = min(np.linalg.norm(one - other) for one, other in combinations(centers, 2))
    # Unequal sizes: the largest has three times as many images as the smallest.
    weights = np.linspace(1, 1 if sizes == "equal" else 3, k)
    groups = random.choice(k, 250, p=weights / weights.sum())
    return centers[groups] + random.normal(size=(250, 8))


def _on_a_sphere(random):
    points = random.normal(size=(250, 8))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


ONE_GROUP = {
    "a stretched Gaussian": lambda random: random.normal(size=(250, 8)) * random.uniform(0.3, 3, 8),
    "a cube": lambda random: random.uniform(size=(250, 8)),
    "a square": lambda random: random.uniform(size=(250, 2)),
    "a sphere": _on_a_sphere,
    "heavy tails": lambda random: random.standard_t(5, size=(250, 8)),
}


def _suggestions(draw, n_draws, largest):
    """Count how often each k is suggested."""
    found = Counter()
    for seed in range(n_draws):
        data = draw(np.random.default_rng(seed))
        sweep = sweep_clusters(data, range(2, largest + 1))
        counts = IN_FULL if os.environ.get("CLIPLAB_PROOF") else FEW
        found[_quietly(data, sweep, seed, **counts).suggested_k] += 1
    return found


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("sizes", ["equal", "unequal"])
@pytest.mark.parametrize(("k", "largest"), [(2, 8), (5, 10), (12, 15)])
def test_the_number_of_separate_groups_is_suggested(k, largest, sizes, proof, record_property):
    n_draws = proof(2, 20, f"mixtures of {k} groups of {sizes} sizes, 8 deviations apart or more")
    found = _suggestions(lambda random: _mixture(random, k, sizes), n_draws, largest)
    record_property("figure", f"k = {k} is suggested in {found[k]} of these {n_draws}")
    assert found[k] >= 0.9 * n_draws


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize("name", ONE_GROUP)
def test_no_k_is_suggested_for_data_without_groups(name, proof, record_property):
    n_draws = proof(2, 20, f"samples of {name}, in which there are no groups")
    found = _suggestions(ONE_GROUP[name], n_draws, 10)
    record_property("figure", f"a k is suggested in {n_draws - found[None]} of these {n_draws}")
    assert n_draws - found[None] <= 0.05 * n_draws


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.parametrize(("k", "largest"), [(2, 8), (5, 10), (12, 15)])
def test_of_overlapping_groups_not_too_many_are_suggested(k, largest, proof, record_property):
    """The centers are 5 deviations apart on average, and the nearest much less."""
    n_draws = proof(2, 20, f"mixtures of {k} groups of equal sizes that overlap")
    found = _suggestions(lambda random: _mixture(random, k, "equal", 1.3, 0), n_draws, largest)
    n_fewer = sum(found[fewer] for fewer in range(2, k))
    n_more = n_draws - found[k] - found[None] - n_fewer
    counts = f"k = {k} is suggested in {found[k]} of these {n_draws}, none in {found[None]}, "
    record_property("figure", counts + f"fewer groups in {n_fewer}, more in {n_more}")
    assert n_more <= 0.05 * n_draws


# The same numbers, computed in the simplest way.


def _plain_kmeans(points, k):
    return KMeans(k, n_init=100, tol=0, random_state=0).fit(points)


def _lowest_inertia(points, k):
    return _plain_kmeans(points, k).inertia_


@pytest.mark.slow
def test_the_gap_equals_a_plain_computation_on_the_same_null_data():
    logarithms = np.array(
        [
            [
                np.log(_lowest_inertia(null_data(POINTS, "uniform", random_state=seed), k))
                for k in range(1, 6)
            ]
            for seed in SEEDS
        ]
    )
    observed = [np.log(_lowest_inertia(POINTS, k)) for k in range(1, 6)]

    table = EVIDENCE.table
    assert table.index.tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(np.log(table["inertia"]), observed, atol=1e-3)
    np.testing.assert_allclose(table["gap"], logarithms.mean(axis=0) - observed, atol=1e-3)
    errors = logarithms.std(axis=0) * np.sqrt(1 + 1 / 4)
    np.testing.assert_allclose(table["gap_error"], errors, atol=1e-3)


@pytest.mark.slow
def test_stability_equals_a_plain_computation_on_the_same_resamples():
    rows = [measures.resample(POINTS, SWEEP, seed)[0] for seed in SEEDS[:3]]
    for some in rows:
        assert len(set(some)) == 48
    # With 5 clusters for 4 groups there are minima of the inertia within 0.2 % of one another.
    for k in range(2, 5):
        labels = []
        for some in rows:
            found = np.full(60, -1)
            found[some] = _plain_kmeans(POINTS[some], k).labels_
            labels.append(found)
        scores = []
        for one, other in combinations(labels, 2):
            both = (one >= 0) & (other >= 0)
            scores.append(metrics.adjusted_rand_score(one[both], other[both]))
        assert EVIDENCE.table["stability"][k] == pytest.approx(np.mean(scores), abs=1e-6)


@pytest.mark.slow
def test_resamples_differ_and_include_all_images_in_total():
    rows = [measures.resample(POINTS, SWEEP, seed)[0] for seed in range(20)]
    assert len({tuple(some) for some in rows}) == 20
    assert set(np.concatenate(rows)) == set(range(60))


def test_the_scores_are_those_of_scikit_learn():
    table = EVIDENCE.table
    for k, found in SWEEP.items():
        labels = found.cluster_labels
        expected = [
            metrics.silhouette_score(POINTS, labels),
            metrics.calinski_harabasz_score(POINTS, labels),
            metrics.davies_bouldin_score(POINTS, labels),
        ]
        columns = ["silhouette", "calinski_harabasz", "davies_bouldin"]
        np.testing.assert_allclose(table.loc[k, columns].astype(float), expected, rtol=1e-5)
    assert np.isnan(table.loc[1, columns].astype(float)).all()


@pytest.mark.slow
def test_the_null_silhouettes_are_those_of_null_data_of_both_kinds():
    scores = np.array(
        [
            sweep_clusters(
                null_data(POINTS, kind, random_state=seed), range(2, 6), random_state=seed
            ).silhouette_scores
            for kind in ("uniform", "covariance")
            for seed in SEEDS
        ]
    )
    np.testing.assert_array_equal(EVIDENCE.table["null_low"][1:], scores.min(axis=0))
    np.testing.assert_array_equal(EVIDENCE.table["null_high"][1:], scores.max(axis=0))


def test_a_start_is_k_means_from_random_images_until_convergence():
    labelings, scores = measures.random_start(POINTS, SWEEP, 5)
    for labels, score in zip(labelings, scores, strict=True):
        assert score == pytest.approx(metrics.silhouette_score(POINTS, labels), abs=1e-6)
        means = np.array([POINTS[labels == each].mean(axis=0) for each in range(labels.max() + 1)])
        nearest = np.linalg.norm(POINTS[:, None] - means, axis=-1).argmin(axis=1)
        assert (nearest == labels).mean() > 0.98  # It stops where the centers hardly move.


@pytest.mark.slow
def test_starts_reach_each_minimum_as_often_as_independent_runs_of_scikit_learn():
    sweep = sweep_clusters(POINTS, [4])
    ours = [float(measures.random_start(POINTS, sweep, seed)[1][0]) for seed in range(300)]
    theirs = [
        metrics.silhouette_score(
            POINTS, KMeans(4, init="random", n_init=1, random_state=seed).fit_predict(POINTS)
        )
        for seed in range(1000, 1300)
    ]
    best = SWEEP[4].silhouette_score
    shares = [np.mean(np.array(some) > best - 0.005) for some in (ours, theirs)]
    assert 0.3 < shares[1] < 0.98
    assert shares[0] == pytest.approx(shares[1], abs=0.12)
    assert min(ours) == pytest.approx(min(theirs), abs=0.03)
    assert max(ours) == pytest.approx(max(theirs), abs=0.005)


def test_the_range_over_starts_is_from_the_lowest_to_the_highest():
    starts = [measures.random_start(POINTS, SWEEP, seed) for seed in SEEDS[:3]]
    scores = [scores for _, scores in starts]
    np.testing.assert_array_equal(EVIDENCE.table["silhouette_low"][1:], np.min(scores, axis=0))
    np.testing.assert_array_equal(EVIDENCE.table["silhouette_high"][1:], np.max(scores, axis=0))
    for at, k in enumerate(SWEEP):
        agreements = [
            metrics.adjusted_rand_score(one[at], other[at])
            for (one, _), (other, _) in combinations(starts, 2)
        ]
        assert EVIDENCE.table["start_agreement"][k] == pytest.approx(np.mean(agreements))


def test_a_score_stands_out_only_if_no_null_data_set_stands_out_as_much():
    null = np.random.default_rng(0).normal(size=(9, 6))
    for k in range(6):
        assert measures.beats_null(null.mean(axis=0) + 9 * np.eye(6)[k], null)
        assert not measures.beats_null(null.mean(axis=0) - 9 * np.eye(6)[k], null)
    assert not measures.beats_null(null[3], null)
    assert not measures.beats_null(np.zeros(3), np.zeros((5, 3)))
    # The scale of each k does not matter, because scores are standardized.
    scales = np.array([1, 10, 100, 1e3, 1e-3, 1])
    assert measures.beats_null(scales * 9 * np.eye(6)[4], scales * null)


def test_another_null_data_set_stands_out_from_n_with_probability_1_in_n_plus_1():
    random = np.random.default_rng(0)
    found = [measures.beats_null(*np.split(random.normal(size=(5, 6)), [1])) for _ in range(2000)]
    assert np.mean(found) == pytest.approx(1 / 5, abs=0.025)


# What the evidence says.


def _evidence(gap, silhouette, stability, *, stands_out=True, space="embedding"):
    """For k = 1, 2 and so on; the standard error of the gap is 0.1."""
    columns = {
        "gap": gap, "gap_error": 0.1, "silhouette": [np.nan, *silhouette],
        "stability": [np.nan, *stability], "null_high": 0.0,
    }  # fmt: skip
    index = pd.Index(range(1, len(gap) + 1), name="n_clusters")
    return Evidence(pd.DataFrame(columns, index), stands_out, elbow=None, space=space)


def test_each_measure_selects_a_k():
    found = _evidence([0, 0.3, 0.85, 0.9, 0.8], [0.2, 0.3, 0.5, 0.4], [1, 0.99, 0.9, 0.8])
    # A gap of 0.85 is within a standard error of 0.9.
    assert found.votes == {"gap": 3, "silhouette": 4, "stability": 3}
    assert found.suggested_k == 3
    assert {type(k) for k in (*found.votes.values(), found.suggested_k)} == {int}


def test_stability_selects_one_group_if_no_clusters_are_stable():
    found = _evidence([1, 0.3, 0.2, 0.1], [0.2, 0.3, 0.1], [0.5, np.nan, 0.4])
    assert found.votes == {"gap": 1, "silhouette": 3, "stability": 1}
    assert found.suggested_k is None
    assert found.sentence == (
        "The silhouettes stand out from null data, but no k is clearly the best: the gap "
        "statistic selects 1, the silhouette 3, stability 1. Choose k by its use."
    )


def test_a_suggestion_comes_with_its_reasons():
    found = _evidence([0, 0.3, 0.9, 0.5], [0.2, 0.5, 0.3], [1, 0.99, 0.3])
    assert found.suggested_k == 3
    assert found.sentence == (
        "k = 3 is well supported: the gap statistic selects 3, the silhouette 3, stability 3, the "
        "silhouettes stand out from null data, and resamples agree with an adjusted Rand index "
        "of 0.99."
    )
    assert repr(found) == f"Evidence for k from 2 to 4 in the embedding: {found.sentence}"


def test_no_k_is_suggested_if_the_silhouettes_do_not_stand_out():
    found = _evidence([0, 0.3, 0.9, 0.5], [0.2, 0.5, 0.3], [1, 0.99, 0.3], stands_out=False)
    assert found.suggested_k is None
    assert found.sentence.startswith("No k is supported: the silhouettes do not stand out from")
    assert found.votes["gap"] == 3


def test_if_two_measures_select_the_last_k_the_sentence_says_to_try_more():
    found = _evidence([0, 0.3, 0.5, 0.9], [0.2, 0.4, 0.6], [1, 0.9, 1])
    assert found.suggested_k is None
    assert "the best k is the last of the range: try more clusters (the gap" in found.sentence


def test_a_k_with_a_silhouette_as_high_on_null_data_is_not_suggested():
    found = _evidence([0, 0.3, 0.85, 0.9, 0.8], [0.2, 0.3, 0.5, 0.4], [1, 0.99, 0.9, 0.8])
    table = found.table.copy()
    table.loc[3, "null_high"] = table.loc[3, "silhouette"]
    found = Evidence(table, stands_out=True, elbow=None, space="array")
    assert found.suggested_k is None
    assert "but not at k = 3, where those of null data are as high" in found.sentence


def test_the_sentence_warns_of_maps():
    gaps = ([0, 0.3, 0.85, 0.9, 0.8], [0.2, 0.3, 0.5, 0.4], [1, 0.99, 0.9, 0.8])
    assert (
        "can show separate groups in data without groups" in _evidence(*gaps, space="tsne").sentence
    )
    assert "separate groups" not in _evidence(*gaps).sentence


def test_a_k_with_unstable_clusters_is_not_suggested():
    found = _evidence([0, 0.3, 0.9, 0.5], [0.2, 0.5, 0.3], [1, 0.89, 0.3])
    assert found.votes == {"gap": 3, "silhouette": 3, "stability": 2}
    assert found.suggested_k is None
    assert "agree at k = 3 only with an adjusted Rand index of 0.89 (the gap" in found.sentence


def test_three_different_selections_suggest_no_k():
    found = _evidence([0, 0.9, 0.5, 0.2, 0], [0.2, 0.5, 0.3, 0.1], [1, 1, 1, 0.3])
    assert found.votes == {"gap": 2, "silhouette": 3, "stability": 4}
    assert found.suggested_k is None
    assert "no k is clearly the best" in found.sentence


def test_the_html_has_the_sentence_the_table_and_the_space():
    page = EVIDENCE._repr_html_()
    assert EVIDENCE.sentence in page
    assert page.count("<tr") == 2 + 5  # Two rows of headings, and a row for each k.
    assert "Measured in the array, by euclidean distance." in page
    assert "nan" not in page.lower()


def test_the_html_has_the_elbow_which_does_not_influence_the_suggestion():
    table = EVIDENCE.table
    for elbow, words in ((5, "has its elbow at k = 5."), (None, "has no clear elbow.")):
        found = Evidence(table, stands_out=True, elbow=elbow, space="array")
        assert words in found._repr_html_()
        assert found.votes == EVIDENCE.votes


@pytest.mark.slow
def test_the_name_of_a_projection_is_escaped_in_html():
    hostile = "<script>alert(1)</script>"
    projection = Projection(POINTS[:, :2], hostile)
    found = _quietly(projection, sweep_clusters(projection, [2, 3]))
    assert found.space == hostile
    assert "<script" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


def test_changing_the_returned_table_does_not_change_the_evidence():
    table = EVIDENCE.to_pandas()
    table["gap"] = 0
    assert EVIDENCE.to_pandas()["gap"].max() > 0


# How it is computed.


def _same(one, other):
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
    return (one.sentence, one.stands_out) == (other.sentence, other.stands_out)


@pytest.mark.slow
def test_equal_seeds_give_equal_evidence_in_whatever_order_the_tasks_finish(monkeypatch):
    waits = np.random.default_rng(0).uniform(0, 0.05, 100).tolist()
    for name in ("reference", "resample", "random_start"):
        plain = getattr(measures, name)

        def slow(*arguments, plain=plain):
            time.sleep(waits.pop())
            return plain(*arguments)

        monkeypatch.setattr(measures, name, slow)
    monkeypatch.setattr("cliplab.evaluation.evidence.gathering.n_cores", lambda: 5)
    assert _same(EVIDENCE, _quietly(POINTS, SWEEP))
    other = _quietly(POINTS, SWEEP, 1)
    assert not np.array_equal(other.table["gap"], EVIDENCE.table["gap"])
    assert other.table["silhouette"].equals(EVIDENCE.table["silhouette"])


@pytest.mark.slow
def test_with_more_references_the_first_ones_stay_the_same():
    more = _quietly(POINTS, SWEEP, n_references=6)
    assert (more.table["null_low"][1:] <= EVIDENCE.table["null_low"][1:]).all()
    assert (more.table["null_high"][1:] >= EVIDENCE.table["null_high"][1:]).all()
    assert more.table["stability"].equals(EVIDENCE.table["stability"])


@pytest.mark.slow
def test_progress_increases_from_0_to_1():
    progress = []
    evidence_for_k(POINTS, SWEEP, **FEW, on_progress=progress.append)
    assert (progress[0], progress[-1]) == (0, 1)
    assert (np.diff(progress) > 0).all()
    assert len(progress) == 2 * 4 + 3 + 3 + 2
    *shares, last = gather_evidence(POINTS, SWEEP, **FEW)
    assert shares == progress
    assert _same(last, EVIDENCE)


@pytest.mark.slow
def test_without_a_callback_a_bar_shows_the_progress(capsys, monkeypatch):
    monkeypatch.setattr("tqdm.std.time", lambda: next(seconds))
    seconds = iter(range(0, 10**6, 60))
    evidence_for_k(POINTS, SWEEP, **FEW)
    assert "Computing evidence: 100%" in capsys.readouterr().err


def _n_evidence_threads():
    return sum(thread.name.startswith("evidence") for thread in threading.enumerate())


def _blas_threads():
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


@pytest.fixture
def started(monkeypatch):
    """The tasks that have started; two at a time."""
    tasks = []
    for name in ("reference", "resample", "random_start"):
        plain = getattr(measures, name)

        def counted(*arguments, plain=plain):
            tasks.append(arguments)
            return plain(*arguments)

        monkeypatch.setattr(measures, name, counted)
    monkeypatch.setattr("cliplab.evaluation.evidence.gathering.n_cores", lambda: 2)
    return tasks


@pytest.mark.slow
def test_returning_false_stops_it_after_the_running_tasks(started):
    done = []

    def stop_at_the_third(share):
        done.append(share)
        return len(done) < 4  # The first call reports 0.

    with threadpool_limits(2, "blas"):
        with pytest.raises(KeyboardInterrupt, match=r"The computation of the evidence was stopped"):
            evidence_for_k(POINTS, SWEEP, **FEW, on_progress=stop_at_the_third)
        assert set(_blas_threads()) == {2}
    assert _n_evidence_threads() == 0
    assert len(done) == 4
    assert len(started) <= 3 + 3  # Two running, and one that started while the third was reported.


@pytest.mark.slow
@pytest.mark.parametrize("n_items", [1, 2, 5])
def test_closing_the_generator_leaves_no_thread_and_restores_the_limits(started, n_items):
    with threadpool_limits(2, "blas"):
        gathering = gather_evidence(POINTS, SWEEP, **FEW)
        assert set(_blas_threads()) == {2}
        for _ in range(n_items):
            next(gathering)
        assert set(_blas_threads()) == {1}
        gathering.close()
        assert set(_blas_threads()) == {2}
    assert _n_evidence_threads() == 0
    assert len(started) <= n_items + 3
    n_started = len(started)
    time.sleep(0.3)
    assert len(started) == n_started


def test_an_error_in_a_task_is_raised_and_stops_all_tasks(monkeypatch):
    def broken(*_):
        raise MemoryError("no room for null data")

    monkeypatch.setattr(measures, "reference", broken)
    with pytest.raises(MemoryError, match="no room for null data"):
        _quietly(POINTS, SWEEP)
    assert _n_evidence_threads() == 0


def test_an_error_in_the_callback_stops_all_tasks():
    def broken(_):
        raise RuntimeError("the screen is gone")

    with pytest.raises(RuntimeError, match="the screen is gone"):
        evidence_for_k(POINTS, SWEEP, **FEW, on_progress=broken)
    assert _n_evidence_threads() == 0


# Inputs and errors.


def _plain_groups(k, n_images=150, n_features=6):
    centers = 12 * np.eye(n_features)[np.arange(n_images) % k]
    return centers + np.random.default_rng(1).normal(size=(n_images, n_features))


@pytest.mark.slow
def test_a_range_that_ends_at_the_true_k_suggests_to_try_more():
    data = _plain_groups(4)
    found = _quietly(data, sweep_clusters(data, range(2, 5)))
    assert found.suggested_k is None
    assert "the best k is the last of the range: try more clusters" in found.sentence
    assert _quietly(data, sweep_clusters(data, range(2, 6))).suggested_k == 4


@pytest.mark.slow
def test_a_sweep_of_one_k_has_evidence_but_no_suggestion():
    data = _plain_groups(3)
    found = _quietly(data, sweep_clusters(data, [3]))
    assert found.table.index.tolist() == [1, 3]
    assert found.votes == {"gap": 3, "silhouette": 3, "stability": 3}
    assert found.suggested_k is None
    assert "try more clusters" in found.sentence
    assert repr(found).startswith("Evidence for k from 3 to 3 in the array: ")


@pytest.mark.slow
def test_a_sweep_may_skip_values_of_k():
    data = _plain_groups(4)
    found = _quietly(data, sweep_clusters(data, [2, 4, 6, 9]))
    assert found.table.index.tolist() == [1, 2, 4, 6, 9]
    assert found.suggested_k == 4


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_embeddings_have_evidence_by_either_distance(metric):
    vectors = Embeddings(_plain_groups(4) + 6)
    sweep = sweep_clusters(vectors, range(2, 8), metric=metric)
    found = _quietly(vectors, sweep)
    assert (found.suggested_k, found.space, found.metric) == (4, "embedding", metric)
    for k, each in sweep.items():
        expected = metrics.silhouette_score(vectors.vectors, each.cluster_labels, metric=metric)
        assert found.table["silhouette"][k] == pytest.approx(expected, abs=1e-5)
    nulls = [
        sweep_clusters(
            null_data(vectors, kind, random_state=seed),
            range(2, 8),
            random_state=seed,
            metric=metric,
        )
        for kind in ("uniform", "covariance")
        for seed in SEEDS
    ]
    highest = np.max([each.silhouette_scores for each in nulls], axis=0)
    np.testing.assert_array_equal(found.table["null_high"][1:], highest)


@pytest.mark.slow
def test_with_the_cosine_starts_depend_on_directions_only():
    directions = _plain_groups(3)
    lengths = np.random.default_rng(2).uniform(0.1, 10, (150, 1))
    sweep = sweep_clusters(Embeddings(directions), [2, 3], metric="cosine")
    near, far = (
        measures.random_start(each, sweep, 0) for each in (directions, lengths * directions)
    )
    for one, other in zip(near[0], far[0], strict=True):
        np.testing.assert_array_equal(one, other)
    expected = [metrics.silhouette_score(directions, each, metric="cosine") for each in near[0]]
    np.testing.assert_allclose(near[1], expected, atol=1e-6)
    scores = [measures.classical_scores(each, sweep) for each in (directions, lengths * directions)]
    np.testing.assert_allclose(*scores)


@pytest.mark.slow
def test_with_the_cosine_resamples_are_clustered_by_the_cosine():
    # Two groups by direction, two others by length.
    lengths = np.where(np.arange(100) % 4 < 2, 1, 20)[:, None]
    data = lengths * (np.eye(2)[np.arange(100) % 2] + 0.05 * _RANDOM.normal(size=(100, 2)))
    for metric, groups in (("cosine", np.arange(100) % 2), ("euclidean", np.arange(100) % 4)):
        sweep = sweep_clusters(data, [2, 3], metric=metric)
        rows, labelings = measures.resample(data, sweep, 0)
        score = metrics.adjusted_rand_score(groups[rows], labelings[2])
        assert (score == 1) == (metric == "cosine")


@pytest.mark.slow
def test_a_projection_is_a_space_of_its_own():
    projection = Projection(_plain_groups(3)[:, :2] * [1, 2], "by hand")
    found = _quietly(projection, sweep_clusters(projection, range(2, 6)))
    assert (found.suggested_k, found.space) == (3, "by hand")


@pytest.mark.slow
def test_duplicates_of_a_few_images_are_as_many_groups():
    data = np.repeat(8.0 * np.eye(6), 10, axis=0)
    found = _quietly(data, sweep_clusters(data, range(2, 7)))
    assert found.votes == {"gap": 6, "silhouette": 6, "stability": 6}
    assert found.table["inertia"][6] == 0  # Its logarithm is not finite.
    assert np.isfinite(found.table["gap"]).all()


@pytest.mark.slow
def test_stability_is_nan_if_a_resample_has_too_few_images_for_k():
    # Nine different images; most resamples lack some of those that occur once.
    data = np.r_[np.zeros((30, 2)), np.random.default_rng(0).normal(size=(8, 2))]
    found = _quietly(data, sweep_clusters(data, range(2, 10)))
    stability = found.table["stability"]
    assert np.isfinite(stability[2])
    assert np.isnan(stability[9])
    assert np.isfinite(found.table["silhouette_low"][2:]).all()


@pytest.mark.slow
@pytest.mark.parametrize("n_images", [3, 5, 8])
def test_few_images_have_evidence_too(n_images):
    data = np.random.default_rng(n_images).normal(size=(n_images, 12))
    found = _quietly(data, sweep_clusters(data, range(2, n_images + 1)))
    assert found.suggested_k is None
    assert np.isnan(found.table["stability"][round(0.8 * n_images)])
    assert np.isnan(found.table["stability"][n_images])
    assert np.isnan(found.table["davies_bouldin"][n_images])
    assert found.sentence


def test_a_sweep_of_another_space_is_an_error():
    with pytest.raises(ValueError, match=r"`sweep` must be of these 60 images in the embedding\. "
                       r"Got ClusterSweep of 60 images in the array"):  # fmt: skip
        gather_evidence(Embeddings(POINTS), SWEEP)
    with pytest.raises(ValueError, match="must be of these 60 images in the by hand-3"):
        gather_evidence(Projection(POINTS, "by hand"), SWEEP)
    with pytest.raises(ValueError, match="must be of these 59 images in the array"):
        evidence_for_k(POINTS[:59], SWEEP)


def test_other_data_of_as_many_images_are_an_error():
    with pytest.raises(ValueError, match="must be of these 60 images in the array"):
        gather_evidence(POINTS[::-1], SWEEP)
    with pytest.raises(ValueError, match="must be of these 60 images in the array"):
        gather_evidence(POINTS[:, :2], SWEEP)


def test_a_sweep_by_another_algorithm_is_an_error():
    sweep = sweep_clusters(POINTS, range(2, 5), algorithm="ward")
    with pytest.raises(ValueError, match=r"`sweep` must be by K-means, .*Got one by 'ward'"):
        gather_evidence(POINTS, sweep)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least"), [("n_references", 3), ("n_resamples", 2), ("n_starts", 2)]
)
def test_too_few_repetitions_are_an_error(name, least):
    for value in (least - 1, float(least), str(least)):
        words = rf"`{name}` must be a whole number of at least {least}\. Got {value!r} instead\."
        with pytest.raises(ValueError, match=words):
            gather_evidence(POINTS, SWEEP, **{name: value})
    assert _quietly(POINTS[:40], sweep_clusters(POINTS[:40], [2]), **{name: least}).sentence


def test_swapped_arguments_are_an_error():
    with pytest.raises(TypeError, match=r"`sweep` must be a ClusterSweep, from .*\. Got ndarray "):
        evidence_for_k(SWEEP, POINTS)
    with pytest.raises(TypeError, match=r"`sweep` must be .*\(\(clustering,\)\)\. Got Clustering "):
        gather_evidence(POINTS, SWEEP[3])
