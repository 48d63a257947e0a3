"""The plots one at a time: each is drawn from the values that it is given."""

from __future__ import annotations

import numpy as np
import pytest
from bokeh.models import HoverTool

from cliplab import show_elbow, show_evidence, show_projection, show_silhouettes, show_transitions
from cliplab.explorer import displays as lesson


@pytest.fixture
def shown(monkeypatch):
    """What the lesson's functions hand over to the host."""
    plots = []
    monkeypatch.setattr(lesson, "_show", plots.append)
    return plots


def _data(plot, name):
    return plot.select_one({"name": name}).data_source.data


def test_a_projection_is_drawn_where_it_stands(shown, projection, images):
    show_projection(projection, images=images)
    data = _data(shown[0], "points")
    np.testing.assert_array_equal(data["x"], projection.coordinates[:, 0])
    assert len(set(data["color_values"])) == 1


def test_a_clustering_colours_it_and_writes_its_numbers(shown, projection, images, sweep):
    show_projection(projection, sweep[4], images=images)
    np.testing.assert_array_equal(
        _data(shown[0], "points")["color_values"], sweep[4].cluster_labels
    )
    numbers = shown[0].select_one({"name": "cluster numbers"})
    assert numbers.visible
    assert numbers.data_source.data["names"] == ["0", "1", "2", "3"]


def test_it_can_be_coloured_by_what_is_known(shown, projection, images):
    show_projection(projection, images=images, color_by="place")
    assert len(set(_data(shown[0], "points")["color_values"])) == 8


def test_null_data_are_drawn_without_pictures(shown, projection, sweep):
    show_projection(projection, clustering=sweep[4])
    points = _data(shown[0], "points")
    (hover,) = shown[0].select({"type": HoverTool})
    assert "null row" in hover.tooltips
    np.testing.assert_array_equal(points["color_values"], sweep[4].cluster_labels)
    with pytest.raises(ValueError, match=r"'cluster' or 'silhouette' where there are no images"):
        show_projection(projection, color_by="class")


def test_colours_of_clusters_need_clusters(projection, images):
    with pytest.raises(ValueError, match="`clustering` must be given to colour by cluster"):
        show_projection(projection, images=images, color_by="cluster")


def test_the_elbow_is_drawn_over_every_k(shown, sweep):
    show_elbow(sweep)
    elbow, score = shown[0].children
    np.testing.assert_array_equal(_data(elbow, "curve")["inertias"], sweep.inertias)
    np.testing.assert_array_equal(
        _data(score, "curve")["silhouette_scores"], sweep.silhouette_scores
    )
    assert elbow.title.text == "Inertia · no clear elbow"
    assert sweep.elbow is None


def test_silhouettes_are_drawn_for_one_clustering(shown, images, sweep):
    show_silhouettes(images, sweep[5])
    np.testing.assert_array_equal(_data(shown[0], "bars")["silhouettes"], sweep[5].silhouettes)
    assert "k = 5" in shown[0].title.text


def test_without_a_front_end_they_are_shown_as_words(capsys, sweep):
    show_elbow(sweep)
    assert "HostedModel" in capsys.readouterr().out


def test_swapped_arguments_are_told_apart(shown, projection, images, sweep):
    for draw, given, words in (
        (show_projection, (images, projection), "`projection` must be a Projection"),
        (show_projection, (projection, sweep[4]), "`images` must be an ImageSet"),
        (show_projection, (projection, images, sweep), "`clustering` must be a Clustering"),
        (show_elbow, (sweep[4],), "`sweep` must be a ClusterSweep"),
        (show_silhouettes, (images, sweep[4]), "`clustering` must be a Clustering"),
        (show_silhouettes, (sweep[4], projection), "`images` must be an ImageSet"),
        (show_evidence, (sweep,), "`evidence` must be Evidence"),
        (show_transitions, (sweep[4],), "`moves` must be ClusterTransitions"),
    ):
        with pytest.raises(TypeError, match=words):
            draw(*given)
    assert not shown
