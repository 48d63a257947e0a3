"""What the session knows of neighbours, when it is asked, and for which vectors and which map."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab import neighbor_counts, neighbors_kept
from cliplab.evaluation import nearest as finding
from cliplab.evaluation.nearest import find_nearest_images, search_nearest_images
from cliplab.explorer.model import neighbors as shown
from cliplab.explorer.model import options
from cliplab.explorer.model.colors import neighbors_coloring
from cliplab.explorer.model.neighbors import n_neighbors_of, neighbors_view


@pytest.fixture
def found(monkeypatch):
    """Write down how often neighbours are found."""
    calls = []

    def find(points, n_neighbors):
        calls.append(n_neighbors)
        return search_nearest_images(points, n_neighbors)

    monkeypatch.setattr(shown, "search_nearest_images", find)
    return calls


def test_neighbours_are_found_when_the_colours_ask_and_only_once(make_session, found):
    session = make_session()
    session.state.color_by = "silhouette"
    assert session.nearest is None
    assert found == []
    for color_by in ("neighbors kept", "neighbor counts", "cluster", "neighbors kept"):
        session.state.color_by = color_by
    assert found == [10]


def test_the_share_kept_follows_the_map(make_session, embeddings, found):
    session = make_session()
    session.state.color_by = "neighbors kept"
    for method in ("tsne", "pca"):
        session.state.projection = method
        expected = neighbors_kept(embeddings, session.projection).kept
        np.testing.assert_allclose(session.kept, expected)
        np.testing.assert_allclose(session.coloring["values"], expected, rtol=1e-6)
        torn = session.neighbors_view["torn"]
        np.testing.assert_array_equal(torn, np.flatnonzero(expected < 0.15))
    assert session.coloring["legend"][0][0] == "none of its 10 nearest kept"
    assert found == [10]


def test_counts_follow_the_choice_of_centred_vectors(make_session, embeddings):
    session = make_session()
    session.state.color_by = "neighbor counts"
    np.testing.assert_allclose(session.coloring["values"], neighbor_counts(embeddings), rtol=1e-6)
    assert session.kept is None
    session.state.centered = True
    expected = neighbor_counts(embeddings.centered())
    np.testing.assert_allclose(session.coloring["values"], expected, rtol=1e-6)
    # The map is not of centred vectors.
    session.state.color_by = "neighbors kept"
    expected = neighbors_kept(embeddings, session.projection).kept
    np.testing.assert_allclose(session.kept, expected)


def test_k_moves_no_colours_of_neighbours(make_session):
    session = make_session()
    session.state.color_by = "neighbors kept"
    coloring = session.coloring
    session.state.n_clusters = 3
    assert session.coloring is coloring


def test_without_them_nothing_is_outlined_and_all_is_grey(make_session):
    session = make_session()
    session.state.color_by = "neighbors kept"
    session.state.color_by = "cluster"
    view = session.neighbors_view
    assert np.isnan(view["neighbors_kept"]).all()
    assert len(view["torn"]) == len(view["neighbors"]) == 0
    assert np.isnan(neighbors_coloring("neighbors kept", 4, None, None)["values"]).all()


def test_of_very_many_images_no_lines_are_sent(embeddings, projection, monkeypatch):
    nearest = find_nearest_images(embeddings, 10)
    kept = nearest.kept_on(projection)
    assert len(neighbors_view(80, nearest, kept)["neighbors"]) == 800
    monkeypatch.setattr(shown, "MOST_AT_ONCE", 79)
    view = neighbors_view(80, nearest, kept)
    assert len(view["neighbors"]) == 0
    np.testing.assert_allclose(view["neighbors_kept"], kept, rtol=1e-6)


def test_where_each_would_be_compared_with_too_many_they_are_not_offered(make_session, monkeypatch):
    assert {"neighbors kept", "neighbor counts"} <= set(make_session().color_titles)
    monkeypatch.setattr(options, "MOST_REPEATED", 79)
    assert not {"neighbors kept", "neighbor counts"} & set(make_session().color_titles)


def test_few_images_have_fewer_neighbours():
    assert [n_neighbors_of(n) for n in (2, 4, 9, 21, 1000)] == [1, 1, 4, 10, 10]


def test_blocks_of_rows_find_what_all_at_once_find(embeddings, monkeypatch):
    whole = find_nearest_images(embeddings, 10)
    monkeypatch.setattr(finding, "_MOST_PAIRS", 1000)
    *blocks, parts = search_nearest_images(embeddings, 10)
    assert blocks == [None] * 7  # Of 12 rows each; a search can be ended after each.
    np.testing.assert_array_equal(parts.neighbors, whole.neighbors)
    np.testing.assert_allclose(parts.counts, whole.counts)
