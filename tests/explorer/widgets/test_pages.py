"""The pages below the plots: what each shows, and what it sets."""

from __future__ import annotations

import asyncio
import dataclasses
import html
import re
from functools import partial

import numpy as np
import pytest
from bokeh.core.json_encoder import serialize_json
from bokeh.events import Tap
from sklearn.metrics import adjusted_mutual_info_score, silhouette_samples
from traitlets import TraitError

from cliplab import (
    ClipEncoder,
    ClusterSweep,
    Explorer,
    ImageSet,
    class_agreement,
    explain_silhouette,
    load_storybook,
    name_clusters,
    project,
    rank_by_text,
    remeasure,
    sweep_clusters,
    valley,
)
from cliplab.evaluation.evidence.gathering import gather_evidence
from cliplab.evaluation.null import NULLS
from cliplab.explorer.model.turning import cluster_rows
from cliplab.explorer.widgets.pages import PAGES as ENTRIES

PAGES = [entry.name for entry in ENTRIES]


def _page(explorer, name):
    explorer.state.page = name
    return explorer._panel.pages[name]


# Each makes an Explorer of its own, which takes a second.
pytestmark = pytest.mark.slow


def _texts(widget):
    """Return all that a widget says, itself and below."""
    own = [str(getattr(widget, name, "")) for name in ("value", "description")]
    return " ".join([*own, *(_texts(child) for child in getattr(widget, "children", ()))])


# Pages as such


def test_there_is_a_button_for_each_page_and_button_and_state_follow_each_other(explorer):
    menu = explorer._panel.page_menu
    assert [name for _, name in menu.options] == list(PAGES)
    for name in PAGES:
        explorer.state.page = name
        assert menu.value == name
        pages = explorer._panel.pages.items()
        assert [each for each, page in pages if page.widget.layout.display is None] == [name]
    menu.value = "reveal"
    assert explorer.state.page == "reveal"


def test_what_is_drawn_for_a_page_goes_when_another_opens(explorer):
    explorer.state.n_clusters = 5
    _page(explorer, "transitions")
    assert explorer._board.flow.layout.visible
    assert not explorer._board.plots.silhouettes.visible
    explorer.state.page = "images"
    assert not explorer._board.flow.layout.visible
    assert explorer._board.plots.silhouettes.visible


@pytest.mark.parametrize("page", ["transitions", "valley"])
def test_axes_of_what_is_hidden_are_not_measured(explorer, page):
    plots = explorer._board.plots
    _page(explorer, page)
    hidden = [plots.silhouettes, plots.elbow, plots.score]
    assert not any(axis.visible for plot in hidden for axis in plot.axis)
    assert [axis.visible for axis in plots.line.axis] == [page == "valley", False]
    explorer.state.page = "images"
    assert all(plot.xaxis.visible for plot in hidden)
    assert [axis.visible for axis in plots.silhouettes.axis] == [True, False]
    assert not any(axis.visible for axis in plots.line.axis)


# Two clusters


def test_two_clusters_are_the_nearest_those_of_the_opened_bar_or_those_that_are_chosen(explorer):
    page, line = _page(explorer, "valley"), explorer._board.plots.line
    clustering = explorer._session.clustering
    k = clustering.n_clusters
    spans = np.linalg.norm(clustering.centers[:, None] - clustering.centers, axis=2)
    np.fill_diagonal(spans, np.inf)
    assert {menu.value for menu in page._menus} == set(np.argwhere(spans == spans.min())[0])
    explorer._session.open_bar(7)
    explorer.state.page = "valley"
    own = clustering.cluster_labels[7]
    assert [menu.value for menu in page._menus] == [own, spans[own].argmin()]
    page._menus[1].value = next(each for each in range(k) if each not in (own, spans[own].argmin()))
    assert explorer.state.pair == tuple(menu.value for menu in page._menus)
    assert f"From cluster {own} to {explorer.state.pair[1]}" in line.title.text
    page._menus[1].value = own
    assert "Choose two different clusters" in page._words.value
    assert explorer.state.pair[1] != own
    # A bar that is opened later counts again.
    row = int(np.flatnonzero(clustering.cluster_labels != own)[0])
    explorer._session.open_bar(row)
    explorer.state.page = "valley"
    assert page._menus[0].value == clustering.cluster_labels[row]


def test_images_stand_on_the_line_in_the_place_of_the_silhouettes(explorer, embeddings):
    plots = explorer._board.plots
    assert not {"line_x", "line_y"} & set(plots.images.data)  # They come with the page.
    page = _page(explorer, "valley")
    points = plots.line.select_one({"name": "images on the line"})
    for glyph in (points.glyph, points.selection_glyph, points.nonselection_glyph):
        assert (glyph.x, glyph.y) == ("line_x", "line_y")
    assert plots.line.visible
    assert not plots.silhouettes.visible
    a, b = (menu.value for menu in page._menus)
    found = valley(embeddings, explorer._session.clustering, a, b)
    x, y = (np.asarray(plots.images.data[name]) for name in ("line_x", "line_y"))
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(x)), found.rows)
    np.testing.assert_allclose(
        x[found.rows], np.clip(found.positions, -0.75, 1.75), atol=1 / 24 + 1e-6
    )
    assert len({*zip(x[found.rows], y[found.rows], strict=True)}) == len(found.rows)
    counts = found.histogram[0]
    assert np.nanmax(y) == counts.max() - 0.5
    assert found.sentence in html.unescape(page._words.value)
    page._all.click()
    assert explorer.state.selected == tuple(found.rows)
    assert plots.silhouettes.visible  # The page Images has opened.
    assert not plots.line.visible


def test_with_another_k_two_clusters_are_those_of_that_k(explorer):
    explorer.state.n_clusters = 5
    page = _page(explorer, "valley")
    explorer.state.pair = (3, 2)
    assert [menu.value for menu in page._menus] == [3, 2]
    explorer.state.n_clusters = 3
    assert list(page._menus[0].options) == [0, 1, 2]
    assert {menu.value for menu in page._menus} < {0, 1, 2}
    for wrong in ((1,), (1, 1), (-1, 2), ("a", "b"), 3):
        with pytest.raises(TraitError, match="`pair` must be the numbers of two clusters"):
            explorer.state.pair = wrong


# One bar


def test_a_tap_on_a_bar_opens_it(explorer, embeddings):
    row = 7
    plot = explorer._board.plots.silhouettes
    y = float(explorer._board.plots.images.data["bar_positions"][row])
    plot._trigger_event(Tap(plot, x=0.1, y=y))
    assert (explorer.state.opened, explorer.state.page) == (row, "silhouette")
    case = explain_silhouette(embeddings, explorer.clustering, row)
    said = _texts(explorer._panel.pages["silhouette"].widget)
    for part in (f"<b>{case.a:.3f}</b>", f"<b>{case.b:.3f}</b>", f"= {case.silhouette:.2f}"):
        assert part in said
    for picture in (row, case.medoid, case.nearest_medoid):
        assert f'alt="image {picture}"' in said


def test_a_tap_between_the_blocks_opens_nothing(explorer):
    explorer.state.n_clusters = 2
    positions = np.sort(explorer._board.plots.images.data["bar_positions"])
    plot = explorer._board.plots.silhouettes
    plot._trigger_event(Tap(plot, x=0.1, y=float(positions[0]) - 5))
    assert explorer.state.opened is None


def test_an_opened_bar_follows_k_and_the_space(explorer, projection):
    explorer.state.opened = 3
    page = _page(explorer, "silhouette")
    explorer.state.n_clusters = 4
    assert f"= {explorer.clustering.silhouettes[3]:.2f}" in _texts(page.widget)
    explorer.state.space = "tsne"
    case = explain_silhouette(projection, explorer.clustering, 3)
    assert f"<b>{case.a:.3f}</b>" in _texts(page.widget)


@pytest.mark.parametrize("which", ["negative", "borderline"])
def test_lists_of_pictures_that_sit_badly_can_be_shown(explorer, which):
    explorer.state.n_clusters = 12
    page = _page(explorer, "silhouette")
    scores = explorer.clustering.silhouettes
    sizes = np.abs(scores)
    expected = scores < 0 if which == "negative" else sizes <= 0.1 * sizes.mean()
    button = getattr(page, f"_{which}")
    assert button.description == f"Show {expected.sum()} {which}"
    if expected.any():
        button.click()
        assert explorer.state.selected == tuple(np.flatnonzero(expected))
        assert explorer.state.page == "images"


# Which space


def test_a_score_taken_on_a_picture_carries_a_warning_and_the_score_in_clip_space(
    explorer, embeddings
):
    assert "⚠" not in explorer._panel.controls._status.value
    explorer.state.space = "tsne"
    really = silhouette_samples(embeddings.vectors, explorer.clustering.cluster_labels).mean()
    status = explorer._panel.controls._status.value
    assert f"⚠ Mean silhouette {explorer.clustering.silhouette_score:.3f}" in status
    assert f"but {really:.3f} in CLIP space" in status
    assert f"(CLIP {really:.2f})" in explorer._board.plots.silhouettes.title.text
    explorer.state.n_clusters = 3
    measured = remeasure(embeddings, explorer.clustering).silhouette_score
    assert f"but {measured:.3f} in CLIP space" in explorer._panel.controls._status.value


def test_every_figure_says_where_it_was_measured(explorer):
    names = ("silhouettes", "elbow", "score")
    plots = [getattr(explorer._board.plots, name) for name in names]
    assert all("all 32 dimensions" in plot.xaxis[0].axis_label for plot in plots)
    explorer.state.space = "pca-10"
    assert all("10 principal components" in plot.xaxis[0].axis_label for plot in plots)
    explorer.state.metric = "cosine"
    assert all("components, cosine" in plot.xaxis[0].axis_label for plot in plots)
    explorer.state.space = "embedding"
    explorer.state.centered = True
    assert all("dimensions, centred, cosine" in plot.xaxis[0].axis_label for plot in plots)


@pytest.mark.parametrize(
    ("choice", "value", "expected"),
    [
        ("metric", "cosine", ("embedding", "cosine", "kmeans")),
        ("centered", True, ("centered embedding", "euclidean", "kmeans")),
        ("algorithm", "ward", ("embedding", "euclidean", "ward")),
        ("algorithm", "average", ("embedding", "euclidean", "average")),
        ("algorithm", "gaussian_mixture", ("embedding", "euclidean", "gaussian_mixture")),
    ],
)
def test_each_switch_changes_the_clusterings(explorer, embeddings, choice, value, expected):
    setattr(explorer.state, choice, value)
    sweep = explorer.sweep
    assert (sweep.space, sweep.metric, sweep.algorithm) == expected
    data = embeddings.centered() if choice == "centered" else embeddings
    mine = sweep_clusters(data, range(2, 13), metric=expected[1], algorithm=expected[2])
    k = explorer.state.n_clusters
    assert explorer.clustering.cluster_labels.tolist() == mine[k].cluster_labels.tolist()


def test_in_a_picture_distances_are_euclidean_and_the_switches_are_off(explorer):
    explorer.state.metric = "cosine"
    explorer.state.space = "tsne"
    page = _page(explorer, "method")
    assert explorer.sweep.metric == "euclidean"
    assert page.metric.disabled
    assert page.centered.disabled
    assert "no angles" in _texts(page.widget)


def test_hdbscan_is_told_the_smallest_size_and_its_noise_is_noise(explorer):
    controls = explorer._panel.controls
    explorer.state.algorithm = "hdbscan"
    explorer.state.min_cluster_size = 5
    found = explorer.clustering
    assert found.n_noise == (found.cluster_labels == -1).sum() > 0
    assert cluster_rows(found)[-1]["name"] == "noise"
    assert f"{found.n_noise} noise" in controls._status.value
    bars = np.asarray(explorer._board.plots.images.data["silhouettes"])
    np.testing.assert_array_equal(np.isnan(bars), found.cluster_labels == -1)
    assert explorer._board.plots.elbow.title.text == "Clusters found"


# Null data


@pytest.mark.parametrize("kind", ["covariance", "shuffled", "scores"])
def test_null_data_get_the_same_treatment(explorer, kind):
    explorer.state.n_clusters = 5
    explorer.state.null_data = kind
    group = explorer._session.null_group
    assert (group.kind, group.sweep.n_clusters) == (kind, explorer.sweep.n_clusters)
    assert group.scores.shape == (10, len(explorer.sweep))
    null = explorer._board.null
    assert explorer._board._null_row.visible
    shown = np.asarray(null.images.data["silhouettes"])
    np.testing.assert_array_equal(shown, group.sweep[5].silhouettes)
    band = explorer._board.plots.band.data
    np.testing.assert_allclose(band["low"], group.scores.min(axis=0), rtol=1e-6)
    np.testing.assert_allclose(band["high"], group.scores.max(axis=0), rtol=1e-6)
    explorer.state.n_clusters = 7
    shown = np.asarray(null.images.data["silhouettes"])
    np.testing.assert_array_equal(shown, group.sweep[7].silhouettes)
    (box,) = explorer._board.plots.silhouettes.select(name="null")
    assert box.visible
    assert box.left == pytest.approx(group.scores[:, 5].min())
    explorer.state.null_data = "none"
    assert not explorer._board._null_row.visible
    assert not box.visible
    assert len(explorer._board.plots.band.data["low"]) == 0


def test_the_page_says_what_each_kind_of_null_data_keeps_and_loses(explorer):
    page = _page(explorer, "method")

    assert [name for _, name in page.null_data.options] == ["none", *NULLS]
    said = _texts(page.widget)
    for null in NULLS.values():
        assert f"{null.title}</i> keeps {null.keeps}. It loses {null.loses}." in said


def test_null_data_follow_the_method(explorer):
    explorer.state.null_data = "covariance"
    explorer.state.metric = "cosine"
    assert explorer._session.null_group.sweep.metric == "cosine"
    explorer.state.space = "pca"
    assert explorer._session.null_group.sweep.space == "pca"


# Predict, then reveal


def test_classes_are_nowhere_on_the_screen_before_a_k_is_committed_to(explorer, images):
    names = set(images.class_names)
    controls = explorer._panel.controls
    assert set(explorer._board.plots.images.data["class_names"]) == {""}
    offered = ["cluster", "silhouette", "neighbors kept", "neighbor counts", "nothing"]
    assert [name for _, name in controls._color_by.options] == offered
    page = _page(explorer, "reveal")
    gallery = re.sub(r"base64,[^\"]*", "", explorer._panel.gallery.images.value)
    explorer._panel.host()
    document = serialize_json(explorer._board.layout.document.to_json())
    for said in (gallery, _texts(page.widget), controls._legend.value, document):
        assert not names & set(re.findall(r"[a-z]+", said.lower()))
    for name in ("class", "color", "place", "caption"):
        with pytest.raises(TraitError, match=r"only after a number of clusters was committed to"):
            explorer.state.color_by = name


def test_the_commitment_reveals_and_stays(explorer, images):
    page = _page(explorer, "reveal")
    assert page._question.layout.display is None
    page._cluster.value = 1
    page._name.value = "<b>boats</b>"
    page._keep.click()
    page._k.value = 9
    page._commit.click()
    assert explorer.state.committed_k == 9
    assert page._question.layout.display == "none"
    said = _texts(page.widget)
    assert "You said 9. There are 16 classes" in said
    assert "&lt;b&gt;boats&lt;/b&gt;" in said
    assert "<b>boats</b>" not in said
    shown = explorer._board.plots.images.data["class_names"]
    assert shown == [images.class_names[label] for label in images.class_labels]
    for value in (8, None):
        with pytest.raises(TraitError, match=rf"`committed_k` must stay 9.* Got {value}"):
            explorer.state.committed_k = value
    explorer.state.color_by = "class"


def test_what_is_revealed_is_the_agreement_of_the_clusters_on_the_screen(explorer, images):
    explorer.state.committed_k = 5
    page = _page(explorer, "reveal")
    for k in (4, 9):
        explorer.state.n_clusters = k
        said = _texts(page.widget)
        score = adjusted_mutual_info_score(images.class_labels, explorer.clustering.cluster_labels)
        assert f"AMI {score:.2f}" in said
        agreement = class_agreement(images, explorer.clustering)
        assert f"homogeneity {agreement.homogeneity:.2f}" in said
        for row in agreement.to_pandas().itertuples():
            assert f"{row.purity:.0%}" in said


def test_the_pictures_that_disagree_can_be_shown(explorer, images):
    explorer.state.committed_k = 5
    page = _page(explorer, "reveal")
    page._show.click()
    assert explorer.state.page == "images"
    names = np.array(images.class_names)[images.class_labels]
    labels = explorer.clustering.cluster_labels
    commonest = class_agreement(images, explorer.clustering).to_pandas()["class_name"].to_numpy()
    assert explorer.state.selected == tuple(np.flatnonzero(names != commonest[labels]))


def test_who_does_not_want_the_curtain_has_none(images, embeddings, sweep, projection):
    explorer = Explorer(images, embeddings, projection, sweep, hide_classes=False)
    explorer.state.color_by = "class"
    assert explorer._board.plots.images.data["class_names"][0] in images.class_names
    assert "There are 16 classes" in _texts(_page(explorer, "reveal").widget)


def test_images_with_many_labels_are_revealed_label_by_label(images, embeddings, sweep, projection):
    import datasets

    table = images.dataset
    present = [["Boat", "Sky"] if i % 2 else ["Tree"] for i in range(80)]
    absent = [["Tree"] if i % 2 else ["Boat"] for i in range(80)]
    text = datasets.Value("string")
    for name, column in (("labels_present", present), ("labels_absent", absent)):
        table = table.add_column(name, column, feature=datasets.List(text))
    explorer = Explorer(ImageSet(table), embeddings, projection, sweep)
    explorer.state.committed_k = 5
    said = _texts(_page(explorer, "reveal").widget)
    assert "verified label" in said
    assert "Tree" in said


# ClusterTransitions


def test_the_flow_is_that_to_the_next_k_and_a_tap_shows_who_moved(explorer, sweep):
    explorer.state.n_clusters = 5
    _page(explorer, "transitions")
    transitions = explorer._session.page_content.transitions
    ribbons = explorer._board.flow.ribbons
    assert sum(ribbons.data["n_images"]) == 80
    table = np.zeros((5, 6))
    np.add.at(table, (sweep[5].cluster_labels, transitions.after), 1)
    for before, after, n in zip(
        *(ribbons.data[name] for name in ("before", "after", "n_images")), strict=True
    ):
        assert table[int(before), int(after)] == n
    place = next(
        i
        for i, pair in enumerate(zip(ribbons.data["before"], ribbons.data["after"], strict=True))
        if pair[0] != pair[1]
    )
    before, after = (int(ribbons.data[name][place]) for name in ("before", "after"))
    ribbons.selected.indices = [place]
    assert explorer.state.selected == transitions.rows(before, after)
    assert explorer.state.page == "images"


def test_all_that_move_can_be_shown_and_after_the_last_k_nothing_moves(explorer):
    page = _page(explorer, "transitions")
    explorer.state.n_clusters = 5
    movers = explorer._session.page_content.transitions.movers
    page._all.click()
    assert explorer.state.selected == movers
    explorer.state.n_clusters = 12
    page = _page(explorer, "transitions")
    assert "12 is the last there is" in _texts(page.widget)
    assert page._all.disabled


def test_of_many_classes_the_most_frequent_are_in_the_table(explorer, images, monkeypatch):
    monkeypatch.setattr("cliplab.explorer.widgets.pages.reveal._MOST_CLASSES", 3)
    page = _page(explorer, "reveal")
    explorer.state.committed_k = 6
    counts = images.to_pandas()["class_label"].value_counts()
    shown = explorer._session.page_content.answer.counts.sum(axis="columns")
    assert sorted(shown, reverse=True) == counts.head(3).tolist()
    assert "and 13 rarer classes" in _texts(page.widget)


# Evidence


@pytest.fixture
def few_repeats(monkeypatch):
    """Gather evidence by few null data, resamples and starts: here it is not about its values."""
    few = partial(gather_evidence, n_references=3, n_resamples=3, n_starts=2)
    monkeypatch.setattr("cliplab.explorer.model.extras.gather_evidence", few)


@pytest.mark.usefixtures("few_repeats")
def test_the_evidence_is_gathered_when_asked_for_and_kept(explorer):
    page = _page(explorer, "evidence")
    assert explorer.evidence is None
    page._gather.click()
    found = explorer.evidence
    assert found.table.index.tolist() == [1, *explorer.sweep.n_clusters]
    assert explorer._board.evidence.layout.visible
    np.testing.assert_array_equal(
        np.asarray(explorer._board.evidence.source.data["gap"]), found.table["gap"]
    )
    assert page._gather.layout.display == "none"
    explorer.state.algorithm = "ward"
    assert explorer.evidence is None
    assert page._gather.disabled
    assert "for K-means" in _texts(page.widget)
    explorer.state.algorithm = "kmeans"
    assert explorer.evidence is found


# In words


@pytest.fixture(scope="module")
def spoken_of():
    images, encoder = load_storybook(n_images=150), ClipEncoder("storybook")
    embeddings = encoder.encode_images(images)
    sweep = sweep_clusters(embeddings, range(2, 9))
    return images, embeddings, project(embeddings, "pca"), sweep, encoder


@pytest.fixture
def speaking(spoken_of):
    *given, encoder = spoken_of
    return Explorer(*given, encoder=encoder)


def test_clusters_are_put_into_words(speaking):
    page = _page(speaking, "words")
    names = name_clusters(speaking.clustering, speaking.encoder)
    said = page._names.value
    assert all(f">{name}<" in said for name in names.names)
    page.vocabulary.value = "sea, <i>forest</i>"
    assert "&lt;i&gt;forest&lt;/i&gt;" in page._names.value
    assert "<i>forest" not in page._names.value
    speaking.state.space = "pca"
    assert "sea" in page._names.value
    speaking.state.space = "embedding"


def test_images_can_be_coloured_by_likeness_to_what_is_searched_for(speaking):
    state, menu = speaking.state, speaking._panel.controls._color_by
    state.query = "a red car"
    state.color_by = "likeness to words"
    ranking = rank_by_text("a red car", speaking.embeddings, speaking.encoder)
    colors = np.asarray(speaking._board.plots.images.data["color_values"])
    np.testing.assert_allclose(colors, ranking.scores, rtol=1e-6)
    state.query = ""
    assert (state.color_by, menu.value) == ("cluster", "cluster")


def test_without_clusters_a_search_that_ends_leaves_images_of_one_colour(speaking):
    speaking.parts = ("map",)
    speaking.state.query = "a red car"
    speaking.state.color_by = "likeness to words"
    speaking.state.query = ""
    assert speaking.state.color_by == "nothing"


def test_without_an_encoder_the_page_says_what_to_do(explorer):
    assert "encoder=encoder" in _texts(_page(explorer, "words").widget)
    with pytest.raises(ValueError, match="give the Explorer its encoder"):
        explorer.state.query = "a red car"


# Order, and what is sent


def test_lists_are_shown_in_their_own_order(explorer):
    explorer.state.n_clusters = 12
    page = _page(explorer, "silhouette")
    page._borderline.click()
    rows = tuple(figure["row"] for figure in explorer._session.page_content.figures)
    assert len(rows) > 2
    assert (np.diff(explorer.clustering.silhouettes[list(rows)]) >= 0).all()
    assert set(rows) <= set(explorer.state.selected)
    explorer.state.selected = rows[:2]
    figures = explorer._session.page_content.figures
    assert [figure["row"] for figure in figures] == sorted(rows[:2])


def test_with_null_data_k_sends_only_what_changes(explorer):
    explorer.state.null_data = "covariance"
    travelled = []
    explorer._panel.host()
    explorer._board.layout.document.on_change(
        lambda event: (
            travelled.append((event.model.name, tuple(getattr(event, "cols", None) or ())))
            if hasattr(event, "model")
            else None
        )
    )
    explorer.state.n_clusters = 5
    sent = {(name, column) for name, columns in travelled for column in columns}
    assert {column for name, column in sent if name == "null images"} == {
        "cluster_labels", "silhouettes", "bar_positions", "color_values",
    }  # fmt: skip
    assert not [name for name, _ in sent if name in ("sweep", "band", "null sweep", "null band")]


def test_an_open_page_is_drawn_once_for_each_choice(explorer, monkeypatch):
    page, drawn = _page(explorer, "method"), []
    monkeypatch.setattr(page, "draw", drawn.append)
    for choice, value in (("n_clusters", 5), ("algorithm", "ward"), ("space", "tsne")):
        drawn.clear()
        setattr(explorer.state, choice, value)
        assert len(drawn) == 1


def test_words_stay_beside_the_bars_however_many_clusters_there_are(images, embeddings, projection):
    sweep = sweep_clusters(embeddings, [2, 60])
    explorer = Explorer(images, embeddings, projection, sweep)
    explorer.state.n_clusters = 60
    places = np.array(explorer._board.plots.words.data["word_positions"])
    assert 0 <= places.min() <= places.max() <= explorer._board.plots.silhouettes.y_range.start
    explorer.state.n_clusters = 2
    _page(explorer, "transitions")
    blocks = explorer._board.flow.blocks.data
    assert (np.array(blocks["bottom"]) > np.array(blocks["top"])).all()


# What was made elsewhere


def test_a_bar_is_opened_in_the_space_of_its_sweep_or_not_at_all(images, embeddings, projection):
    ten = sweep_clusters(project(embeddings, "pca", n_components=10), range(2, 6))
    explorer = Explorer(images, embeddings, projection, ten)
    assert explorer.state.space == "pca-10"
    explorer.state.opened = 3
    assert "not known here" in _texts(_page(explorer, "silhouette").widget)
    explorer.state.random_state = 1  # Now the Explorer makes them itself.
    case = explain_silhouette(project(embeddings, "pca", n_components=10), explorer.clustering, 3)
    assert f"<b>{case.a:.3f}</b>" in _texts(_page(explorer, "silhouette").widget)


def test_what_was_made_elsewhere_has_no_null_data_and_no_other_method(
    images, embeddings, projection
):
    array = sweep_clusters(embeddings.vectors, range(2, 6))
    explorer = Explorer(images, embeddings, projection, array)
    page = _page(explorer, "method")
    assert "made elsewhere" in _texts(page.widget)
    assert page.algorithm.disabled
    with pytest.raises(ValueError, match=r"`null_data` must be 'none' where .* made elsewhere"):
        explorer.state.null_data = "covariance"
    assert "made elsewhere" in explorer._panel.controls.error.value
    explorer.state.space = "embedding"
    assert not page.algorithm.disabled
    assert explorer._session.null_group.kind == "covariance"


def test_clusters_by_an_algorithm_of_one_s_own_can_be_looked_at(images, embeddings, projection):
    found = sweep_clusters(embeddings, range(2, 6))
    mine = ClusterSweep(
        tuple(dataclasses.replace(each, algorithm="eye") for each in found.clusterings)
    )
    explorer = Explorer(images, embeddings, projection, mine)
    assert (explorer.state.space, explorer.sweep.algorithm) == ("given", "eye")
    assert "by eye" in explorer._panel.controls._status.value


def test_null_data_follow_the_map(explorer):
    explorer.state.null_data = "covariance"
    scores = explorer._session.null_group.scores
    explorer.state.projection = "pca"
    group = explorer._session.null_group
    assert group.projection.method == "pca"
    assert group.scores is scores  # The same clusters: nothing of them was made anew.
    explorer.state.projection = "tsne"
    explorer.state.perplexity = 12
    assert explorer._session.null_group.projection.parameters["perplexity"] == 12


# Again and again


@pytest.mark.usefixtures("few_repeats")
def test_shown_again_an_explorer_still_knows_what_was_found(explorer):
    explorer._ipython_display_()
    page = _page(explorer, "evidence")
    page._gather.click()
    found = explorer.evidence
    page = _page(explorer, "reveal")
    page._name.value = "ships"
    page._keep.click()
    for _ in range(3):
        explorer._ipython_display_()
    assert explorer.evidence is found
    assert "ships" in _texts(_page(explorer, "reveal").widget)
    assert _page(explorer, "evidence")._gather.layout.display == "none"
    callbacks = explorer._board.flow.ribbons.selected._callbacks["indices"]
    assert len(callbacks) == 1


@pytest.mark.usefixtures("few_repeats")
def test_evidence_is_of_the_sweep_on_the_screen_whichever_page_is_open(explorer):
    _page(explorer, "evidence")._gather.click()
    explorer.state.page = "images"
    explorer.state.algorithm = "ward"
    assert explorer.evidence is None
    assert explorer._board.plots.scatter.visible


@pytest.mark.usefixtures("few_repeats")
def test_evidence_that_arrives_late_does_not_take_the_screen(
    images, embeddings, sweep, projection, in_kernel
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        page = _page(explorer, "evidence")
        page._gather.click()
        explorer.state.page = "images"
        while explorer._session.evidence_task.is_running:
            await asyncio.sleep(0.05)
        assert explorer.evidence is not None
        assert explorer._board.plots.scatter.visible
        assert not explorer._board.evidence.layout.visible
        explorer.state.page = "evidence"
        assert explorer._board.evidence.layout.visible

    in_kernel(story)


def test_where_gathering_fails_it_can_be_begun_again(explorer, monkeypatch):
    def fail(*_, **__):
        yield 0.1
        raise MemoryError("no room")

    page = _page(explorer, "evidence")
    monkeypatch.setattr("cliplab.explorer.model.extras.gather_evidence", fail)
    page._gather.click()  # A button's callback tells its error and raises none.
    assert page._gather.layout.display is None
    assert explorer._session.work == ()
    assert "no room" in explorer._panel.controls.error.value


def test_what_an_ended_cell_has_interrupted_is_taken_up_again(
    images, embeddings, sweep, projection, in_kernel
):
    async def story():
        explorer = Explorer(images, embeddings, projection, sweep)
        explorer._ipython_display_()
        explorer.state.space = "pca-10"
        explorer._close(explorer._panel)  # Its cell shows something else now.
        explorer._ipython_display_()
        while explorer.sweep.space != "pca-10":
            await asyncio.sleep(0.05)

    in_kernel(story)


def test_what_a_page_has_drawn_is_gone_when_the_explorer_is_shown_again(explorer):
    explorer.state.n_clusters = 5
    _page(explorer, "transitions")
    explorer._ipython_display_()
    explorer._close(explorer._panel)
    explorer.state.page = "images"
    explorer._ipython_display_()
    assert explorer._board.plots.silhouettes.visible
    assert not explorer._board.flow.layout.visible


def test_a_part_that_cannot_be_drawn_leaves_the_others_and_the_next_change_alone(
    explorer, monkeypatch
):
    def fail(*_):
        raise OSError("no disk")

    with monkeypatch.context() as patched:
        patched.setattr(explorer._board.plots, "show_numbers", fail)
        with pytest.raises(OSError, match="no disk"):
            explorer.state.n_clusters = 6
    assert "6 clusters" in explorer._panel.controls._status.value
    assert "no disk" in explorer._panel.controls.error.value
    explorer.state.n_clusters = 5
    assert "5 clusters" in explorer._panel.controls._status.value
    assert explorer._session.error == ""


def test_a_sweep_that_failed_is_tried_again_when_it_is_asked_for_again(explorer, monkeypatch):
    def fail(*_, **__):
        raise MemoryError("no room")

    with monkeypatch.context() as patched:
        patched.setattr("cliplab.explorer.model.results.sweep_clusters", fail)
        with pytest.raises(MemoryError, match="no room"):
            explorer.state.space = "pca"
        explorer.state.n_clusters = 4  # What failed is not tried at every turn.
    explorer.state.space = "embedding"
    explorer.state.space = "pca"
    assert explorer.sweep.space == "pca"


# What is typed


def test_my_k_may_be_any_up_to_the_number_of_images(explorer, images):
    page = _page(explorer, "reveal")
    page._k.value = len(images) + 1
    assert page._k.value == len(images)
    page._commit.click()
    assert explorer.state.committed_k == len(images)


def test_my_k_stays_as_it_was_typed_and_is_what_is_revealed_first(explorer):
    page = _page(explorer, "reveal")
    explorer.state.n_clusters = 5
    assert page._k.value == 5
    page._k.value = 9
    explorer.state.n_clusters = 3
    assert page._k.value == 9
    page._commit.click()
    assert explorer.state.n_clusters == 9


def test_a_guess_belongs_to_the_clustering_it_was_made_of(explorer):
    page = _page(explorer, "reveal")
    explorer.state.n_clusters = 5
    page._name.value = "ships"
    page._keep.click()
    explorer.state.committed_k = 4
    assert explorer.state.n_clusters == 4
    assert "you said" not in _texts(page.widget)
    explorer.state.n_clusters = 5
    said = _texts(page.widget)
    assert "cluster 0 of 5: ships" in said
    assert "you said" in said


def test_likeness_to_words_needs_words(speaking):
    speaking.state.query = ""
    with pytest.raises(TraitError, match="only when there are words"):
        speaking.state.color_by = "likeness to words"
    options = [name for _, name in speaking._panel.controls._color_by.options]
    assert "likeness to words" not in options


def test_names_of_other_clusters_do_not_stay_beside_new_ones(speaking):
    page = _page(speaking, "words")
    page.vocabulary.value = ""
    speaking.state.n_clusters = 4
    assert page._names.value.count("<tr>") == 5
    with pytest.raises(ValueError, match=r"at least 2|two"):
        page.vocabulary.value = "cat"
    assert "nearest words" not in page._names.value
    page.vocabulary.value = ""
    assert page._names.value.count("<tr>") == 5
