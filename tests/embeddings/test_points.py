from __future__ import annotations

import numpy as np
import pytest

from cliplab import Embeddings, Projection, StoredEmbeddings
from cliplab.embeddings.keys import image_key
from cliplab.embeddings.points import points_and_space, unit_rows
from cliplab.embeddings.store import EmbeddingStore

NUMBERS = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


@pytest.mark.parametrize(
    ("given", "space", "dtype"),
    [
        (NUMBERS, "array", np.float64),
        (np.float32(NUMBERS), "array", np.float32),
        (np.int8(NUMBERS), "array", np.float64),
        (Embeddings(NUMBERS), "embedding", np.float32),
        (Embeddings(NUMBERS).centered(), "centered embedding", np.float32),
        (Projection(NUMBERS, "tsne"), "tsne-3", np.float32),
        (Projection(np.array(NUMBERS)[:, :2], "tsne"), "tsne", np.float32),
    ],
)
def test_anything_array_like_has_points_and_a_space(given, space, dtype):
    points, found = points_and_space(given)
    assert (found, points.dtype) == (space, dtype)
    np.testing.assert_array_equal(points, np.asarray(given))


def test_points_of_embeddings_are_not_copied():
    embeddings = Embeddings(NUMBERS)
    assert points_and_space(embeddings)[0] is embeddings.vectors


@pytest.mark.parametrize("given", [[], [1.0, 2.0], [[np.nan]], [[np.inf, 1.0]], np.ones((2, 2, 2))])
def test_an_array_without_finite_points_is_refused(given):
    with pytest.raises(ValueError, match="`embeddings` must be finite numbers of shape"):
        points_and_space(given)


def test_stored_embeddings_are_refused_with_what_to_do(tmp_path):
    with EmbeddingStore(tmp_path, {"model": "by hand"}) as store:
        store.add([image_key(b"a")], np.ones((1, 4), np.float32))
    with pytest.raises(TypeError, match=r"must be vectors in memory\. Got StoredEmbeddings"):
        points_and_space(StoredEmbeddings(tmp_path))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_unit_rows_keep_their_direction_and_precision(dtype):
    points = np.random.default_rng(0).normal(size=(50, 7)).astype(dtype)
    unit = unit_rows(points)
    assert unit.dtype == dtype
    np.testing.assert_allclose(unit * np.linalg.norm(points, axis=1)[:, None], points, rtol=1e-5)


def test_a_row_that_is_zero_up_to_rounding_has_no_direction():
    np.testing.assert_array_equal(unit_rows(np.array([[0.0, 0.0], [1e-16, -1e-16]])), 0)
