"""Rows: one rule says what an index means, for everything that has a row for each image."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from cliplab import (
    ClipEncoder,
    Clustering,
    Embeddings,
    Explorer,
    Projection,
    StoredEmbeddings,
    class_agreement,
    compare_clusterings,
    load_storybook,
    show_silhouettes,
    sweep_clusters,
)
from cliplab._core.rows import row_numbers

N = 12
VECTORS = np.random.default_rng(0).normal(size=(N, 5))


@pytest.fixture(scope="module")
def values(tmp_path_factory) -> dict[str, Any]:
    """Everything that has a row for each image."""
    images = load_storybook(n_images=N)
    folder = tmp_path_factory.mktemp("store")
    embeddings = ClipEncoder("storybook").encode_images(images, store=folder)
    return {
        "images": images,
        "embeddings": embeddings,
        "stored": StoredEmbeddings(folder),
        "projection": Projection(VECTORS[:, :2], "tsne", kl_divergence=0.4),
        "clustering": sweep_clusters(embeddings, [4])[4],
    }


def _content(value: Any) -> list[Any]:
    """Return what can be compared row by row."""
    if hasattr(value, "image_ids"):
        return value.image_ids.tolist()
    return getattr(value, "cluster_labels", value.to_pandas().to_numpy()).tolist()


NAMES = ["images", "embeddings", "stored", "projection", "clustering"]
MASK = np.arange(N) % 3 == 0
INDEXES = {
    "a slice": (slice(2, 9, 3), [2, 5, 8]),
    "a slice backwards": (slice(None, None, -5), [11, 6, 1]),
    "a list": ([4, 0, 7], [4, 0, 7]),
    "a tuple of two, as a selection is": ((7, 3), [7, 3]),
    "a tuple of three": ((1, 2, 3), [1, 2, 3]),
    "numbers from the end": ([-1, -N], [N - 1, 0]),
    "an array": (np.array([3, 1], np.uint8), [3, 1]),
    "numbers of numpy in a list": ([np.int64(3), np.int16(1)], [3, 1]),
    "a range": (range(0, 6, 2), [0, 2, 4]),
    "a mask": (MASK, [0, 3, 6, 9]),
    "a mask as a list": (MASK.tolist(), [0, 3, 6, 9]),
    "a mask of pandas": (pd.Series(MASK).astype("boolean"), [0, 3, 6, 9]),
    "a column of pandas": (pd.Series([5, 2], index=["x", "y"]), [5, 2]),
    "nullable numbers of pandas": (pd.array([5, 2], dtype="Int64"), [5, 2]),
    "a tensor": (torch.tensor([5, 2]), [5, 2]),
    "objects that are numbers": (np.array([5, 2], dtype=object), [5, 2]),
    "no list": ([], []),
    "no tuple, as of nothing selected": ((), []),
    "no array": (np.array([]), []),
    "an empty slice": (slice(5, 5), []),
    "a mask of nothing": (np.zeros(N, bool), []),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("index", "rows"), INDEXES.values(), ids=INDEXES)
def test_an_index_means_the_same_rows_of_everything(values, name, index, rows):
    whole, part = values[name], values[name][index]
    if name == "stored":
        whole = whole[:]
    assert len(part) == len(rows)
    assert _content(part) == [_content(whole)[row] for row in rows]
    assert repr(part).startswith("Embeddings" if name == "stored" else type(whole).__name__)


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("row", [3, -9, np.int32(3), np.array(3)])
def test_one_number_is_one_row(values, name, row):
    assert _content(values[name][row]) == _content(values[name][[3]])


REFUSED = {
    "a float": 1.0,
    "floats": [1.0, 2.0],
    "floats of numpy": np.array([1.0]),
    "an id": "storybook-0-000002",
    "ids": ["storybook-0-000002"],
    "an array of ids": np.array(["storybook-0-000002"]),
    "nothing": None,
    "dots": ...,
    "a truth value": True,
    "truth and numbers": [True, 3],
    "a list of lists": [[1, 2]],
    "a table": pd.DataFrame({"row": [1, 2]}),
    "rows and columns": (slice(2), slice(2)),
    "a set": {1, 2},
    "a dict": {1: 2},
    "a generator": (row for row in range(3)),
    "a slice between ids": slice("a", "b"),
    "a slice without a step": slice(0, 5, 0),
    "a tensor of fractions": torch.zeros(2, dtype=torch.bfloat16),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("index", REFUSED.values(), ids=REFUSED)
def test_what_is_no_index_is_refused_in_words(values, name, index):
    argument = "index" if name == "images" else "rows"
    must = rf"^`{argument}` must be the numbers of rows, a slice, or a mask with 12 truth values\."
    with pytest.raises(TypeError, match=rf"{must} Got .+ instead"):
        values[name][index]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("index", [N, -N - 1, [0, N], np.array([N]), 2**70, [2**70], (0, -13)])
def test_a_row_that_is_not_there_is_refused_in_words(values, name, index):
    with pytest.raises(IndexError, match=r"` must be from -12 to 11\. Got -?\d+ instead\.$"):
        values[name][index]


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_of_other_images_is_refused_in_words(values, name):
    with pytest.raises(IndexError, match=r"each of the 12 images\. Got 11 instead of them\.$"):
        values[name][[True] * 11]
    with pytest.raises(IndexError, match=r"` must be empty, .*\. Got 0 instead\.$"):
        values[name][[]][0]


def test_a_row_can_be_taken_twice_but_an_image_has_one_id(values):
    for name in NAMES[1:]:
        assert len(values[name][[4, 0, 4]]) == 3
    with pytest.raises(ValueError, match=r"must name each image once\. Got 4 instead twice"):
        values["images"][[4, 0, -8]]


def test_images_and_values_are_never_looked_into_to_find_out_that_they_are_no_index(values):
    for wrong in (values["images"], list(values["images"]), values["clustering"]):
        with pytest.raises(TypeError, match=r"must be the numbers of rows, .* Got .+ instead"):
            row_numbers("rows", wrong, N)


def test_what_is_taken_cannot_be_written_to_either(values):
    parts = [
        values["embeddings"][:3].vectors,
        values["projection"][[1]].coordinates,
        values["clustering"][:2].silhouettes,
    ]
    for array in parts:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_embeddings_of_some_images_are_equal_to_the_last_bit(values):
    whole = values["embeddings"]
    assert np.array_equal(whole[::-1].vectors, whole.vectors[::-1])
    assert whole[[]].shape == (0, whole.shape[1])
    assert whole[[2]].provenance == whole.provenance


def test_how_well_a_map_preserves_neighbours_is_said_of_all_images_only(values):
    assert values["projection"][::-1].kl_divergence == 0.4
    assert values["projection"][1:].kl_divergence is None


def test_clusters_of_some_images_keep_their_numbers(values):
    whole, images = values["clustering"], values["images"]
    only = whole[whole.cluster_labels != 0]
    assert (only.n_clusters, set(only.cluster_labels.tolist())) == (4, {1, 2, 3})
    assert only.to_pandas()["cluster_label"].tolist() == [1, 2, 3]
    assert np.isnan(only.inertia)
    assert whole[::-1].inertia == whole.inertia
    rows = np.flatnonzero(whole.cluster_labels != 0)
    assert class_agreement(images[rows], only).contingency.to_numpy().sum() == len(rows)
    assert len(compare_clusterings(only, only)) == len(rows)
    assert "k = 4" in show_silhouettes(images[rows], only).sentence


def test_a_clustering_is_no_list_of_clusterings():
    clustering = Clustering([0, 1], [[0.0], [1.0]], 0.0, [0.5, 0.5])
    with pytest.raises(TypeError, match="not iterable"):
        iter(clustering)
    with pytest.raises(TypeError, match="to sequence"):
        np.asarray(clustering)


@pytest.mark.slow
def test_what_is_selected_is_taken_from_everything(values):
    images, embeddings = values["images"], values["embeddings"]
    explorer = Explorer(images, Embeddings(embeddings.vectors), values["projection"])
    for selected in ((), (4,), (4, 7), (4, 7, 9)):
        explorer.state.selected = selected
        rows = explorer.state.selected
        assert _content(embeddings[rows]) == [_content(embeddings)[row] for row in selected]
        assert _content(explorer.projection[rows]) == _content(values["projection"][rows])
        assert explorer.clustering[rows].cluster_labels.tolist() == [
            explorer.clustering.cluster_labels[row] for row in selected
        ]
