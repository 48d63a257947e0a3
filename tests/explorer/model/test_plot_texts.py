"""What is said of each plot to whoever does not see it: the numbers are those that are drawn."""

from __future__ import annotations

import numpy as np

from cliplab import Clustering, ClusterSweep
from cliplab.explorer.model.plot_texts import plot_texts


def _texts(labels, silhouettes, n_clusters):
    clustering = Clustering(labels, np.eye(3)[:n_clusters], 2.5, silhouettes)
    return plot_texts(ClusterSweep((clustering,)), n_clusters)


def test_the_map_says_how_many_clusters_there_are_and_which_is_the_largest(sweep):
    for value in sweep.parameter_values:
        sizes = np.bincount(sweep[value].cluster_labels)
        expected = f"{value} clusters; the largest, {sizes.argmax()}, has {sizes.max()} images."
        assert plot_texts(sweep, value)["scatter"] == expected


def test_images_in_no_cluster_are_counted():
    texts = _texts([0, 0, 1, -1, -1], [0.1, 0.2, 0.3, np.nan, np.nan], 2)
    assert texts["scatter"] == "2 clusters; the largest, 0, has 2 images; 2 images in no cluster."
    assert texts["silhouettes"] == (
        "Cluster 1 has the highest mean, 0.30, and cluster 0 the lowest, 0.15; "
        "0 of 3 images are negative."
    )


def test_the_bars_name_the_clusters_with_the_highest_and_the_lowest_mean():
    texts = _texts([0, 0, 1, 1, 2], [0.1, -0.3, 0.4, 0.2, 0.0], 3)
    assert texts["silhouettes"] == (
        "Cluster 1 has the highest mean, 0.30, and cluster 0 the lowest, -0.10; "
        "1 of 5 images are negative."
    )


def test_one_cluster_has_no_silhouettes_and_that_is_said():
    texts = _texts([0, 0, 0], [np.nan] * 3, 1)
    assert texts["scatter"] == "1 cluster of 3 images."
    assert texts["silhouettes"] == texts["score"] == "No silhouettes."


def test_the_curves_say_their_ends_and_where_k_is(sweep):
    texts = plot_texts(sweep, 5)
    first, last, here = (f"{sweep[k].inertia:,.4g}" for k in (2, 12, 5))
    assert texts["elbow"] == f"From {first} at k = 2 to {last} at k = 12; it is {here} at k = 5."
    scores = {k: sweep[k].silhouette_score for k in sweep.parameter_values}
    best = max(scores, key=scores.get)
    assert texts["score"] == (
        f"The highest, {scores[best]:.2f}, is at k = {best}; it is {scores[5]:.2f} at k = 5."
    )


def test_over_another_parameter_the_curve_says_how_many_clusters_there_are():
    few = Clustering([0, 0, 1, 1], np.eye(2), 1.0, np.full(4, 0.5))
    none = Clustering([-1, -1, -1, -1], np.empty((0, 2)), 0.0, np.full(4, np.nan))
    sweep = ClusterSweep((few, none), parameter="min_cluster_size", parameter_values=(2, 5))
    texts = plot_texts(sweep, 5)
    assert texts["scatter"] == "No cluster; 4 images in no cluster."
    title = sweep.parameter_title
    assert texts["elbow"] == (
        f"From 2 at {title} = 2 to 0 at {title} = 5; there are 0 at {title} = 5."
    )
    assert texts["score"] == f"The highest, 0.50, is at {title} = 2; there is none at {title} = 5."
