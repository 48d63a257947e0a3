import asyncio
import gc
import time
import weakref
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from IPython.core.events import EventManager, available_events
from living_widgets import living_widgets
from traitlets import TraitError

from cliplab import (
    ClusterSweep,
    Embeddings,
    Explorer,
    ImageSet,
    Projection,
    StoredEmbeddings,
    explore,
    load_storybook,
    project,
    sweep_clusters,
)
from cliplab.explorer.notebook import host, next_cell
from cliplab.explorer.notebook.host import HostedModel

# Each makes an Explorer of its own, which takes a second.
pytestmark = pytest.mark.slow


def _column(explorer, name):
    return np.asarray(explorer._board.plots.images.data[name])


def _spy(explorer):
    """Write down which columns of the images' source travel."""
    travelled = []
    explorer._panel.host()
    document = explorer._board.layout.document

    def told(event):
        if getattr(event, "model", None) is explorer._board.plots.images:
            travelled.extend(event.cols)

    document.on_change(told)
    return travelled


# One wiring test for each choice


def test_k_moves_the_silhouettes_the_mark_and_the_words(explorer, sweep):
    explorer.state.n_clusters = 4
    np.testing.assert_array_equal(_column(explorer, "cluster_labels"), sweep[4].cluster_labels)
    np.testing.assert_array_equal(_column(explorer, "silhouettes"), sweep[4].silhouettes)
    np.testing.assert_array_equal(_column(explorer, "color_values"), sweep[4].cluster_labels)
    assert [mark.location for mark in explorer._board.plots.elbow.select(name="current")] == [4]
    assert len(explorer._board.plots.words.data["names"]) == 4
    assert len(explorer._board.plots.numbers.data["names"]) == 4
    assert "k = 4" in explorer._board.plots.silhouettes.title.text
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
    assert "the t-SNE map" in explorer._panel.controls._status.value


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
    assert explorer._board.plots.scatter.title.text == "PCA"
    explorer.state.page = "method"
    assert explorer._panel.pages["method"].perplexity.disabled


def test_projection_sends_only_coordinates_and_sends_them_once(explorer):
    travelled = _spy(explorer)
    explorer.state.projection = "pca"
    assert sorted(travelled) == ["x", "y"]


def test_the_numbers_of_clusters_move_with_the_points(explorer):
    before = explorer._board.plots.numbers.data["x"]
    explorer.state.projection = "pca"
    assert explorer._board.plots.numbers.data["x"] != before


def test_perplexity_makes_a_new_picture_that_starts_from_the_old(explorer, projection):
    explorer.state.perplexity = 5
    assert explorer.projection.parameters["perplexity"] == 5
    assert not np.array_equal(_column(explorer, "x"), projection.coordinates[:, 0])
    assert "perplexity 5" in explorer._board.plots.scatter.title.text
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
    explorer.state.committed_k = 8
    explorer.state.color_by = "class"
    legend = explorer._panel.controls._legend.value
    assert all(name in legend for name in set(images.to_pandas()["class_name"]))
    assert len(set(_column(explorer, "color_values"))) == len(set(images.class_labels))
    explorer.state.color_by = "cluster"
    np.testing.assert_array_equal(
        _column(explorer, "color_values"), explorer.clustering.cluster_labels
    )


def test_numbers_of_clusters_are_hidden_when_colour_means_something_else(explorer):
    (numbers,) = explorer._board.plots.scatter.select(name="cluster numbers")
    assert numbers.visible
    explorer.state.color_by = "silhouette"
    assert not numbers.visible


def test_a_selection_in_the_state_is_seen_in_plots_and_gallery(explorer):
    explorer.state.selected = [3, 1]
    assert explorer._board.plots.images.selected.indices == [1, 3]
    assert "2 selected" in explorer._panel.gallery.head.children[0].value


# From the screen to the state


def test_a_selection_in_a_plot_reaches_the_state(explorer, images):
    explorer._board.plots.images.selected.indices = [9, 2]
    assert explorer.state.selected == (2, 9)
    assert len(images[explorer.state.selected]) == 2


@pytest.mark.parametrize(
    ("control", "trait", "value"),
    [
        ("space", "space", "pca"),
        ("projection", "projection", "pca"),
        ("perplexity", "perplexity", 7.0),
        ("_color_by", "color_by", "silhouette"),
        ("random_state", "random_state", 3),
    ],
)
def test_controls_and_state_lead_and_follow_each_other(explorer, control, trait, value):
    on_page = explorer._panel.pages["method"]
    widget = getattr(on_page if hasattr(on_page, control) else explorer._panel.controls, control)
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

    monkeypatch.setattr(explorer._board.plots, "show_clustering", fail)
    with pytest.raises(ValueError, match=message):
        explorer.state.n_clusters = 3
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in explorer._panel.controls.error.value


def test_the_next_change_takes_the_error_away(explorer):
    explorer._session.say("old")
    explorer.state.n_clusters = 3
    assert explorer._panel.controls.error.layout.display == "none"


# The commitment


def test_the_commitment_opens_the_answers_and_is_remembered_when_the_cell_runs_again(
    images, embeddings, projection, sweep
):
    first = Explorer(images, embeddings, projection, sweep)
    first.state.committed_k = 9
    assert (first.state.page, first.state.n_clusters) == ("reveal", 9)
    again = Explorer(images, embeddings, projection, sweep)
    assert again.state.committed_k == again.state.n_clusters == 9
    assert set(_column(again, "class_names")) <= set(images.class_names)
    other = Explorer(images, embeddings, projection, ClusterSweep(sweep.clusterings[1:]))
    assert other.state.committed_k is None


def test_reset_takes_back_the_commitment_and_every_choice(explorer, images):
    before = explorer.state.trait_values()
    explorer.state.committed_k = 9
    explorer.state.classes = "color"
    explorer.state.color_by = "class"
    explorer.state.selected = [3, 1]
    explorer.state.projection = "pca"
    explorer.state.algorithm = "ward"
    explorer.state.null_data = "uniform"
    explorer._session.name_cluster(0, "boats")
    assert "class_values" in explorer._board.plots.images.data
    explorer.reset()
    assert explorer.state.trait_values() == before
    assert explorer._session.guesses == ()
    # The page agrees, and holds none of what is known.
    assert set(_column(explorer, "class_names")) == {""}
    assert set(_column(explorer, "class_values")) == {0}
    np.testing.assert_array_equal(
        _column(explorer, "cluster_labels"), explorer.sweep[4].cluster_labels
    )
    assert explorer._board.plots.images.selected.indices == []
    assert not explorer._board._null_row.visible
    assert explorer._board._images_row.visible
    assert not explorer._board.answers.layout.visible
    assert explorer._panel.page_menu.value == "images"
    assert explorer._panel.controls._color_by.value == "cluster"
    assert explorer._panel.pages["method"].random_state.value == 0
    # And another may commit, once.
    assert (
        Explorer(images, explorer.embeddings, explorer.projection, explorer.sweep).state.committed_k
        is None
    )
    page = explorer._panel.pages["reveal"]
    explorer.state.page = "reveal"
    assert page._k.value == 4
    explorer.state.committed_k = 5
    with pytest.raises(TraitError, match="`committed_k` must stay 5"):
        explorer.state.committed_k = 4


def test_a_seed_beyond_the_whole_numbers_of_javascript_stays_whole(images, embeddings):
    seed = 2**60 + 1
    projection = project(embeddings, perplexity=10, random_state=seed)
    sweep = sweep_clusters(embeddings, range(2, 5), random_state=seed)
    explorer = Explorer(images, embeddings, projection, sweep)
    assert explorer.projection is projection
    box = explorer._panel.pages["method"].random_state
    assert box.get_state()["value"] == str(seed)
    box.set_state({"value": str(seed + 1)})
    assert explorer.state.random_state == explorer.sweep.random_state == seed + 1
    box.set_state({"value": "many"})
    assert box.value == seed + 1


# Beginnings and ends


def test_it_begins_with_a_k_that_gives_no_opinion_away(explorer, images, embeddings, projection):
    assert explorer.state.n_clusters == 4
    few = Explorer(images, embeddings, projection, sweep_clusters(embeddings, [7, 9]))
    assert few.state.n_clusters == 7
    explorer.state.algorithm = "hdbscan"
    assert explorer.state.min_cluster_size == min(
        explorer.sweep.parameter_values, key=lambda size: abs(size - len(images) / 60)
    )


def test_parts_with_other_numbers_of_rows_are_refused_in_words(images, embeddings, sweep):
    with pytest.raises(ValueError, match=r"`embeddings` must have one row for each of the 40"):
        Explorer(images[:40], embeddings)
    with pytest.raises(ValueError, match=r"`sweep` must have one row .* Got 80 instead"):
        Explorer(images[:40], embeddings[:40], sweep=sweep)


def test_swapped_arguments_are_told_apart(images, embeddings, sweep, projection):
    with pytest.raises(TypeError, match=r"`images` must be an ImageSet, .*\. Got Embeddings "):
        Explorer(embeddings, images)
    with pytest.raises(TypeError, match=r"`embeddings` must be Embeddings, .*\. Got ImageSet "):
        Explorer(images, images)
    with pytest.raises(TypeError, match=r"or stored\[.*\. Got StoredEmbeddings instead"):
        Explorer(images, StoredEmbeddings.__new__(StoredEmbeddings))
    with pytest.raises(
        TypeError, match=r"`projection` must be a Projection, .*\. Got ClusterSweep "
    ):
        Explorer(images, embeddings, sweep, projection)
    with pytest.raises(TypeError, match=r"`sweep` must be a ClusterSweep, .*\. Got ndarray "):
        Explorer(images, embeddings, projection, projection.coordinates)


def test_an_array_is_taken_for_embeddings(images, embeddings, sweep, projection):
    explorer = Explorer(images, 7 * embeddings.vectors, projection, sweep)
    np.testing.assert_allclose(explorer.embeddings.vectors, embeddings.vectors, atol=1e-6)


def test_a_single_clustering_is_shown_as_a_sweep_of_one(images, embeddings, projection):
    one = replace(sweep_clusters(embeddings, [5])[5], silhouettes=np.full(len(images), np.nan))
    words = r"`sweep` must be .* of one alone, ClusterSweep\(\(clustering,\)\)\. Got Clustering "
    with pytest.raises(TypeError, match=words):
        Explorer(images, embeddings, projection, one)
    explorer = Explorer(images, embeddings, projection, ClusterSweep((one,)))
    assert explorer.clustering is one
    explorer.state.page = "silhouette"  # None was measured, so none sits badly.
    page = explorer._panel.pages["silhouette"]
    assert (page._negative.description, page._borderline.disabled) == ("Show 0 negative", True)


@pytest.mark.parametrize("given", ["photos", [], np.eye(4)])
def test_what_is_no_set_of_images_is_refused_before_anything_is_fetched(given, embeddings):
    for each in (given, embeddings):
        kind = type(each).__name__
        with pytest.raises(TypeError, match=rf"`images` must be .* or load_folder\. Got {kind} "):
            explore(each)


def test_the_name_of_an_encoder_is_none(images):
    with pytest.raises(TypeError, match=r"for example ClipEncoder\('storybook'\)\. Got str "):
        explore(images, "storybook")


def test_a_choice_that_is_not_there_is_refused_in_words(explorer):
    with pytest.raises(TraitError, match=r"`n_clusters` must be one of 2, .* Got 99 instead"):
        explorer.state.n_clusters = 99


def test_a_sweep_of_a_picture_may_be_what_it_begins_with(images, embeddings, projection):
    explorer = Explorer(images, embeddings, projection, sweep_clusters(projection, range(2, 6)))
    assert explorer.state.space == "tsne"


def test_a_projection_of_one_s_own_can_be_shown(images, embeddings, sweep):
    from cliplab import Projection

    mine = Projection(np.asarray(embeddings)[:, :2], method="by hand")
    explorer = Explorer(images, embeddings, mine, sweep)
    assert explorer.state.projection == "by hand"
    explorer.state.projection = "pca"
    explorer.state.projection = "by hand"
    assert explorer.projection is mine


def test_what_was_given_is_found_again_by_its_own_seed_and_perplexity(images, embeddings, sweep):
    mine = project(embeddings, perplexity=10, random_state=5)
    explorer = Explorer(images, embeddings, mine, sweep)
    explorer.state.color_by = "silhouette"
    assert explorer.projection is mine
    explorer.state.random_state = 5
    assert explorer.projection is mine
    explorer.state.random_state = 0
    assert explorer.projection.parameters["random_state"] == 0


def test_a_sweep_the_explorer_cannot_make_anew_stays_as_it_was_given(
    images, embeddings, projection
):
    many = sweep_clusters(project(embeddings, "pca", n_components=8), range(2, 6))
    explorer = Explorer(images, embeddings, projection, many)
    assert "PCA in 8 dimensions, as given" in explorer._panel.controls._status.value
    explorer.state.random_state = 1
    assert explorer.sweep is many
    explorer.state.space = "pca"
    assert explorer.clustering.centers.shape[1] == 2
    explorer.state.space = "given"
    assert explorer.sweep is many


def test_a_hyphen_in_the_name_of_a_given_map_is_a_part_of_it(images, embeddings, projection):
    mine = Projection(projection.coordinates, "by-hand")
    explorer = Explorer(images, embeddings, projection, sweep_clusters(mine, range(2, 6)))
    assert "by-hand in 2 dimensions, as given" in explorer._panel.controls._status.value


def test_a_perplexity_the_slider_cannot_show_is_refused_in_words(images, embeddings, sweep):
    wide = project(embeddings, perplexity=20)
    explorer = Explorer(images, embeddings, wide, sweep)
    most = explorer._panel.pages["method"].perplexity.max
    with pytest.raises(TraitError, match=rf"`perplexity` must be between 2 and {most:g}"):
        explorer.state.perplexity = most + 1
    assert explorer.state.perplexity == 20


def test_a_picture_of_one_column_is_refused_in_words(images, embeddings, sweep):
    line = project(embeddings, "pca", n_components=1)
    with pytest.raises(ValueError, match=r"`projection` must have two columns to be drawn\. Got 1"):
        Explorer(images, embeddings, line, sweep)


def test_images_that_are_all_alike_are_refused_in_words():
    images = load_storybook(n_images=6)
    with pytest.raises(ValueError, match=r"at least 3 rows that differ. Got 2 instead"):
        Explorer(images, Embeddings(np.eye(2)[[0, 0, 0, 1, 1, 1]]))


def test_few_images_that_differ_are_clustered_as_far_as_they_go():
    vectors = np.repeat(np.random.default_rng(0).normal(size=(5, 8)), 8, axis=0)
    explorer = Explorer(load_storybook(n_images=40), Embeddings(vectors))
    assert list(explorer.sweep.n_clusters) == [2, 3, 4]


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
        explorer = Explorer(images, embeddings, projection, sweep)
        frames = []
        explorer._session.listen(
            lambda changed: frames.append(1) if "projection" in changed else None
        )
        explorer.state.perplexity = 5
        assert explorer._session.map_task.is_running
        (work,) = explorer._session.work
        assert (work.name, work.place, work.is_stopped) == ("map", "plots", False)
        assert "Computing t-SNE" in explorer._panel.controls._status.value
        while explorer._session.map_task.is_running:
            await asyncio.sleep(0.02)
        assert explorer.projection.parameters["perplexity"] == 5
        assert len(frames) >= 2
        assert explorer._session.work == ()

    in_kernel(story)


def test_the_stop_button_keeps_the_picture_as_it_stands(
    in_kernel, images, embeddings, sweep, projection
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        explorer.state.random_state = 1
        while explorer.projection is projection:
            await asyncio.sleep(0.005)
        explorer._session.stop("map")
        await _rest(explorer)
        stopped = explorer.projection
        assert stopped.parameters["share_done"] < 1
        assert "stopped at" in explorer._board.plots.scatter.title.text
        np.testing.assert_array_equal(_column(explorer, "x"), stopped.coordinates[:, 0])
        # It stays as it is, also as what is clustered, until it is asked for anew.
        explorer.state.space = "tsne"
        await _rest(explorer)
        assert explorer.projection is stopped
        assert explorer.clustering.centers.shape[1] == 2
        explorer.state.random_state = 0
        explorer.state.random_state = 1
        await _rest(explorer)
        assert explorer.projection.parameters["share_done"] == 1
        # What was clustered of the stopped picture is not taken for the clusters of this one.
        centers, points = explorer.clustering.centers, explorer.projection.coordinates
        nearest = np.linalg.norm(points[:, None] - centers, axis=2).argmin(axis=1)
        np.testing.assert_array_equal(nearest, explorer.clustering.cluster_labels)

    in_kernel(story)


async def _rest(explorer):
    """Wait until nothing is on its way."""
    while explorer._session.map_task.is_running or explorer._session.sweep_task.is_running:
        await asyncio.sleep(0.01)


def test_a_changed_seed_gives_the_same_picture_as_the_same_seed_from_the_start(
    in_kernel, images, embeddings, sweep, projection
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        explorer.state.random_state = 3
        await asyncio.sleep(0.1)
        explorer.state.space = "tsne"  # While the picture is on its way.
        await _rest(explorer)
        fresh = project(embeddings, perplexity=10, random_state=3)
        np.testing.assert_array_equal(explorer.projection.coordinates, fresh.coordinates)

    in_kernel(story)


def test_an_error_stays_to_be_read_while_a_picture_settles(
    in_kernel, images, embeddings, sweep, projection
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        explorer.state.perplexity = 5
        explorer._session.say("something")
        await _rest(explorer)
        assert "something" in explorer._panel.controls.error.value
        assert explorer._panel.controls.error.layout.display is None

    in_kernel(story)


def test_work_that_fails_leaves_a_status_that_is_true(explorer, monkeypatch):
    def fail(*_, **__):
        raise ValueError("no clusters today")

    monkeypatch.setattr("cliplab.explorer.model.results.sweep_clusters", fail)
    with pytest.raises(ValueError, match="no clusters today"):
        explorer.state.space = "pca"
    status = explorer._panel.controls._status.value
    assert "found in all 32 dimensions" in status


def test_every_thumbnail_arrives_however_busy_the_kernel_is(in_kernel, embeddings):
    async def story():
        images = load_storybook(n_images=600)
        explorer = Explorer(images, Embeddings(np.random.default_rng(0).normal(size=(600, 8))))
        explorer._ipython_display_()
        time.sleep(2)  # A long cell.
        while explorer._hovering.task:
            await asyncio.sleep(0.02)
        assert all(len(uri) > 1000 for uri in explorer._board.plots.hover.sheets.data["uri"])

    in_kernel(story)


def test_shown_a_second_time_by_the_same_cell_it_lives_on(explorer, monkeypatch):
    runs = iter(range(9))
    monkeypatch.setattr(host, "_shown", {})
    monkeypatch.setattr(host, "current_cell", lambda: ("the cell", str(next(runs))))
    for _ in range(3):
        explorer._ipython_display_()
    explorer.state.n_clusters = 3
    assert explorer._panel.controls._color_by.comm is not None


def test_a_cell_that_runs_again_frees_what_it_showed_before(
    images, embeddings, projection, sweep, monkeypatch
):
    runs = iter(range(9))
    monkeypatch.setattr(host, "_shown", {})
    monkeypatch.setattr(host, "current_cell", lambda: ("the cell", str(next(runs))))
    old = Explorer(images, embeddings, projection, sweep)
    old._ipython_display_()
    old.state.committed_k = 5
    gone = weakref.ref(old), weakref.ref(old._session), weakref.ref(old._board)
    Explorer(images, embeddings, projection, sweep)._ipython_display_()
    del old
    gc.collect()
    assert [each() for each in gone] == [None, None, None]


def test_shown_in_a_second_cell_it_says_so_in_the_first(
    images, embeddings, projection, sweep, monkeypatch
):
    cells = iter(["first", "second", "second"])
    runs = iter(range(9))
    monkeypatch.setattr(host, "_shown", {})
    monkeypatch.setattr(host, "current_cell", lambda: (next(cells), str(next(runs))))
    explorer = Explorer(images, embeddings, projection, sweep)
    explorer._ipython_display_()
    first = explorer._panel.widget
    explorer._ipython_display_()
    assert ["another cell" in each.value for each in first.children] == [True]
    assert first.comm is not None
    explorer.state.n_clusters = 3
    assert explorer._panel.controls._color_by.comm is not None
    # The sentence in the first cell keeps nothing of it.
    gone = weakref.ref(explorer)
    Explorer(images, embeddings, projection, sweep)._ipython_display_()
    del explorer
    gc.collect()
    assert gone() is None


@pytest.fixture
def shell(monkeypatch):
    """A shell that tells of each cell before it runs, as IPython does."""
    shell = SimpleNamespace(user_ns={})
    shell.events = EventManager(shell, available_events)
    monkeypatch.setattr(next_cell, "ipython", lambda: shell)
    monkeypatch.setattr(host, "_shown", {})
    return shell


@pytest.fixture
def made(monkeypatch):
    """The layouts whose plots are written down for the page, one after the other."""
    made, make = [], HostedModel.__init__

    def making(self, model, *others, **traits):
        made.append(model)
        make(self, model, *others, **traits)

    monkeypatch.setattr(HostedModel, "__init__", making)
    return made


@pytest.fixture
def opened(images, embeddings, projection, sweep):
    return lambda: Explorer(images, embeddings, projection, sweep)


def test_three_cells_that_show_it_one_after_the_other_make_its_plots_once(
    in_kernel, opened, monkeypatch, shell, made
):
    async def story():
        cells = iter(["first", "second", "third"])
        monkeypatch.setattr(host, "current_cell", lambda: (next(cells), "run"))
        shell.user_ns["explorer"] = explorer = opened()
        for _ in range(3):
            shell.events.trigger("pre_run_cell", SimpleNamespace(raw_cell="explorer"))
            explorer._ipython_display_()
            assert made == []
        shell.events.trigger("pre_run_cell", SimpleNamespace(raw_cell="explorer.agreement()"))
        assert len(made) == 1
        await asyncio.sleep(3 * next_cell._A_MOMENT)
        assert len(made) == 1
        assert explorer._panel._plots.children == (explorer._panel._hosted,)

    in_kernel(story)


def test_plots_that_a_cell_has_replaced_before_they_were_made_are_not_made(
    in_kernel, opened, monkeypatch, shell, made
):
    async def story():
        runs = iter(range(9))
        monkeypatch.setattr(host, "current_cell", lambda: ("the cell", str(next(runs))))
        opened()._ipython_display_()
        other = opened()
        other._ipython_display_()
        await asyncio.sleep(3 * next_cell._A_MOMENT)
        assert made == [other._board.layout]

    in_kernel(story)


def test_a_cell_that_shows_something_else_ends_the_work_of_what_it_showed(
    in_kernel, images, embeddings, sweep, projection, monkeypatch
):
    async def story():
        runs = iter(range(9))
        monkeypatch.setattr(host, "_shown", {})
        monkeypatch.setattr(host, "current_cell", lambda: ("the cell", str(next(runs))))
        old = Explorer(images, embeddings, projection, sweep)
        old._ipython_display_()
        old.state.random_state = 5
        assert old._session.map_task.is_running
        Explorer(images, embeddings, projection, sweep)._ipython_display_()
        assert not old._session.map_task.is_running

    in_kernel(story)


def test_a_closed_panel_leaves_no_widget_behind(explorer):
    before = set(living_widgets())
    panel, _ = explorer._make_panel()
    assert len(living_widgets()) > len(before) + 20
    panel.close()
    assert set(living_widgets()) <= before


def test_a_closed_panel_no_longer_follows_the_state(explorer):
    panel = explorer._panel
    explorer._close(panel)
    explorer._panel, explorer._render = explorer._make_panel()
    explorer.state.color_by = "silhouette"
    assert explorer._panel.controls._color_by.value == "silhouette"
    assert panel.controls._color_by.comm is None
    assert panel.controls._color_by.value == "cluster"


def test_photographs_are_explored_with_a_clip_that_knows_photographs(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    photographs = ImageSet(load_storybook(n_images=5).dataset, provenance={"source": "folder"})
    with pytest.raises(ConnectionError, match="weights of ViT-B-32"):
        explore(photographs)
