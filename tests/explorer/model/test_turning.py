"""What the page gets to turn: for each k what the plots and the table show, and nothing hidden."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cliplab import Clustering, ClusterSweep, Embeddings
from cliplab.explorer.model.plot_texts import plot_texts
from cliplab.explorer.model.turning import (
    can_be_turned,
    cluster_rows,
    turning_now,
    turning_numbers,
    turning_view,
)
from cliplab.explorer.model.views import clustering_view, numbers_view


def test_a_view_has_what_the_plots_show_at_this_k(sweep):
    view, packed = turning_view(sweep, 5)
    shown = clustering_view(sweep, 5)
    assert view["title"] == shown["title"]
    assert view["texts"] == plot_texts(sweep, 5)
    assert view["mean_silhouette"] == pytest.approx(sweep[5].silhouette_score)
    start = 0
    for each in view["columns"]:
        kind = np.dtype(each["type"])
        size = each["length"] * kind.itemsize
        column = np.frombuffer(packed[start : start + size], kind) * (each["scale"] or 1)
        if each["name"] != "color_values":
            np.testing.assert_allclose(column, shown[each["name"]], atol=2e-5)
        start += size
    assert start == len(packed) <= 6 * len(sweep[5])


def test_views_can_be_written_as_json_even_where_there_is_no_mean():
    alone = Clustering(np.zeros(4, int), np.eye(2)[:1], 1.0, np.full(4, np.nan))
    view, _ = turning_view(ClusterSweep((alone,)), 1)
    assert view["mean_silhouette"] is None
    assert "NaN" not in json.dumps(view)


def test_the_table_has_size_mean_and_share_of_negatives_of_each_cluster(sweep):
    clustering = sweep[6]
    for cluster, row in enumerate(cluster_rows(clustering)):
        own = clustering.silhouettes[clustering.cluster_labels == cluster]
        assert (row["cluster"], row["size"]) == (cluster, len(own))
        assert row["mean"] == pytest.approx(own.mean(), abs=1e-6)
        assert row["negative"] == pytest.approx((own < 0).mean())
        assert clustering.silhouettes[row["typical"]] == own.max()


def test_noise_is_a_row_of_its_own_without_scores():
    labels, silhouettes = [0, 0, 1, 1, -1], [0.1, 0.2, 0.3, -0.4, np.nan]
    row = cluster_rows(Clustering(labels, np.eye(2), 1.0, silhouettes))[-1]
    assert (row["cluster"], row["name"], row["size"], row["mean"]) == (-1, "noise", 1, None)


def test_numbers_stand_where_they_stand_on_this_map(sweep, projection):
    numbers = dict(turning_numbers(sweep, projection))
    assert list(numbers) == list(sweep.parameter_values)
    assert numbers[4] == numbers_view(sweep[4], projection)


def _of_two(n_images):
    labels = np.arange(n_images) % 2
    clustering = Clustering(labels, np.eye(2), 1.0, np.zeros(n_images, np.float32))
    return turning_view(ClusterSweep((clustering,)), 2)


def test_of_twenty_thousand_images_a_view_has_six_bytes_an_image():
    assert can_be_turned(20_000)
    view, packed = _of_two(20_000)
    assert len(packed) == 6 * 20_000
    assert len(json.dumps(view)) < 10_000


def test_of_very_many_images_only_the_texts_are_sent():
    assert not can_be_turned(20_001)
    view, packed = _of_two(20_001)
    assert (view["columns"], packed) == ([], b"")
    assert [row["size"] for row in view["clusters"]] == [10_001, 10_000]


@pytest.mark.parametrize(("n_images", "n_clusters"), [(300, 128), (300, 129), (9000, 700)])
def test_any_number_of_clusters_can_be_sent(n_images, n_clusters):
    labels = np.arange(n_images) % n_clusters
    centers = np.arange(2.0 * n_clusters).reshape(-1, 2)
    scores = np.zeros(n_images, np.float32)
    labels[:2] = -1
    scores[:2] = np.nan
    sweep = ClusterSweep((Clustering(labels, centers, 1.0, scores),))
    (value,) = sweep.parameter_values
    view, packed = turning_view(sweep, value)
    shown, start = clustering_view(sweep, value), 0
    for each in view["columns"]:
        kind = np.dtype(each["type"])
        column = np.frombuffer(packed, kind, each["length"], start)
        if each["scale"] is None and each["name"] != "color_values":
            np.testing.assert_array_equal(column, shown[each["name"]])
        start += column.nbytes


def test_only_vectors_of_a_clip_are_said_to_be_what_clip_sees(embeddings, make_session):
    assert turning_now(make_session())["as_seen"] == ""
    of_clip = Embeddings(embeddings.vectors, "storybook", {"open_clip": "3.3.0"})
    assert turning_now(make_session(embeddings=of_clip))["as_seen"] == " as CLIP sees them"


def test_the_classes_are_in_no_view(images, make_session):
    session = make_session()
    views = [turning_view(session.sweep, k)[0] for k in session.sweep.parameter_values]
    said = json.dumps([views, turning_now(session)])
    assert not [name for name in images.class_names if f'"{name}"' in said]
