from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.neighbors import KNeighborsClassifier

from cliplab import Embeddings, Projection, StoredEmbeddings, add_to_projection, project
from cliplab.embeddings.keys import image_key
from cliplab.embeddings.store import EmbeddingStore

_RANDOM = np.random.default_rng(0)
GROUPS = _RANDOM.integers(8, size=1500)
EMBEDDINGS = Embeddings(
    _RANDOM.normal(size=(8, 32))[GROUPS] + 0.7 * _RANDOM.normal(size=(1500, 32))
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    with EmbeddingStore(folder, {"model": "by hand"}) as store:
        keys = [image_key(str(row).encode()) for row in range(len(EMBEDDINGS))]
        store.add(keys, EMBEDDINGS.vectors)
    return StoredEmbeddings(folder)


@pytest.mark.slow
def test_new_images_are_placed_among_those_that_they_are_like():
    known, new = np.arange(600), np.arange(600, 900)
    projection = project(EMBEDDINGS[known])

    placed = add_to_projection(EMBEDDINGS[known], projection, EMBEDDINGS[new])

    judge = KNeighborsClassifier(5).fit(projection.coordinates, GROUPS[known])
    assert judge.score(placed.coordinates, GROUPS[new]) > 0.97
    assert np.abs(placed.coordinates).max() < 1.2 * np.abs(projection.coordinates).max()


@pytest.mark.slow
def test_the_sample_is_where_its_t_sne_has_it_and_the_others_are_among_it(stored):
    projection = project(stored, n_sample=400)

    assert projection.coordinates.shape == (1500, 2)
    assert projection.parameters["n_sample"] == 400
    assert projection.kl_divergence is not None
    vectors = np.vstack(list(stored.portions()))
    assert trustworthiness(vectors, projection.coordinates, n_neighbors=12) > 0.9


@pytest.mark.slow
def test_n_sample_means_the_same_in_memory_and_on_disk(stored):
    on_disk, in_memory = (project(each, n_sample=60) for each in (stored, stored[:]))

    np.testing.assert_allclose(on_disk.coordinates, in_memory.coordinates, atol=1e-3)


@pytest.mark.slow
def test_a_sample_of_all_images_is_no_sample(stored, monkeypatch):
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    few = EMBEDDINGS[:40]

    np.testing.assert_array_equal(project(few, n_sample=40).coordinates, project(few).coordinates)
    assert len(project(stored, "pca")) == 1500


@pytest.mark.slow
def test_into_a_t_sne_of_four_images_others_can_be_placed():
    assert project(EMBEDDINGS[:30], n_sample=4).coordinates.shape == (30, 2)


def test_only_a_t_sne_can_be_added_to():
    with pytest.raises(ValueError, match="`projection` must be a t-SNE in two dimensions"):
        add_to_projection(EMBEDDINGS, project(EMBEDDINGS, "pca"), EMBEDDINGS)


def test_the_vectors_of_the_projection_are_needed():
    with pytest.raises(ValueError, match="`projection` must have one row for each of the 1500"):
        add_to_projection(EMBEDDINGS, Projection(np.zeros((5, 2)), "tsne"), EMBEDDINGS)


def test_vectors_of_another_width_are_refused():
    few = EMBEDDINGS[:50]
    with pytest.raises(ValueError, match=r"`new` must have 32 features.* Got 5 instead"):
        add_to_projection(few, project(few), Embeddings(np.ones((3, 5))))


def test_without_open_tsne_the_extra_is_named(monkeypatch):
    few = EMBEDDINGS[:50]
    projection = project(few)
    monkeypatch.setitem(sys.modules, "openTSNE", None)

    with pytest.raises(ImportError, match=r'pip install "cliplab\[large\]"'):
        add_to_projection(few, projection, few)
    with pytest.raises(ImportError, match="Placing images into a t-SNE needs openTSNE"):
        project(few, n_sample=20)


@pytest.mark.parametrize("n_sample", [3, "30"])
def test_a_sample_too_small_for_a_t_sne_is_refused(n_sample):
    with pytest.raises(ValueError, match=rf"`n_sample` must be .* at least 4\. Got {n_sample!r} "):
        project(EMBEDDINGS, n_sample=n_sample)


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_a_sample_is_for_t_sne(stored, method):
    with pytest.raises(ValueError, match=rf"`method` must be 'tsne' .* Got '{method}' instead"):
        project(stored, method, n_sample=100)


@pytest.mark.parametrize("name", ["start", "on_frame"])
def test_a_sample_is_not_for_watching_or_going_on(name):
    value = Projection(EMBEDDINGS.vectors[:, :2], "tsne") if name == "start" else print
    with pytest.raises(ValueError, match=f"`{name}` must be None to project a sample of 100 "):
        project(EMBEDDINGS, n_sample=100, **{name: value})


def test_a_sample_of_an_array_is_refused():
    with pytest.raises(TypeError, match=r"`embeddings` must be Embeddings, .* Got ndarray instead"):
        project(EMBEDDINGS.vectors, n_sample=100)


def test_swapped_arguments_are_named():
    with pytest.raises(TypeError, match="`projection` must be a Projection"):
        add_to_projection(EMBEDDINGS, EMBEDDINGS, EMBEDDINGS)
    with pytest.raises(TypeError, match=r"`embeddings` must be Embeddings, .* Got ndarray instead"):
        add_to_projection(np.eye(3), project(EMBEDDINGS, "pca"), EMBEDDINGS)
    with pytest.raises(TypeError, match=r"`new` must be Embeddings, .* Got str instead"):
        add_to_projection(EMBEDDINGS, project(EMBEDDINGS, "pca"), "store")
