"""The numbers of the clusters, as they are given to the browser."""

import numpy as np

from cliplab.explorer.model.columns import BESIDE_BARS, number_columns, word_columns
from cliplab.explorer.plots.linked import Plots
from cliplab.explorer.style.theme import cluster_color, ink_on


def test_each_number_is_on_its_clusters_colour_and_knows_how_large_it_is(sweep, projection):
    clustering = sweep[6]
    columns = number_columns(clustering, projection)
    assert columns["names"] == [str(cluster) for cluster in range(6)]
    assert columns["sizes"] == np.bincount(clustering.cluster_labels).tolist()
    assert columns["colors"] == [cluster_color(cluster) for cluster in range(6)]
    assert columns["inks"] == [ink_on(color) for color in columns["colors"]]
    assert set(word_columns(clustering)) == set(BESIDE_BARS)


def test_the_ends_of_a_curve_that_bokeh_finds_stay_in_their_page():
    plots = Plots(3, {})
    for plot in (plots.elbow, plots.score):
        assert not plot.x_range.syncable
        assert not plot.y_range.syncable
