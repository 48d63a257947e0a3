from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import KNeighborsClassifier

from cliplab.clustering.measuring import remeasure
from cliplab.clustering.minibatch import cluster_shards
from cliplab.clustering.stored_sweep import sweep_shards
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.encoder import ClipEncoder
from cliplab.embeddings.on_disk import StoredEmbeddings
from cliplab.embeddings.store import EmbeddingStore, image_key
from cliplab.embeddings.values import Embeddings
from cliplab.projection.placing import add_to_projection, project_shards
from cliplab.projection.projecting import Projection, project
from cliplab.sources import load_storybook


def _groups(n_images=3000, n_groups=8, n_features=32, seed=0):
    random = np.random.default_rng(seed)
    groups = random.integers(n_groups, size=n_images)
    centers = random.normal(size=(n_groups, n_features))
    return Embeddings(centers[groups] + 0.7 * random.normal(size=(n_images, n_features))), groups


EMBEDDINGS, GROUPS = _groups()


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """The same vectors as above, kept on disk by three runs in order of their groups."""
    folder = tmp_path_factory.mktemp("store")
    order = np.argsort(GROUPS, kind="stable")
    for part in np.array_split(order, 3):
        with EmbeddingStore(folder, {"model": "by hand"}) as store:
            for rows in np.array_split(part, 20):
                keys = [image_key(str(row).encode()) for row in rows]
                store.add(keys, EMBEDDINGS.vectors[rows])
    return StoredEmbeddings(folder)


@pytest.fixture(scope="module")
def order(shards):
    """Which row of the embeddings each row of the shards is."""
    row_of = {image_key(str(row).encode()): row for row in range(len(EMBEDDINGS))}
    return np.array([row_of[key] for key in shards.keys.tolist()])


def test_mini_batches_find_the_groups_though_the_shards_are_sorted_by_them(shards, order):
    found = cluster_shards(shards, 8)
    assert adjusted_rand_score(GROUPS[order], found.cluster_labels) > 0.99
    assert found.algorithm == "minibatch_kmeans"


@pytest.mark.parametrize("k", [3, 8, 20])
def test_mini_batches_come_within_some_per_cent_of_k_means(k):
    whole = KMeans(k, n_init=10, random_state=0).fit(EMBEDDINGS.vectors)
    assert cluster_shards(EMBEDDINGS, k).inertia < 1.03 * whole.inertia_


def test_every_vector_is_with_its_nearest_center_and_inertia_is_their_distance(shards):
    found = cluster_shards(shards, 5)
    vectors = np.vstack(list(shards.portions())).astype(np.float64)
    distances = ((vectors[:, None] - found.centers) ** 2).sum(axis=2)
    np.testing.assert_array_equal(found.cluster_labels, distances.argmin(axis=1))
    assert found.inertia == pytest.approx(distances.min(axis=1).sum(), rel=1e-5)


def test_equal_seeds_find_equal_clusters(shards):
    first, again = (cluster_shards(shards, 12, random_state=4) for _ in range(2))
    np.testing.assert_array_equal(first.cluster_labels, again.cluster_labels)


@pytest.mark.parametrize("k", [1, 0])
def test_fewer_than_two_clusters_are_refused(k):
    with pytest.raises(ValueError, match=f"`n_clusters` must be at least 2. Got {k} instead"):
        cluster_shards(EMBEDDINGS, k)


@pytest.mark.slow
def test_a_sweep_of_shards_is_near_to_one_of_all_vectors_in_memory():
    ks = range(2, 13)
    sampled, whole = sweep_shards(EMBEDDINGS, ks, n_sample=1500), sweep_clusters(EMBEDDINGS, ks)
    assert sampled.n_clusters == whole.n_clusters
    assert len(sampled[8]) == len(EMBEDDINGS)
    assert (sampled.inertias / whole.inertias).max() < 1.03
    assert adjusted_rand_score(sampled[8].cluster_labels, whole[8].cluster_labels) > 0.99


def test_those_that_are_measured_have_the_silhouettes_they_have_among_all(shards):
    sweep = sweep_shards(shards, [3, 8], n_sample=600, n_silhouettes=200)
    whole = remeasure(Embeddings(np.vstack(list(shards.portions()))), sweep)
    for k in sweep:
        measured = np.isfinite(sweep[k].silhouettes)
        assert measured.sum() == sweep[k].n_measured == 200
        np.testing.assert_allclose(
            sweep[k].silhouettes[measured], whole[k].silhouettes[measured], atol=1e-5
        )


@pytest.mark.slow
def test_the_error_covers_the_mean_silhouette_of_all_images():
    """Twice the standard error, for clusters that were looked for in a sample themselves."""
    held = []
    for seed in range(12):
        sweep = sweep_shards(
            EMBEDDINGS, [4, 8, 16], random_state=seed, n_sample=400, n_silhouettes=300
        )
        off = sweep.silhouette_scores - remeasure(EMBEDDINGS, sweep).silhouette_scores
        assert (sweep.silhouette_errors > 0).all()
        held += (np.abs(off) <= 2 * sweep.silhouette_errors).tolist()
    assert np.mean(held) > 0.85


def test_where_all_are_measured_there_is_no_error():
    few = EMBEDDINGS[:300]
    sweep = sweep_shards(few, [2, 5])
    assert sweep.silhouette_errors.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(
        sweep.silhouette_scores, remeasure(few, sweep).silhouette_scores, atol=1e-6
    )


def test_near_duplicates_sit_well():
    """A tenth of a thousandth of a distance must not become a large one by rounding."""
    random = np.random.default_rng(0)
    twins = np.repeat(random.normal(size=(6, 24)), 20, axis=0)
    sweep = sweep_shards(Embeddings(twins + 1e-6 * random.normal(size=twins.shape)), [6])
    assert sweep.silhouette_scores[0] > 0.9999


@pytest.mark.slow
def test_new_images_are_placed_among_those_that_they_are_like():
    known, new = np.arange(600), np.arange(600, 900)
    picture = project(EMBEDDINGS[known])
    placed = add_to_projection(EMBEDDINGS[known], picture, EMBEDDINGS[new])
    judge = KNeighborsClassifier(5).fit(picture.coordinates, GROUPS[known])
    assert judge.score(placed.coordinates, GROUPS[new]) > 0.97
    everywhere = np.abs(picture.coordinates).max()
    assert np.abs(placed.coordinates).max() < 1.2 * everywhere


@pytest.mark.slow
def test_a_picture_of_all_keeps_the_sample_where_it_settled(shards):
    drawn = project_shards(shards, n_sample=500)
    assert drawn.coordinates.shape == (3000, 2)
    assert drawn.parameters["n_sample"] == 500
    assert drawn.kl_divergence is not None
    vectors = np.vstack(list(shards.portions()))
    assert trustworthiness(vectors, drawn.coordinates, n_neighbors=12) > 0.9


def test_a_sample_of_all_is_the_picture_itself():
    few = EMBEDDINGS[:200]
    np.testing.assert_array_equal(project_shards(few).coordinates, project(few).coordinates)


def test_only_a_t_sne_can_be_added_to():
    with pytest.raises(ValueError, match="`projection` must be a t-SNE in two dimensions"):
        add_to_projection(EMBEDDINGS, project(EMBEDDINGS, "pca"), EMBEDDINGS)


def test_the_vectors_of_the_picture_are_needed():
    with pytest.raises(ValueError, match="`projection` must have one row for each of the 3000"):
        add_to_projection(EMBEDDINGS, Projection(np.zeros((5, 2)), "tsne"), EMBEDDINGS)


def test_without_open_tsne_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    few = EMBEDDINGS[:50]
    with pytest.raises(ImportError, match=r'pip install "cliplab\[large\]"'):
        add_to_projection(few, project(few), few)
    drawn = []
    monkeypatch.setattr("cliplab.projection.placing.project", lambda *_, **__: drawn.append("one"))
    with pytest.raises(ImportError, match="Placing images into a t-SNE needs an extra"):
        project_shards(few, n_sample=20)
    assert drawn == [], "it is said before anything is drawn"


def test_where_the_sample_is_everything_nothing_else_is_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    assert len(project_shards(EMBEDDINGS[:40])) == 40


def test_a_sample_too_small_for_a_t_sne_is_refused():
    with pytest.raises(ValueError, match=r"`n_sample` must be .* at least 4\. Got 3 instead"):
        project_shards(EMBEDDINGS, n_sample=3)
    with pytest.raises(ValueError, match=r"`n_sample` must be a whole number .* Got '30' instead"):
        project_shards(EMBEDDINGS, n_sample="30")


def test_into_a_picture_of_four_images_others_can_be_placed():
    placed = project_shards(EMBEDDINGS[:30], n_sample=4)
    assert placed.coordinates.shape == (30, 2)


def test_vectors_of_another_width_are_refused():
    few = EMBEDDINGS[:50]
    with pytest.raises(ValueError, match=r"`new` must have 32 features.* Got 5 instead"):
        add_to_projection(few, project(few), Embeddings(np.ones((3, 5))))


def test_there_may_be_more_clusters_than_vectors_in_a_portion(monkeypatch):
    monkeypatch.setattr("cliplab.embeddings.portions.N_ROWS", 20)
    monkeypatch.setattr("cliplab.clustering.minibatch.N_ROWS", 20)
    assert cluster_shards(EMBEDDINGS[:300], 30).n_clusters == 30


def test_more_clusters_than_images_that_differ_are_refused():
    twins = Embeddings(np.repeat(np.eye(3), 4, axis=0))
    with pytest.raises(ValueError, match="`n_clusters` must be at most 3, the number of images"):
        cluster_shards(twins, 5)
    with pytest.raises(ValueError, match="`n_clusters` must be at most 3, the number of images"):
        sweep_clusters(twins, [2, 5])


@pytest.mark.parametrize("name", ["n_sample", "n_silhouettes"])
def test_a_sample_of_one_is_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` must be .* at least 2. Got 1 instead"):
        sweep_shards(EMBEDDINGS, [2], **{name: 1})
    with pytest.raises(ValueError, match=f"`{name}` must be a whole number .* Got 50.5 instead"):
        sweep_shards(EMBEDDINGS, [2], **{name: 50.5})


def test_a_k_below_two_is_refused_before_anything_is_read():
    with pytest.raises(ValueError, match="`n_clusters` must be different whole numbers from 2"):
        sweep_shards(EMBEDDINGS, [1, 2])


def test_of_centered_vectors_it_is_said():
    assert cluster_shards(EMBEDDINGS.centered(), 3).space == "centered embedding"
    assert sweep_shards(EMBEDDINGS.centered(), [3], n_sample=200).space == "centered embedding"


def test_a_store_that_an_encoder_filled_is_swept_as_its_vectors_in_memory_are(tmp_path):
    ClipEncoder("storybook").encode_images(load_storybook(n_images=150), store=tmp_path)
    kept = StoredEmbeddings(tmp_path)
    on_disk, in_memory = (
        sweep_shards(vectors, [3, 8], n_sample=90, n_silhouettes=60) for vectors in (kept, kept[:])
    )
    for k in (3, 8):
        np.testing.assert_array_equal(on_disk[k].cluster_labels, in_memory[k].cluster_labels)
        assert on_disk[k].inertia == pytest.approx(in_memory[k].inertia, rel=1e-6)
        np.testing.assert_allclose(on_disk[k].silhouettes, in_memory[k].silhouettes, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: cluster_shards("store", 5),
            "`vectors` must be Embed.* or StoredEmbeddings",
        ),
        (lambda: cluster_shards(EMBEDDINGS, [5, 10]), "for several k take sweep_shards"),
        (
            lambda: sweep_shards([3, 5], EMBEDDINGS),
            "`vectors` must be Embed.* or StoredEmbeddings",
        ),
        (lambda: sweep_shards(EMBEDDINGS, 5), r"write \[5\]"),
        (lambda: project_shards("store"), r"for example StoredEmbeddings\(folder\)"),
        (lambda: add_to_projection(EMBEDDINGS, EMBEDDINGS, EMBEDDINGS), "must be a Projection"),
        (
            lambda: add_to_projection(np.eye(3), project(EMBEDDINGS, "pca"), EMBEDDINGS),
            "`embeddings` must be Embeddings, .* Got ndarray instead",
        ),
    ],
)
def test_swapped_and_wrong_arguments_are_named(call, words):
    with pytest.raises(TypeError, match=words):
        call()


def test_a_sample_smaller_than_the_largest_k_is_named():
    with pytest.raises(ValueError, match="`n_sample` must be at least 8, the largest k"):
        sweep_shards(EMBEDDINGS, [3, 8], n_sample=5)


def test_what_was_not_measured_does_not_look_like_a_failure():
    assert repr(cluster_shards(EMBEDDINGS, 3)).endswith("in the embedding, not measured")


@pytest.mark.slow
def test_the_mean_is_not_flattered_by_measuring_where_clusters_were_looked_for():
    """Without groups, clusters fit the sample that they were found in better than the rest."""
    noise = Embeddings(np.random.default_rng(0).normal(size=(2000, 24)))
    off = []
    for seed in range(8):
        sweep = sweep_shards(noise, [8, 16], random_state=seed, n_sample=300, n_silhouettes=300)
        true = remeasure(noise, sweep).silhouette_scores
        off += ((sweep.silhouette_scores - true) / sweep.silhouette_errors).tolist()
    assert abs(np.mean(off)) < 1
