from __future__ import annotations

import pkgutil
import threading
import time
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_info, threadpool_limits

from cliplab._core.worker_threads import WorkerThreads
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence import measures
from cliplab.evaluation.evidence.answers import (
    Answer,
    decide,
    n_groups_inside,
    nearly_highest,
    standings,
)
from cliplab.evaluation.evidence.gathering import evidence_for_k, gather_evidence
from cliplab.evaluation.evidence.halves import halves
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.evaluation.evidence.main_directions import main_directions
from cliplab.projection.values import Projection

# Four groups that touch, so that starts and halves do not always agree.
_RANDOM = np.random.default_rng(0)
CENTERS = 3.5 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1]])
POINTS = CENTERS[np.arange(60) % 4] + _RANDOM.normal(size=(60, 3))
SWEEP = sweep_clusters(POINTS, range(2, 6))
FEW = {"n_references": 4, "n_resamples": 3, "n_starts": 2}
TASKS = (
    "cliplab.evaluation.evidence.gathering.halves",
    "cliplab.evaluation.evidence.measures.uniform_inertias",
    "cliplab.evaluation.evidence.measures.shuffled_silhouettes",
    "cliplab.evaluation.evidence.measures.random_start",
)


def _quietly(data, sweep, random_state=0, **counts):
    return evidence_for_k(
        data, sweep, random_state=random_state, on_progress=lambda _: None, **(FEW | counts)
    )


EVIDENCE = _quietly(POINTS, SWEEP)
SEEDS = [int(seed) for seed in np.random.SeedSequence(0).generate_state(4)]


def _groups(k, n_images=160, n_features=6, seed=1):
    centers = 12 * np.eye(n_features)[np.arange(n_images) % k]
    return centers + np.random.default_rng(seed).normal(size=(n_images, n_features))


# The same numbers, computed in the simplest way.


def _lowest_inertia(points, k):
    return KMeans(k, n_init=100, tol=0, random_state=0).fit(points).inertia_


@pytest.mark.slow
def test_the_gap_equals_a_plain_computation_on_uniform_data_in_the_main_directions(monkeypatch):
    drawn = []

    def seeing(points, *arguments, plain=measures.partitions, **options):
        drawn.append(points)
        return plain(points, *arguments, **options)

    monkeypatch.setattr(measures, "partitions", seeing)
    scores = main_directions(POINTS).scores(POINTS)
    for seed in SEEDS[:2]:
        measures.uniform_inertias(scores, range(2, 6), seed)
    logarithms = np.array(
        [[np.log(_lowest_inertia(each, k)) for k in range(1, 6)] for each in drawn]
    )
    observed = [np.log(_lowest_inertia(POINTS, k)) for k in range(1, 6)]

    table = EVIDENCE.table
    assert table.index.tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(np.log(table["inertia"]), observed, atol=1e-3)
    np.testing.assert_allclose(table["gap"], logarithms.mean(axis=0) - observed, atol=5e-3)
    errors = logarithms.std(axis=0) * np.sqrt(1 + 1 / 2)
    np.testing.assert_allclose(table["gap_error"], errors, atol=5e-3)


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
def test_silhouettes_in_the_main_directions_are_those_of_k_means_in_them():
    points = _groups(4, n_images=120, n_features=40) + _RANDOM.normal(size=(120, 40))
    table = _quietly(points, sweep_clusters(points, [3, 4])).table
    scores = PCA(16).fit_transform(points)
    for k in (3, 4):
        labels = KMeans(k, n_init=50, random_state=0).fit_predict(scores)
        expected = metrics.silhouette_score(scores, labels)
        assert table["silhouette_main"][k] == pytest.approx(expected, abs=0.002)
        assert table["silhouette_main"][k] > table["silhouette"][k] + 0.02


def test_stability_and_fullness_are_those_of_the_least_clear_cluster_over_all_halves():
    labels = {k: found.cluster_labels for k, found in SWEEP.items()}
    found = [half for seed in SEEDS[:3] for half in halves(POINTS, labels, seed)]
    known = standings(found, list(SWEEP))
    assert known.ks == (2, 3, 4, 5)
    np.testing.assert_array_equal(EVIDENCE.table["stability"][1:], known.stability)
    np.testing.assert_array_equal(EVIDENCE.table["fullness"][1:], known.fullness)


@pytest.mark.slow
def test_ranges_are_from_the_lowest_to_the_highest_of_starts_and_of_shuffled_data():
    scores = main_directions(POINTS).scores(POINTS)
    starts = [measures.random_start(scores, range(2, 6), seed) for seed in SEEDS[:2]]
    shuffled = [measures.shuffled_silhouettes(scores, range(2, 6), seed) for seed in SEEDS]
    table = EVIDENCE.table[1:]
    for name, some in (("silhouette", [each for _, each in starts]), ("null", shuffled)):
        np.testing.assert_array_equal(table[f"{name}_low"], np.min(some, axis=0))
        np.testing.assert_array_equal(table[f"{name}_high"], np.max(some, axis=0))
    for at, k in enumerate(SWEEP):
        agreements = [
            metrics.adjusted_rand_score(one[at], other[at])
            for (one, _), (other, _) in combinations(starts, 2)
        ]
        assert table["start_agreement"][k] == pytest.approx(np.mean(agreements))


@pytest.mark.slow
def test_the_answer_is_what_all_halves_decide_and_forty_repeats_draw_from_them():
    data = _groups(4)
    sweep = sweep_clusters(data, range(2, 9))
    found = _quietly(data, sweep)
    labels = {k: each.cluster_labels for k, each in sweep.items()}
    every = [half for seed in SEEDS[:3] for half in halves(data, labels, seed)]
    highest = nearly_highest(found.table["silhouette_main"][1:].tolist(), list(sweep))
    assert highest == (found.votes["silhouette"],)
    assert found.answer == decide(every, list(sweep), highest) == Answer("k", (4,))
    assert found.repeats == (Answer("k", (4,)),) * 40
    p_values = sorted(half.p_value for half in every)
    assert found.p_value == pytest.approx(p_values[2] + p_values[3])
    assert found.null_p_value == pytest.approx(1 / 5)
    assert found.elbows == sweep.elbows


def test_groups_inside_are_counted_for_the_k_that_stands_apart(monkeypatch):
    """Of silhouettes as high it is the largest whose clusters stand apart, not the first."""
    data = _groups(4)
    sweep = sweep_clusters(data, range(2, 9))
    asked = []

    def counting(found, k, **options):
        asked.append(k)
        return n_groups_inside(found, k, **options)

    gathering = "cliplab.evaluation.evidence.gathering."
    monkeypatch.setattr(f"{gathering}nearly_highest", lambda *_: (7, 4))
    monkeypatch.setattr(f"{gathering}n_groups_inside", counting)
    assert _quietly(data, sweep).answer == Answer("k", (4,))
    assert asked == [4]


# How it is computed.


def _same(one, other):
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
    return (one.answer, one.repeats, one.note) == (other.answer, other.repeats, other.note)


@pytest.mark.slow
def test_equal_seeds_give_equal_evidence_in_whatever_order_the_tasks_finish(monkeypatch):
    waits = np.random.default_rng(0).uniform(0, 0.05, 100).tolist()
    for name in TASKS:
        plain = pkgutil.resolve_name(name)

        def slow(*arguments, plain=plain):
            time.sleep(waits.pop())
            return plain(*arguments)

        monkeypatch.setattr(name, slow)
    monkeypatch.setattr("cliplab.evaluation.evidence.gathering.n_cores", lambda: 5)
    assert _same(EVIDENCE, _quietly(POINTS, SWEEP))
    other = _quietly(POINTS, SWEEP, 1)
    assert not np.array_equal(other.table["gap"], EVIDENCE.table["gap"])
    assert not np.array_equal(other.table["stability"], EVIDENCE.table["stability"])
    assert other.table["silhouette"].equals(EVIDENCE.table["silhouette"])


@pytest.mark.slow
def test_with_more_references_the_first_ones_stay_the_same():
    more = _quietly(POINTS, SWEEP, n_references=7)
    assert (more.table["null_low"][1:] <= EVIDENCE.table["null_low"][1:]).all()
    assert (more.table["null_high"][1:] >= EVIDENCE.table["null_high"][1:]).all()
    assert more.table["stability"].equals(EVIDENCE.table["stability"])


@pytest.mark.slow
def test_progress_increases_from_0_to_1():
    progress = []
    evidence_for_k(POINTS, SWEEP, **FEW, on_progress=progress.append)
    assert (progress[0], progress[-1]) == (0, 1)
    assert (np.diff(progress) > 0).all()
    # 3 splits, 2 uniform and 4 shuffled data sets, and 2 starts; before them 0, after them 1.
    assert len(progress) == 3 + 2 + 4 + 2 + 2
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
def tasks(monkeypatch):
    """Tasks that start two at a time, and end only when there is a permit for them."""
    tasks = SimpleNamespace(started=[], submitted=[], permits=threading.Semaphore(0))
    for name in TASKS:
        plain = pkgutil.resolve_name(name)

        def counted(*arguments, plain=plain):
            tasks.started.append(arguments)
            tasks.permits.acquire()
            return plain(*arguments)

        monkeypatch.setattr(name, counted)

    class Pool(WorkerThreads):
        def submit(self, *arguments):
            tasks.submitted.append(arguments)
            return super().submit(*arguments)

        def shutdown(self, wait=True, *, cancel_futures=False):
            """Permit all that still want to run, so that it shows whether they were cancelled."""
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            tasks.permits.release(1000)
            super().shutdown(wait=wait)

    monkeypatch.setattr("cliplab.evaluation.evidence.gathering.n_cores", lambda: 2)
    monkeypatch.setattr("cliplab.evaluation.evidence.gathering.WorkerThreads", Pool)
    return tasks


@pytest.mark.slow
def test_returning_false_stops_it_after_the_running_tasks(tasks):
    done = []
    tasks.permits.release(3)

    def stop_at_the_third(share):
        done.append(share)
        return len(done) < 4  # The first call reports 0.

    with threadpool_limits(2, "blas"):
        with pytest.raises(KeyboardInterrupt, match=r"The computation of the evidence was stopped"):
            evidence_for_k(POINTS, SWEEP, **FEW, on_progress=stop_at_the_third)
        assert set(_blas_threads()) == {2}
    assert _n_evidence_threads() == 0
    assert len(done) == 4
    assert len(tasks.started) <= 3 + 2


def test_where_nobody_takes_its_items_it_rests_after_a_few_tasks(tasks):
    tasks.permits.release(1000)
    gathering = gather_evidence(POINTS, SWEEP, **FEW)
    assert [next(gathering) for _ in range(3)] == [0, 1 / 12, 2 / 12]
    assert len(tasks.submitted) <= 2 + 3  # Two cores, and one more that waits for them.
    assert isinstance([*gathering][-1], Evidence)
    assert len(tasks.submitted) == 11


@pytest.mark.slow
@pytest.mark.parametrize("n_items", [1, 2, 5])
def test_closing_the_generator_leaves_no_thread_and_restores_the_limits(tasks, n_items):
    for _ in range(n_items - 1):  # The first item reports 0.
        tasks.permits.release()
    with threadpool_limits(2, "blas"):
        gathering = gather_evidence(POINTS, SWEEP, **FEW)
        assert set(_blas_threads()) == {2}
        for _ in range(n_items):
            next(gathering)
        assert set(_blas_threads()) == {1}
        gathering.close()
        assert set(_blas_threads()) == {2}
    assert _n_evidence_threads() == 0
    assert len(tasks.started) <= n_items - 1 + 2


def test_an_error_in_a_task_is_raised_and_stops_all_tasks(monkeypatch):
    def broken(*_):
        raise MemoryError("no room for null data")

    monkeypatch.setattr(measures, "shuffled_silhouettes", broken)
    shares = []
    with pytest.raises(MemoryError, match="no room for null data"):
        evidence_for_k(POINTS, SWEEP, **FEW, on_progress=shares.append)
    assert _n_evidence_threads() == 0
    # It begins at 0, and four tasks fail: after the first of them no other is waited for.
    n_tasks = 3 + 2 + 4 + 2
    assert len(shares) <= 1 + n_tasks - 4


def test_an_error_in_the_callback_stops_all_tasks():
    def broken(_):
        raise RuntimeError("the screen is gone")

    with pytest.raises(RuntimeError, match="the screen is gone"):
        evidence_for_k(POINTS, SWEEP, **FEW, on_progress=broken)
    assert _n_evidence_threads() == 0


# Inputs and errors.


@pytest.mark.slow
def test_a_range_that_ends_at_the_true_k_suggests_to_try_more():
    data = _groups(4)
    found = _quietly(data, sweep_clusters(data, range(2, 5)))
    assert (found.answer, found.suggested_k) == (Answer("more"), None)
    assert "at the last k, 4, all clusters still stand apart. Try more clusters." in found.sentence
    assert _quietly(data, sweep_clusters(data, range(2, 6))).suggested_k == 4


@pytest.mark.slow
def test_a_sweep_of_one_k_has_evidence_but_no_suggestion():
    data = _groups(3)
    found = _quietly(data, sweep_clusters(data, [3]))
    assert found.table.index.tolist() == [1, 3]
    assert found.votes == {"gap": None, "silhouette": 3, "valleys": 3}
    assert found.suggested_k is None
    assert found.answer == Answer("groups")
    assert "a single k cannot be compared with others" in found.sentence
    assert repr(found).startswith("Evidence for k from 3 to 3 in the array: ")


@pytest.mark.slow
def test_a_sweep_may_skip_values_of_k():
    data = _groups(4)
    found = _quietly(data, sweep_clusters(data, [2, 4, 6, 9]))
    assert found.table.index.tolist() == [1, 2, 4, 6, 9]
    assert found.suggested_k == 4


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_embeddings_have_evidence_by_either_distance(metric):
    vectors = Embeddings(_groups(4) + 6)
    sweep = sweep_clusters(vectors, range(2, 8), metric=metric)
    found = _quietly(vectors, sweep)
    assert (found.suggested_k, found.space, found.metric) == (4, "embedding", metric)
    for k, each in sweep.items():
        expected = metrics.silhouette_score(vectors.vectors, each.cluster_labels, metric=metric)
        assert found.table["silhouette"][k] == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
def test_with_the_cosine_groups_are_those_of_directions():
    # Four groups by direction; lengths differ much, and tell nothing.
    lengths = np.random.default_rng(2).uniform(1, 30, (160, 1))
    data = lengths * (_groups(4) + 6)
    found = _quietly(data, sweep_clusters(data, range(2, 8), metric="cosine"))
    assert found.suggested_k == 4
    assert _quietly(data, sweep_clusters(data, range(2, 8))).suggested_k != 4


@pytest.mark.slow
def test_a_projection_is_a_space_of_its_own_and_its_name_is_escaped_in_html():
    hostile = "<script>alert(1)</script>"
    projection = Projection(_groups(3)[:, :2] * [1, 2], hostile)
    found = _quietly(projection, sweep_clusters(projection, range(2, 6)))
    assert (found.suggested_k, found.space) == (3, hostile)
    assert "<script" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


@pytest.mark.slow
@pytest.mark.parametrize(("method", "n_columns"), [("tsne", 2), ("umap", 2), ("umap", 5)])
def test_a_map_has_numbers_but_no_verdict(method, n_columns):
    points = np.tile(_groups(3)[:, :2] * [1, 2], 3)[:, :n_columns]
    projection = Projection(points, method)
    found = _quietly(projection, sweep_clusters(projection, range(2, 6)))
    assert (found.answer, found.repeats, found.suggested_k) == (Answer("no verdict"), (), None)
    assert set(found.votes.values()) == {None}
    assert found.table["fullness"][3] < 0.7
    assert found.sentence.startswith("No verdict on a map")


@pytest.mark.slow
@pytest.mark.parametrize("method", ["pca", "umap-like", "by-hand-2"])
def test_other_projections_have_a_verdict(method):
    projection = Projection(_groups(3)[:, :2] * [1, 2], method)
    found = _quietly(projection, sweep_clusters(projection, range(2, 6)))
    assert found.suggested_k == 3


@pytest.mark.slow
def test_duplicates_of_a_few_images_have_numbers_but_cannot_be_tested():
    data = np.repeat(8.0 * np.eye(6), 30, axis=0)
    found = _quietly(data, sweep_clusters(data, range(2, 7)))
    assert found.answer == Answer("one group")
    assert "at least 64 different ones are needed" in found.sentence
    assert found.table["inertia"][6] == 0  # Its logarithm is not finite.
    assert np.isfinite(found.table["gap"]).all()
    assert not np.isinf(found.table).any(axis=None)


@pytest.mark.slow
@pytest.mark.parametrize(("n_different", "n_copies", "n_features"), [(80, 6, 16), (100, 4, 2)])
def test_images_that_occur_often_do_not_confirm_themselves(n_different, n_copies, n_features):
    """Copies in both halves would make a group of every image."""
    for seed in range(3):
        one = np.random.default_rng(seed).normal(size=(n_different, n_features))
        data = np.repeat(one, n_copies, axis=0)
        found = _quietly(data, sweep_clusters(data, range(2, 11)), n_resamples=5)
        assert found.p_value == 1
        assert found.answer == Answer("one group")


@pytest.mark.slow
@pytest.mark.parametrize("n_images", [2, 3, 5, 8])
def test_few_images_have_numbers_but_cannot_be_tested(n_images):
    data = np.random.default_rng(n_images).normal(size=(n_images, 12))
    found = _quietly(data, sweep_clusters(data, range(2, n_images + 1)))
    assert found.suggested_k is None
    assert np.isnan(found.table["davies_bouldin"][n_images])
    assert np.isnan(found.table["stability"][n_images])
    assert found.sentence.startswith("There are too few images to test")


@pytest.mark.slow
def test_groups_are_found_from_64_images_on():
    for n_images, is_tested in ((62, False), (64, True)):
        data = _groups(2, n_images)
        found = _quietly(data, sweep_clusters(data, range(2, 7)))
        assert np.isfinite(found.p_value) == is_tested
        assert ("too few images to test" in found.sentence) == (not is_tested)


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
        words = rf"`{name}` must be a whole number from {least} to 10000\. Got {value!r} instead\."
        with pytest.raises((TypeError, ValueError), match=words):
            evidence_for_k(POINTS, SWEEP, **{name: value})
    assert _quietly(POINTS[:40], sweep_clusters(POINTS[:40], [2]), **{name: least}).sentence


def test_swapped_arguments_are_an_error():
    with pytest.raises(TypeError, match=r"`sweep` must be a ClusterSweep, from .*\. Got ndarray "):
        evidence_for_k(POINTS, POINTS)
    with pytest.raises(TypeError, match=r"`embeddings` must be .*\. Got ClusterSweep instead"):
        evidence_for_k(SWEEP, POINTS)
    with pytest.raises(TypeError, match=r"`sweep` must be .*\(\(clustering,\)\)\. Got Clustering "):
        gather_evidence(POINTS, SWEEP[3])
