"""Very many images: bars of a sample, and pictures for the hover that come when asked for."""

import datasets
import numpy as np
import pytest
from PIL import Image

from cliplab import Clustering, ClusterSweep, Embeddings, Explorer, ImageSet, Projection
from cliplab.explorer.model.columns import (
    bar_columns,
    bar_rows,
    bars_end,
    sweep_columns,
)
from cliplab.explorer.model.hover_fields import image_columns
from cliplab.explorer.model.options import MOST_REPEATED
from cliplab.explorer.model.sentences import score_title, silhouettes_title
from cliplab.explorer.model.turning import cluster_rows
from cliplab.explorer.style.theme import MOST_AT_ONCE
from cliplab.explorer.widgets.gallery import most_typical

N_IMAGES = MOST_AT_ONCE + 4
MEASURED = np.arange(3, N_IMAGES, 40)


def _sampled(k):
    labels = np.arange(N_IMAGES) % k
    silhouettes = np.full(N_IMAGES, np.nan)
    silhouettes[MEASURED] = np.random.default_rng(k).uniform(-0.2, 0.6, len(MEASURED))
    return Clustering(labels, np.eye(k, 3), 100.0 / k, silhouettes)


@pytest.fixture(scope="module")
def sampled():
    return ClusterSweep((_sampled(2), _sampled(3)))


@pytest.fixture(scope="module")
def many():
    """Small pictures in a few colours, one of which is each group's."""
    buffers = [Image.new("RGB", (8, 8), (80 * (i + 1), 0, 0)) for i in range(3)]
    table = datasets.Dataset.from_dict(
        {
            "image": [buffers[i % 3] for i in range(N_IMAGES)],
            "image_id": [f"id-{i}" for i in range(N_IMAGES)],
            "class_label": [i % 3 for i in range(N_IMAGES)],
        },
        features=datasets.Features(
            {
                "image": datasets.Image(),
                "image_id": datasets.Value("string"),
                "class_label": datasets.ClassLabel(names=["ant", "bee", "cat"]),
            }
        ),
    )
    return ImageSet(table)


@pytest.fixture
def explorer(many, sampled, monkeypatch):
    """As of more images than the page gets the columns of every k of."""
    monkeypatch.setattr("cliplab.explorer.model.turning.MOST_TURNED", MOST_AT_ONCE)
    random = np.random.default_rng(0)
    embeddings = Embeddings(random.normal(size=(N_IMAGES, 3)) + 4 * np.eye(3)[many.class_labels])
    projection = Projection(random.normal(size=(N_IMAGES, 2)), "drawn")
    return Explorer(many, embeddings, projection, sampled)


def test_only_images_that_were_measured_have_a_bar_and_blocks_have_no_holes():
    clustering = _sampled(3)
    rows = bar_rows(clustering)
    np.testing.assert_array_equal(rows, MEASURED)
    positions = bar_columns(clustering)["bar_positions"]
    assert np.isfinite(positions[rows]).all()
    assert np.isnan(np.delete(positions, rows)).all()
    steps = np.diff(np.sort(positions[rows]))
    assert sorted(set(steps.tolist())) == [1.0, 2.0]
    assert (steps == 2).sum() == 2
    assert bars_end(clustering) == len(MEASURED) + 2


@pytest.mark.slow
def test_the_line_that_may_be_cut_begins_with_the_mean_and_its_error(explorer, sampled):
    shown = sampled[explorer.state.n_clusters]
    mean, error = shown.silhouette_score, shown.silhouette_error

    words = explorer._panel.controls._status.value.split(">", 1)[1]

    assert words.startswith(f"Mean silhouette {mean:.3f} ± {error:.3f} in ")
    assert f"{N_IMAGES:,} images ({len(MEASURED)} measured)" in words


def test_noise_keeps_its_room_beside_a_sample():
    labels = np.r_[[-1] * 4, np.arange(96) % 2]
    silhouettes = np.r_[[np.nan] * 4, [0.5, 0.4] * 10, [np.nan] * 76]
    clustering = Clustering(labels, np.eye(2), 1.0, silhouettes)
    np.testing.assert_array_equal(bar_rows(clustering), np.arange(24))
    positions = bar_columns(clustering)["bar_positions"]
    assert positions[:4].min() > positions[4:24].max()


def test_the_table_counts_all_images_and_take_means_of_the_measured():
    clustering = _sampled(3)
    for cluster, row in enumerate(cluster_rows(clustering)):
        own = clustering.silhouettes[clustering.cluster_labels == cluster]
        known = own[np.isfinite(own)]
        assert row["size"] == len(own)
        assert row["mean"] == pytest.approx(known.mean(), abs=1e-6)
        assert row["negative"] == pytest.approx((known < 0).mean())


def test_a_cluster_of_which_nothing_was_measured_has_no_mean():
    clustering = Clustering([0, 0, 0, 1], np.eye(2), 1.0, [0.5, 0.4, np.nan, np.nan])
    row = cluster_rows(clustering)[1]
    assert (row["size_text"], row["mean_text"], row["negative_text"]) == ("1", "–", "–")


def test_the_curve_of_a_sample_has_its_error_and_says_so(sampled):
    columns = sweep_columns(sampled)
    errors = sampled.silhouette_errors
    assert (errors > 0).all()
    np.testing.assert_allclose(columns["high"] - columns["low"], 4 * errors)
    assert score_title(sampled) == "Mean silhouette ± 2 errors"


def test_the_title_of_the_bars_says_how_many_were_measured_and_the_error(sampled):
    title = silhouettes_title(sampled[3])
    mean, error = sampled[3].silhouette_score, sampled[3].silhouette_error
    assert f"k = 3 · mean {mean:.3f} ± {error:.3f} of {len(MEASURED)}" in title


def test_typical_images_are_among_the_measured(sampled):
    assert set(most_typical(sampled[3])) <= set(MEASURED.tolist())


@pytest.mark.slow
def test_of_very_many_images_nothing_is_said_beforehand(explorer, many):
    assert image_columns(many) == {}
    assert set(explorer._board.plots.images.data) == {"x", "y", "color_values", "cluster_labels"}
    assert explorer._board.plots.hover.sheets.data["uri"] == []


@pytest.mark.slow
def test_k_moves_the_bars_of_the_sample_and_the_colours_of_all(explorer, sampled):
    explorer.state.n_clusters = 3
    plots = explorer._board.plots
    np.testing.assert_array_equal(plots.images.data["cluster_labels"], sampled[3].cluster_labels)
    np.testing.assert_array_equal(plots.bars.data["rows"], MEASURED)
    np.testing.assert_array_equal(plots.bars.data["silhouettes"], sampled[3].silhouettes[MEASURED])
    np.testing.assert_array_equal(
        plots.bars.data["color_values"], sampled[3].cluster_labels[MEASURED]
    )


@pytest.mark.slow
def test_where_the_page_gets_every_k_bars_and_points_have_one_source(many, sampled):
    embeddings = Embeddings(np.random.default_rng(0).normal(size=(N_IMAGES, 3)))
    projection = Projection(embeddings.vectors[:, :2], "drawn")
    explorer = Explorer(many, embeddings, projection, sampled)
    plots = explorer._board.plots
    assert plots.bars is plots.images
    assert plots.hover.is_on_demand
    places = plots.images.data["bar_positions"]
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(places)), MEASURED)


@pytest.mark.slow
def test_points_and_bars_are_selected_together(explorer):
    plots = explorer._board.plots
    plots.bars.selected.indices = [1, 2]
    assert explorer.state.selected == tuple(MEASURED[1:3].tolist())
    assert plots.images.selected.indices == MEASURED[1:3].tolist()
    plots.images.selected.indices = [0, *MEASURED[:2].tolist()]
    assert explorer.state.selected == (0, *MEASURED[:2].tolist())
    assert plots.bars.selected.indices == [0, 1]
    explorer.state.n_clusters = 2
    assert plots.bars.selected.indices == [0, 1]


@pytest.mark.slow
def test_a_picture_that_is_asked_for_comes_without_a_name_until_names_may_be_seen(explorer):
    hover = explorer._board.plots.hover
    hover.request.data = {"rows": [7]}
    assert hover.answer.data["rows"] == [7]
    assert hover.answer.data["uri"][0].startswith("data:image/webp")
    assert hover.answer.data["image_ids"] == ["image 7"]
    assert hover.answer.data["class_names"] == [""]
    explorer.state.committed_k = 3
    assert hover.answer.data["rows"] == []
    hover.request.data = {"rows": [7]}
    assert hover.answer.data["image_ids"] == ["id-7"]
    assert hover.answer.data["class_names"] == ["bee"]


@pytest.mark.slow
def test_an_image_that_was_not_measured_can_be_opened(explorer):
    explorer.state.page = "silhouette"
    explorer.state.opened = 0
    assert np.isnan(explorer.clustering.silhouettes[0])
    assert "to the nearest cluster" in explorer._panel.pages["silhouette"]._explanation.value


@pytest.mark.slow
def test_what_repeats_the_work_many_times_is_refused_in_words(explorer, monkeypatch):
    assert N_IMAGES < MOST_REPEATED
    for module in ("model.extras", "widgets.pages.evidence", "widgets.pages.method"):
        monkeypatch.setattr(f"cliplab.explorer.{module}.MOST_REPEATED", 1000)
    explorer.state.page = "evidence"
    page = explorer._panel.pages["evidence"]
    assert page._gather.disabled
    assert "Gather it in an Explorer on 1,000" in page._words.value
    explorer.state.page = "method"
    assert explorer._panel.pages["method"].null_data.disabled
    with pytest.raises(ValueError, match=r"`null_data` must be 'none' for 4,100 images"):
        explorer.state.null_data = "covariance"
