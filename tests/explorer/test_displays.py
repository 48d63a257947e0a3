"""The plots one at a time: each is drawn from the values that it is given."""

from __future__ import annotations

import numpy as np
import pytest
from bokeh.models import HoverTool, Model, Title

from cliplab import (
    compare_clusterings,
    evidence_for_k,
    neighbor_counts,
    neighbors_kept,
    project,
    show_elbow,
    show_evidence,
    show_projection,
    show_silhouettes,
    show_transitions,
    show_valley,
    sweep_clusters,
    valley,
)
from cliplab.explorer.style.theme import STRIP_HEIGHT


def _data(plot, name):
    return plot.select_one({"name": name}).data_source.data


def test_a_projection_is_drawn_at_its_coordinates(projection, images):
    plot = show_projection(projection, images=images).figure
    data = _data(plot, "points")
    np.testing.assert_array_equal(data["x"], projection.coordinates[:, 0])
    assert len(set(data["color_values"])) == 1


@pytest.mark.slow
def test_without_a_clustering_its_hover_says_nothing_of_clusters(projection, images, sweep):
    for given in ({"images": images}, {}):
        plot = show_projection(projection, **given).figure
        (hover,) = plot.select({"type": HoverTool})
        assert "silhouette" not in hover.tooltips
        assert "cluster_labels" not in hover.tooltips
        (hover,) = show_projection(projection, sweep[4], **given).figure.select({"type": HoverTool})
        assert "silhouette $index{silhouettes}" in hover.tooltips


def test_a_clustering_colours_it_and_writes_its_numbers(projection, images, sweep):
    plot = show_projection(projection, sweep[4], images=images).figure
    np.testing.assert_array_equal(_data(plot, "points")["color_values"], sweep[4].cluster_labels)
    numbers = plot.select_one({"name": "cluster numbers"})
    assert numbers.visible
    assert numbers.data_source.data["names"] == ["0", "1", "2", "3"]


def test_it_can_be_coloured_by_what_is_known(projection, images):
    plot = show_projection(projection, images=images, color_by="place").figure
    assert len(set(_data(plot, "points")["color_values"])) == 8


@pytest.mark.slow
def test_null_data_are_drawn_without_thumbnails(projection, sweep):
    plot = show_projection(projection, clustering=sweep[4]).figure
    points = _data(plot, "points")
    (hover,) = plot.select({"type": HoverTool})
    assert "null row" in hover.tooltips
    np.testing.assert_array_equal(points["color_values"], sweep[4].cluster_labels)
    with pytest.raises(ValueError, match=r"'cluster' or 'silhouette' where there are no images"):
        show_projection(projection, color_by="class")


def test_colours_of_clusters_need_clusters(projection, images):
    with pytest.raises(ValueError, match="`clustering` must be given to colour by cluster"):
        show_projection(projection, images=images, color_by="cluster")


def test_it_can_be_coloured_by_the_neighbours_that_it_keeps(images, embeddings):
    projection = project(embeddings, "pca")
    shown = {"images": images, "embeddings": embeddings}
    plot = show_projection(projection, color_by="neighbors kept", **shown).figure
    found = neighbors_kept(embeddings, projection)
    data = _data(plot, "points")
    for column in ("color_values", "neighbors_kept"):
        np.testing.assert_allclose(data[column], found.kept, rtol=1e-6)
    np.testing.assert_allclose(data["neighbor_counts"], neighbor_counts(embeddings), rtol=1e-6)
    outlines = plot.select_one({"name": "torn away"})
    assert outlines.visible
    assert outlines.view.filter.indices == np.flatnonzero(found.kept < 0.15).tolist()
    (hover,) = plot.select({"type": HoverTool})
    np.testing.assert_array_equal(
        hover.callback.args["neighbors"].data["rows"], found.neighbors.ravel()
    )


def test_coloured_by_neighbour_counts_it_outlines_nothing_and_draws_no_lines(
    projection, images, embeddings
):
    shown = {"images": images, "embeddings": embeddings}
    plot = show_projection(projection, color_by="neighbor counts", **shown).figure
    counts = neighbor_counts(embeddings)
    np.testing.assert_allclose(_data(plot, "points")["color_values"], counts, rtol=1e-6)
    assert not plot.select_one({"name": "torn away"}).visible
    (hover,) = plot.select({"type": HoverTool})
    assert len(hover.callback.args["neighbors"].data["rows"]) == 0


def test_colours_of_neighbours_need_the_embeddings_of_the_same_images(projection, embeddings):
    with pytest.raises(ValueError, match="`embeddings` must be given to colour by neighbors kept"):
        show_projection(projection, color_by="neighbors kept")
    with pytest.raises(ValueError, match="`embeddings` must have"):
        show_projection(projection, color_by="neighbor counts", embeddings=embeddings.vectors[:9])


def test_the_elbow_is_drawn_over_every_k(sweep):
    elbow, score = show_elbow(sweep).figure.children
    np.testing.assert_array_equal(_data(elbow, "curve")["inertias"], sweep.inertias)
    np.testing.assert_array_equal(
        _data(score, "curve")["silhouette_scores"], sweep.silhouette_scores
    )
    assert elbow.title.text == "Inertia · no clear elbow"
    assert sweep.elbow is None
    # Whoever is to point at an elbow needs more than the strip that the Explorer has room for.
    assert min(elbow.height, score.height) > 2 * STRIP_HEIGHT


def test_silhouettes_are_drawn_for_one_clustering(images, sweep):
    plot = show_silhouettes(images, sweep[5]).figure
    np.testing.assert_array_equal(_data(plot, "bars")["silhouettes"], sweep[5].silhouettes)
    assert "k = 5" in plot.title.text


def test_two_clusters_are_drawn_along_the_line_with_what_was_found(images, embeddings, sweep):
    found = valley(embeddings, sweep[4], 2, 0, random_state=5)
    display = show_valley(embeddings, sweep[4], 2, 0, images=images, random_state=5)
    plot = display.figure
    points = plot.select_one({"name": "images on the line"})
    data = points.data_source.data
    assert plot.visible
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(data[points.glyph.x])), found.rows)
    heights = np.asarray(data[points.glyph.y])
    assert np.nanmax(heights) == found.histogram[0].max() - 0.5
    np.testing.assert_array_equal(data["color_values"], sweep[4].cluster_labels)
    assert plot.title.text.startswith("From cluster 2 to 0 · ")
    (sentence,) = (each for each in plot.below if isinstance(each, Title))
    assert sentence.text.replace("\n", " ") == found.sentence
    (hover,) = plot.select({"type": HoverTool})
    assert "silhouette $index{silhouettes}" in hover.tooltips


def test_two_clusters_of_null_data_have_no_thumbnails(embeddings, sweep):
    plot = show_valley(embeddings, sweep[4], 0, 1).figure
    assert not plot.select({"type": HoverTool})


def test_two_clusters_are_those_of_the_images_that_are_given(images, embeddings, sweep):
    with pytest.raises(ValueError, match="`images` must have one row for each of the 80 images"):
        show_valley(embeddings, sweep[4], 0, 1, images=images[:9])
    with pytest.raises(ValueError, match="`b` must be another cluster than `a`, 1"):
        show_valley(embeddings, sweep[4], 1, 1)


def test_every_plot_is_drawn_by_what_notebooks_load_of_bokeh(projection, images, embeddings, sweep):
    shown = (
        show_projection(projection, sweep[4], images=images),
        show_elbow(sweep),
        show_silhouettes(images, sweep[4]),
        show_valley(embeddings, sweep[4], 0, 1, images=images),
        show_transitions(compare_clusterings(sweep[4], sweep[5])),
    )
    for display in shown:
        modules = {type(each).__module__ for each in display.figure.select({"type": Model})}
        assert len(modules) > 5
        # Tables and widgets are in files of their own, which jupyter_bokeh does not load.
        assert not [each for each in modules if each.startswith("bokeh.models.widgets")]


@pytest.mark.slow
def test_evidence_and_transitions_are_drawn_from_their_values(sweep, embeddings):
    evidence = evidence_for_k(
        embeddings, sweep_clusters(embeddings, range(2, 5)), n_references=3, n_starts=2
    )
    assert _data(show_evidence(evidence).figure, "gap")["gap"].tolist() == (
        evidence.table["gap"].tolist()
    )
    moves = compare_clusterings(sweep[4], sweep[5])
    plot = show_transitions(moves).figure
    assert plot.visible
    assert sum(_data(plot, "flows")["n_images"]) == len(moves)


def test_swapped_arguments_are_refused_in_words(projection, images, sweep):
    for draw, given, words in (
        (show_projection, (images, projection), "`projection` must be a Projection"),
        (show_projection, (projection, images), "`clustering` must be a Clustering"),
        (show_elbow, (sweep[4],), "`sweep` must be a ClusterSweep"),
        (show_silhouettes, (images, sweep), "`clustering` must be a Clustering"),
        (show_silhouettes, (sweep[4], images), "`images` must be an ImageSet"),
        (show_valley, (projection, sweep, 0, 1), "`clustering` must be a Clustering"),
        (show_evidence, (sweep,), "`evidence` must be Evidence"),
        (show_transitions, (sweep[4],), "`transitions` must be ClusterTransitions"),
    ):
        with pytest.raises(TypeError, match=words):
            draw(*given)
    with pytest.raises(TypeError, match="`images` must be an ImageSet"):
        show_projection(projection, images=sweep[4])
