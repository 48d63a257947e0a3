import asyncio

import numpy as np
import pytest
from bokeh.events import Tap
from traitlets import TraitError

from cliplab import Embeddings, Explorer, explore, load_storybook
from cliplab.explorer.explorer import Explorer as _Explorer


def _column(explorer, name):
    return np.asarray(explorer._plots.images.data[name])


def _spy(explorer):
    """Write down which columns of the images' source travel."""
    travelled = []
    document = explorer._plots.layout.document

    def told(event):
        if getattr(event, "model", None) is explorer._plots.images:
            travelled.extend(event.cols)

    document.on_change(told)
    return travelled


# One wiring test for each choice


def test_k_moves_the_silhouettes_the_mark_and_the_words(explorer, sweep):
    explorer.state.n_clusters = 4
    np.testing.assert_array_equal(_column(explorer, "cluster_labels"), sweep[4].cluster_labels)
    np.testing.assert_array_equal(_column(explorer, "silhouettes"), sweep[4].silhouettes)
    np.testing.assert_array_equal(_column(explorer, "color_values"), sweep[4].cluster_labels)
    assert [mark.location for mark in explorer._plots.elbow.select(name="current")] == [4]
    assert len(explorer._plots.words.data["names"]) == 4
    assert len(explorer._plots.numbers.data["names"]) == 4
    assert "k = 4" in explorer._plots.silhouettes.title.text
    assert "4 clusters" in explorer._panel.controls._status.value


def test_k_sends_only_the_columns_that_change(explorer):
    travelled = _spy(explorer)
    explorer.state.n_clusters = 3
    assert set(travelled) == {"cluster_labels", "silhouettes", "bar_positions", "color_values"}


def test_space_shows_clusters_that_were_found_in_the_picture(explorer, projection):
    explorer.state.space = "tsne"
    assert explorer.sweep.space == "tsne"
    centers = explorer.clustering.centers
    distances = np.linalg.norm(projection.coordinates[:, None] - centers, axis=2)
    np.testing.assert_array_equal(distances.argmin(axis=1), _column(explorer, "cluster_labels"))
    assert "the t-SNE picture" in explorer._panel.controls._status.value


def test_spaces_seen_before_are_kept(explorer, sweep):
    explorer.state.space = "tsne"
    found = explorer.sweep
    explorer.state.space = "embedding"
    assert explorer.sweep is sweep
    explorer.state.space = "tsne"
    assert explorer.sweep is found


def test_projection_moves_the_points(explorer):
    explorer.state.projection = "pca"
    assert explorer.projection.method == "pca"
    np.testing.assert_array_equal(_column(explorer, "x"), explorer.projection.coordinates[:, 0])
    assert explorer._plots.scatter.title.text == "PCA"
    assert explorer._panel.controls._perplexity.disabled


def test_projection_sends_only_coordinates(explorer):
    travelled = _spy(explorer)
    explorer.state.projection = "pca"
    assert set(travelled) <= {
        "x", "y", "cluster_labels", "silhouettes", "bar_positions", "color_values",
    }  # fmt: skip
    assert {"x", "y"} <= set(travelled)


def test_perplexity_makes_a_new_picture_that_starts_from_the_old(explorer, projection):
    explorer.state.perplexity = 5
    assert explorer.projection.parameters["perplexity"] == 5
    assert not np.array_equal(_column(explorer, "x"), projection.coordinates[:, 0])
    assert "perplexity 5" in explorer._plots.scatter.title.text
    correlation = np.corrcoef(_column(explorer, "x"), projection.coordinates[:, 0])[0, 1]
    assert correlation > 0.8


def test_clusters_of_a_picture_follow_when_the_picture_changes(explorer):
    explorer.state.space = "tsne"
    before = explorer.sweep
    explorer.state.perplexity = 5
    assert explorer.sweep is not before
    assert explorer.sweep.space == "tsne"


def test_seed_clusters_and_projects_anew(explorer, sweep, projection):
    explorer.state.random_state = 7
    assert explorer.sweep.random_state == 7
    assert explorer.projection is not projection
    explorer.state.random_state = 0
    assert (explorer.sweep, explorer.projection) == (sweep, projection)


def test_colour_follows_the_menu(explorer, images):
    explorer.state.color_by = "class"
    names = [name for name, _ in zip(images.class_names, range(99), strict=False)]
    legend = explorer._panel.controls._legend.value
    assert all(name in legend for name in set(images.to_pandas()["class_name"]))
    assert names
    explorer.state.color_by = "cluster"
    np.testing.assert_array_equal(
        _column(explorer, "color_values"), explorer.clustering.cluster_labels
    )


def test_numbers_of_clusters_are_hidden_when_colour_means_something_else(explorer):
    (numbers,) = explorer._plots.scatter.select(name="cluster numbers")
    assert numbers.visible
    explorer.state.color_by = "class"
    assert not numbers.visible


def test_a_selection_in_the_state_is_seen_in_plots_and_gallery(explorer):
    explorer.state.selected = [3, 1]
    assert explorer._plots.images.selected.indices == [1, 3]
    assert "2 selected" in explorer._panel.gallery.head.children[0].value


# From the screen to the state


def test_a_selection_in_a_plot_reaches_the_state(explorer, images):
    explorer._plots.images.selected.indices = [9, 2]
    assert explorer.state.selected == (2, 9)
    assert len(images[explorer.state.selected]) == 2


@pytest.mark.parametrize("name", ["elbow", "score"])
def test_a_tap_on_a_curve_sets_the_nearest_k(explorer, name):
    plot = getattr(explorer._plots, name)
    plot._trigger_event(Tap(plot, x=6.4, y=0.0))
    assert explorer.state.n_clusters == 6
    assert explorer._panel.controls._k.value == 6


@pytest.mark.parametrize(
    ("control", "trait", "value"),
    [
        ("_k", "n_clusters", 9),
        ("_space", "space", "pca"),
        ("_projection", "projection", "pca"),
        ("_perplexity", "perplexity", 7.0),
        ("_color_by", "color_by", "silhouette"),
        ("_seed", "random_state", 3),
    ],
)
def test_controls_and_state_lead_and_follow_each_other(explorer, control, trait, value):
    widget = getattr(explorer._panel.controls, control)
    before = getattr(explorer.state, trait)
    widget.value = value
    assert getattr(explorer.state, trait) == value
    setattr(explorer.state, trait, before)
    assert widget.value == before


def test_a_value_the_state_refuses_is_told_under_the_panel_and_taken_back(explorer):
    controls = explorer._panel.controls
    explorer.state._choices["color_by"] = ("cluster",)
    controls._color_by.value = "silhouette"
    assert controls._color_by.value == "cluster"
    assert "`color_by` must be one of" in controls.error.value
    assert controls.error.layout.display != "none"


def test_an_error_while_drawing_is_told_under_the_panel(explorer, monkeypatch):
    message = "<b>no</b>"

    def fail(*_):
        raise ValueError(message)

    monkeypatch.setattr(explorer._plots, "show_clustering", fail)
    with pytest.raises(ValueError, match=message):
        explorer.state.n_clusters = 3
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in explorer._panel.controls.error.value


def test_the_next_change_takes_the_error_away(explorer):
    explorer._panel.controls.show_error("old")
    explorer.state.n_clusters = 3
    assert explorer._panel.controls.error.layout.display == "none"


# Beginnings and ends


def test_it_begins_with_the_k_of_the_best_silhouette(explorer, sweep):
    assert explorer.state.n_clusters == sweep.n_clusters[np.argmax(sweep.silhouette_scores)]


def test_parts_with_other_numbers_of_rows_are_refused_in_words(images, embeddings, sweep):
    with pytest.raises(ValueError, match=r"`embeddings` must have one row for each of the 40"):
        Explorer(images[:40], embeddings)
    with pytest.raises(ValueError, match=r"`sweep` must have one row .* Got 80 instead"):
        Explorer(images[:40], embeddings[:40], sweep)


def test_a_choice_that_is_not_there_is_refused_in_words(explorer):
    with pytest.raises(TraitError, match=r"`n_clusters` must be one of 2, .* Got 99 instead"):
        explorer.state.n_clusters = 99


def test_a_sweep_of_a_picture_may_be_what_it_begins_with(images, embeddings, projection):
    from cliplab import sweep_clusters

    explorer = Explorer(images, embeddings, sweep_clusters(projection, range(2, 6)), projection)
    assert explorer.state.space == "tsne"


def test_a_projection_of_one_s_own_can_be_shown(images, embeddings, sweep):
    from cliplab import Projection

    mine = Projection(np.asarray(embeddings)[:, :2], method="by hand")
    explorer = Explorer(images, embeddings, sweep, mine)
    assert explorer.state.projection == "by hand"
    explorer.state.projection = "pca"
    explorer.state.projection = "by hand"
    assert explorer.projection is mine


def test_a_handful_of_images_is_enough():
    images = load_storybook(n_images=5)
    explorer = Explorer(images, Embeddings(np.eye(5) + 0.1))
    assert list(explorer.sweep.n_clusters) == [2, 3, 4]


def test_explore_does_the_whole_line():
    explorer = explore(load_storybook(n_images=30))
    assert explorer.embeddings.model == "storybook"
    assert len(explorer.projection) == 30


def test_frames_are_drawn_while_t_sne_runs_and_the_cell_is_free_at_once(
    in_kernel, images, embeddings, sweep, projection
):
    async def story():
        explorer = Explorer(images, embeddings, sweep, projection)
        frames = []
        draw = explorer._plots.show_projection
        explorer._plots.show_projection = lambda *values: (frames.append(1), draw(*values))
        explorer.state.perplexity = 5
        assert explorer._projecting.is_busy
        while explorer._projecting.is_busy:
            await asyncio.sleep(0.02)
        assert explorer.projection.parameters["perplexity"] == 5
        assert len(frames) >= 2
        assert explorer._panel.controls._stop.layout.display == "none"

    in_kernel(story)


def test_the_stop_button_keeps_the_picture_as_it_stands(
    in_kernel, images, embeddings, sweep, projection
):
    async def story():
        explorer = Explorer(images, embeddings, sweep, projection)
        explorer.state.random_state = 1
        while explorer.projection is projection:
            await asyncio.sleep(0.005)
        explorer._panel.controls._stop.click()
        while explorer._projecting.is_busy or explorer._sweeping.is_busy:
            await asyncio.sleep(0.01)
        assert explorer.projection is not projection
        np.testing.assert_array_equal(_column(explorer, "x"), explorer.projection.coordinates[:, 0])

    in_kernel(story)


def test_a_closed_panel_no_longer_follows_the_state(explorer):
    panel = explorer._panel
    explorer._panel = explorer._make_panel()
    panel.close()
    explorer.state.n_clusters = 3
    assert explorer._panel.controls._k.value == 3
    assert panel.controls._k.comm is None


def test_the_public_name_is_the_class():
    assert Explorer is _Explorer
