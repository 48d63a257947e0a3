"""The map as a still holds the columns that the map on the screen holds."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba

from cliplab import neighbors_kept, project, show_projection
from cliplab.explorer.style.theme import ACCENT, CATEGORY_COLORS, OTHER_COLOR, SIGN_COLORS


def _points(figure):
    return figure.axes[0].collections[0]


def _texts(axes):
    return [each.get_text() for each in axes.texts]


def test_each_image_is_a_point_in_the_colour_of_its_cluster(projection, images, sweep):
    figure = show_projection(projection, sweep[4], images=images).still.figure()
    points = _points(figure)
    np.testing.assert_allclose(points.get_offsets(), projection.coordinates, rtol=1e-6)
    drawn = [to_hex(color) for color in points.get_facecolors()]
    assert drawn == [CATEGORY_COLORS[label] for label in sweep[4].cluster_labels]
    assert set(points.get_facecolors()[:, 3]) == {0.85}


def test_the_number_of_each_cluster_stands_at_its_median(projection, images, sweep):
    (axes,) = show_projection(projection, sweep[4], images=images).still.figure().axes
    assert _texts(axes) == ["0", "1", "2", "3"]
    for cluster, text in enumerate(axes.texts):
        members = projection.coordinates[sweep[4].cluster_labels == cluster]
        np.testing.assert_allclose(text.get_position(), np.median(members, axis=0), rtol=1e-5)


def test_its_scales_are_equal_and_hold_all_points(projection):
    figure = show_projection(projection).still.figure()
    (axes,) = figure.axes
    box = axes.get_window_extent()
    assert box.width == pytest.approx(box.height)
    assert axes.get_aspect() == 1
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    assert right - left == pytest.approx(high - low)
    assert left < projection.coordinates[:, 0].min() < projection.coordinates[:, 0].max() < right
    assert low < projection.coordinates[:, 1].min() < projection.coordinates[:, 1].max() < high
    assert axes.get_title("left") == "t-SNE"


def test_without_clusters_all_points_have_one_colour_and_there_is_no_legend(projection):
    figure = show_projection(projection).still.figure()
    assert {to_hex(color) for color in _points(figure).get_facecolors()} == {OTHER_COLOR}
    assert len(figure.axes) == 1


def test_colours_that_have_no_numbers_are_explained_below(projection, images):
    still = show_projection(projection, images=images, color_by="class").still
    plot, legend = still.figure().axes
    assert sorted(_texts(legend)) == sorted(set(images.class_names))
    chips = {
        text.get_text(): line.get_color()
        for line, text in zip(legend.lines, legend.texts, strict=True)
    }
    drawn = plot.collections[0].get_facecolors()
    for label, color in zip(images.class_labels, drawn, strict=True):
        assert to_hex(color) == chips[images.class_names[label]]
    assert legend.get_window_extent().y1 < plot.get_window_extent().y0


def test_an_amount_has_all_its_colours_below_with_words_for_both_ends(images, projection, sweep):
    shown = {"images": images, "color_by": "silhouette"}
    plot, legend = show_projection(projection, sweep[4], **shown).still.figure().axes
    reach = np.abs(sweep[4].silhouettes).max()
    assert _texts(legend) == [f"{-reach:.2f}", f"{reach:.2f}"]
    assert _texts(plot) == []
    (scale,) = legend.images
    assert scale.get_array().size == len(SIGN_COLORS)
    # Orange over grey to blue, as far from grey as the longest silhouette of all.
    drawn = [to_hex(color) for color in plot.collections[0].get_facecolors()]
    longest = int(np.abs(sweep[4].silhouettes).argmax())
    assert drawn[longest] == SIGN_COLORS[-1 if sweep[4].silhouettes[longest] > 0 else 0]
    places = [SIGN_COLORS.index(color) for color in drawn]
    assert (np.diff(np.array(places)[np.argsort(sweep[4].silhouettes)]) >= 0).all()


def test_images_that_lost_their_neighbours_are_outlined(images, embeddings):
    projection = project(embeddings, "pca")
    shown = {"color_by": "neighbors kept", "embeddings": embeddings}
    plot = show_projection(projection, **shown).still.figure().axes[0]
    torn = neighbors_kept(embeddings, projection).kept < 0.15
    np.testing.assert_allclose(
        plot.collections[1].get_offsets(), projection.coordinates[torn], rtol=1e-5
    )
    assert (plot.collections[1].get_edgecolors() == to_rgba(ACCENT)).all()
