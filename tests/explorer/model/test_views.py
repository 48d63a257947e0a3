"""Views: equal for equal inputs, and plain enough to be written to a file."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from cliplab.evaluation.evidence.gathering import evidence_for_k
from cliplab.evaluation.transitions import compare_clusterings
from cliplab.evaluation.valley import Valley
from cliplab.explorer.model.colors import coloring_view
from cliplab.explorer.model.flow import flow_view
from cliplab.explorer.model.views import (
    band_view,
    clustering_view,
    evidence_view,
    line_view,
    map_view,
    null_clustering_view,
    numbers_view,
    sweep_view,
)


def _assert_same(one, other):
    assert one.keys() == other.keys()
    for name, value in one.items():
        if isinstance(value, dict):
            _assert_same(value, other[name])
        elif isinstance(value, list):  # Lists may hold others of unequal lengths.
            assert value == other[name], name
        else:
            np.testing.assert_array_equal(value, other[name], err_msg=name)


@pytest.mark.parametrize("k", [2, 5, 12])
def test_a_view_of_a_clustering_holds_what_the_clustering_holds(sweep, k):
    view = clustering_view(sweep, k)
    np.testing.assert_array_equal(view["cluster_labels"], sweep[k].cluster_labels)
    np.testing.assert_array_equal(view["silhouettes"], sweep[k].silhouettes)
    assert view["value"] == k
    assert view["mean_silhouette"] == pytest.approx(sweep[k].silhouette_score)
    assert len(view["names"]) == k


def test_equal_inputs_give_equal_views(images, sweep, projection):
    _assert_same(clustering_view(sweep, 5), clustering_view(sweep, 5))
    _assert_same(sweep_view(sweep, "there"), sweep_view(sweep, "there"))
    _assert_same(map_view(projection), map_view(projection))
    _assert_same(numbers_view(sweep[5], projection), numbers_view(sweep[5], projection))
    for color_by in ("cluster", "class", "silhouette"):
        _assert_same(*(coloring_view(color_by, images, sweep[5]) for _ in range(2)))
    _assert_same(*(flow_view(compare_clusterings(sweep[4], sweep[5])) for _ in range(2)))


def test_a_view_can_be_written_to_a_file_and_read_again(sweep, projection, tmp_path):
    view = clustering_view(sweep, 5) | map_view(projection)
    np.savez(tmp_path / "view.npz", **view)
    with np.load(tmp_path / "view.npz", allow_pickle=False) as read:
        _assert_same({name: read[name] for name in read}, view)


def test_the_square_of_a_map_holds_every_point(projection):
    view = map_view(projection)
    for axis, center in zip(("x", "y"), view["center"], strict=True):
        assert (np.abs(view[axis] - center) <= view["reach"]).all()


def test_without_null_data_there_is_no_band(sweep):
    assert len(band_view(sweep, None)["band"]["low"]) == 0
    assert "null data" not in band_view(sweep, None)["title"]
    assert null_clustering_view(None, sweep, 5) is None


def test_ribbons_are_as_wide_as_they_have_images_and_hold_their_rows(sweep, images):
    transitions = compare_clusterings(sweep[4], sweep[7])
    view = flow_view(transitions)
    ribbons, blocks = view["ribbons"], view["blocks"]
    assert sorted(row for rows in view["rows"] for row in rows) == list(range(len(images)))
    assert ribbons["n_images"] == [len(rows) for rows in view["rows"]]
    room = blocks["bottom"][0] - blocks["top"][0]
    per_image = room / (sweep[4].cluster_labels == 0).sum()
    for ys, n_images in zip(ribbons["ys"], ribbons["n_images"], strict=True):
        assert ys[-1] - ys[0] == pytest.approx(n_images * per_image)
    for cluster in set(ribbons["before"]):  # One below the other, as high as the block together.
        ys = [
            each
            for each, name in zip(ribbons["ys"], ribbons["before"], strict=True)
            if name == cluster
        ]
        np.testing.assert_allclose([each[-1] for each in ys[:-1]], [each[0] for each in ys[1:]])
    assert min(blocks["top"]) == 0
    assert max(blocks["bottom"]) == pytest.approx(1)


@pytest.mark.slow
def test_evidence_is_shown_as_its_table_with_the_ends_of_the_bars_of_error(sweep, embeddings):
    evidence = evidence_for_k(embeddings, sweep, n_references=3, n_resamples=3, n_starts=3)
    view = evidence_view(evidence, "there")
    measures, table = view["measures"], evidence.table
    np.testing.assert_array_equal(measures["n_clusters"], table.index)
    np.testing.assert_array_equal(measures["gap"], table["gap"])
    np.testing.assert_allclose(measures["gap_high"] - measures["gap"], table["gap_error"])
    np.testing.assert_allclose(measures["gap"] - measures["gap_low"], table["gap_error"])
    assert view["votes"] == {
        "gap": evidence.votes["gap"],
        "silhouette_main": evidence.votes["silhouette"],
        "fullness": evidence.votes["valleys"],
    }
    assert view["limits"] == {"stability": 0.75, "fullness": 0.7}
    assert (view["axis"], view["axis_main"]) == ("k · there", "k · main directions")
    assert view["titles"]["silhouette_main"].endswith(f"says {evidence.votes['silhouette']}")
    assert set(view["measures"]) >= set(table.columns)


def test_a_measure_that_names_no_k_abstains_in_its_title(sweep, embeddings):
    evidence = evidence_for_k(embeddings, sweep, n_references=3, n_resamples=3, n_starts=2)
    without = dict.fromkeys(evidence.votes)
    object.__setattr__(evidence, "votes", without)
    titles = evidence_view(evidence)["titles"]
    assert titles["gap"] == "Gap · abstains"
    assert titles["fullness"] == "Shallowest valley · abstains"


def test_images_on_the_line_are_piled_up_and_no_two_lie_on_one_another():
    positions = np.array([-9.0, 0.0, 0.01, 0.02, 0.5, 1.0, 9.0])
    rows = np.array([1, 2, 4, 5, 6, 7, 9])
    found = Valley(3, 8, rows, positions, (3.0, 1.0, 1.0), 0.5)
    view = line_view(found, 10)
    x, y = view["line_x"], view["line_y"]
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(x)), rows)
    assert (x[2], x[4]) == (x[4], x[5])
    assert y[[2, 4, 5]].tolist() == [0.5, 1.5, 2.5]
    # What is far beyond the ends stands in the last pile.
    np.testing.assert_allclose(x[[1, 9]], [-0.75 + 1 / 24, 1.75 - 1 / 24], atol=1e-6)
    assert view["top"] == 3
    assert view["title"] == "From cluster 3 to 8 · no valley"


@pytest.mark.slow
def test_the_model_loads_neither_bokeh_nor_ipywidgets():
    script = (
        "import pkgutil, importlib, sys, cliplab.explorer.model as model\n"
        "for each in pkgutil.iter_modules(model.__path__):\n"
        "    importlib.import_module(f'{model.__name__}.{each.name}')\n"
        "print(sorted({'bokeh', 'ipywidgets', 'IPython', 'jupyter_bokeh'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
