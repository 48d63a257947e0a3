from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from cliplab import (
    ClipEncoder,
    Embeddings,
    StoredEmbeddings,
    load_storybook,
    project,
    remeasure,
    sweep_clusters,
)
from cliplab.embeddings.keys import image_key
from cliplab.embeddings.store import EmbeddingStore


def _groups(n_images=3000, n_groups=8, n_features=32, seed=0):
    random = np.random.default_rng(seed)
    groups = random.integers(n_groups, size=n_images)
    centers = random.normal(size=(n_groups, n_features))
    return Embeddings(centers[groups] + 0.7 * random.normal(size=(n_images, n_features))), groups


EMBEDDINGS, GROUPS = _groups()


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The same vectors as above on disk, written by three runs in the order of their groups."""
    folder = tmp_path_factory.mktemp("store")
    order = np.argsort(GROUPS, kind="stable")
    for part in np.array_split(order, 3):
        with EmbeddingStore(folder, {"model": "by hand"}) as store:
            for rows in np.array_split(part, 20):
                keys = [image_key(str(row).encode()) for row in rows]
                store.add(keys, EMBEDDINGS.vectors[rows])
    return StoredEmbeddings(folder)


@pytest.fixture(scope="module")
def order(stored):
    """The row of the embeddings for each row of the store."""
    row_of = {image_key(str(row).encode()): row for row in range(len(EMBEDDINGS))}
    return np.array([row_of[key] for key in stored.keys.tolist()])


@pytest.mark.slow
def test_the_groups_are_found_though_the_store_is_sorted_by_them(stored, order):
    found = sweep_clusters(stored, [8], n_sample=800)[8]

    assert adjusted_rand_score(GROUPS[order], found.cluster_labels) > 0.99


@pytest.mark.slow
def test_every_vector_is_with_its_nearest_center_and_inertia_is_their_distance(stored):
    found = sweep_clusters(stored, [5], n_sample=700)[5]

    vectors = np.vstack(list(stored.portions())).astype(np.float64)
    distances = ((vectors[:, None] - found.centers) ** 2).sum(axis=2)
    np.testing.assert_array_equal(found.cluster_labels, distances.argmin(axis=1))
    assert found.inertia == pytest.approx(distances.min(axis=1).sum(), rel=1e-5)


@pytest.mark.slow
def test_a_sample_is_near_to_all_images():
    ks = range(2, 13)

    sampled, whole = sweep_clusters(EMBEDDINGS, ks, n_sample=1500), sweep_clusters(EMBEDDINGS, ks)

    assert sampled.n_clusters == whole.n_clusters
    assert len(sampled[8]) == len(EMBEDDINGS)
    assert (sampled.inertias / whole.inertias).max() < 1.03
    assert adjusted_rand_score(sampled[8].cluster_labels, whole[8].cluster_labels) > 0.99


@pytest.mark.slow
def test_the_clusters_for_a_k_do_not_depend_on_the_other_k(stored):
    several = sweep_clusters(stored, [3, 8, 12, 25], n_sample=600, n_silhouettes=50)

    for ks in ([8], [25, 3]):
        found = sweep_clusters(stored, ks, n_sample=600, n_silhouettes=50)
        for k in ks:
            labels = found[k].cluster_labels, several[k].cluster_labels
            assert adjusted_rand_score(*labels) == 1
            assert found[k].inertia == pytest.approx(several[k].inertia, rel=1e-12)


@pytest.mark.slow
def test_stored_embeddings_that_memory_holds_are_swept_as_those_in_memory(stored):
    on_disk = sweep_clusters(stored, [3, 8], metric="cosine")
    in_memory = sweep_clusters(stored[:], [3, 8], metric="cosine")

    for k in (3, 8):
        np.testing.assert_array_equal(on_disk[k].cluster_labels, in_memory[k].cluster_labels)
        np.testing.assert_array_equal(on_disk[k].silhouettes, in_memory[k].silhouettes)
        assert on_disk[k].inertia == in_memory[k].inertia


@pytest.mark.slow
def test_of_very_many_stored_embeddings_a_sample_is_taken_without_asking(stored, monkeypatch):
    monkeypatch.setattr("cliplab.embeddings.sample.N_SAMPLE", 500)
    expected = sweep_clusters(stored, [4], n_sample=500, n_silhouettes=60)[4]

    found = sweep_clusters(stored, [4], n_silhouettes=60)[4]

    np.testing.assert_array_equal(found.cluster_labels, expected.cluster_labels)
    np.testing.assert_array_equal(found.silhouettes, expected.silhouettes)


@pytest.mark.slow
def test_those_that_are_measured_have_the_silhouettes_they_have_among_all(stored):
    sweep = sweep_clusters(stored, [3, 8], n_sample=600, n_silhouettes=200)

    whole = remeasure(Embeddings(np.vstack(list(stored.portions()))), sweep)

    for k in sweep:
        measured = np.isfinite(sweep[k].silhouettes)
        assert measured.sum() == sweep[k].n_measured == 200
        np.testing.assert_allclose(
            sweep[k].silhouettes[measured], whole[k].silhouettes[measured], atol=1e-5
        )


@pytest.mark.slow
def test_n_silhouettes_means_the_same_with_and_without_a_sample():
    few = EMBEDDINGS[:300]

    for n_sample in (None, 100):
        sweep = sweep_clusters(few, [2, 5], n_sample=n_sample)
        assert sweep[5].n_measured == 300
        assert sweep.silhouette_errors.tolist() == [0.0, 0.0]
        sweep = sweep_clusters(few, [2, 5], n_sample=n_sample, n_silhouettes=70)
        assert sweep[5].n_measured == 70


@pytest.mark.slow
def test_the_error_covers_the_mean_silhouette_of_all_images():
    """Twice the standard error, for clusters that were found in a sample themselves."""
    covered = []
    for seed in range(12):
        sweep = sweep_clusters(
            EMBEDDINGS, [4, 8, 16], random_state=seed, n_sample=400, n_silhouettes=300
        )
        off = sweep.silhouette_scores - remeasure(EMBEDDINGS, sweep).silhouette_scores
        assert (sweep.silhouette_errors > 0).all()
        covered += (np.abs(off) <= 2 * sweep.silhouette_errors).tolist()
    assert np.mean(covered) > 0.85


@pytest.mark.slow
def test_the_mean_is_not_that_of_the_images_in_which_clusters_were_found():
    """Without groups, clusters fit the sample that they were found in better than the rest."""
    noise = Embeddings(np.random.default_rng(0).normal(size=(2000, 24)))
    off = []
    for seed in range(8):
        sweep = sweep_clusters(noise, [8, 16], random_state=seed, n_sample=300, n_silhouettes=300)
        true = remeasure(noise, sweep).silhouette_scores
        off += ((sweep.silhouette_scores - true) / sweep.silhouette_errors).tolist()
    assert abs(np.mean(off)) < 1


def test_near_duplicates_have_high_silhouettes():
    """A ten-thousandth of a distance must not become a large one by rounding."""
    random = np.random.default_rng(0)
    twins = np.repeat(random.normal(size=(6, 24)), 20, axis=0)
    twins = Embeddings(twins + 1e-6 * random.normal(size=twins.shape))

    sweep = sweep_clusters(twins, [6], n_sample=60)

    assert sweep.silhouette_scores[0] > 0.9999


@pytest.mark.slow
def test_more_clusters_than_images_that_differ_are_refused():
    twins = Embeddings(np.repeat(np.eye(3), 40, axis=0))

    for n_sample in (None, 60):
        with pytest.raises(ValueError, match="`n_clusters` must be at most 3, the number of im"):
            sweep_clusters(twins, [2, 5], n_sample=n_sample)


@pytest.mark.parametrize("name", ["n_sample", "n_silhouettes"])
def test_a_sample_of_one_is_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` must be .* at least 2. Got 1 instead"):
        sweep_clusters(EMBEDDINGS, [2], **{name: 1})
    with pytest.raises(ValueError, match=f"`{name}` must be a whole number .* Got 50.5 instead"):
        sweep_clusters(EMBEDDINGS, [2], **{name: 50.5})


def test_a_sample_smaller_than_the_largest_k_is_refused():
    with pytest.raises(ValueError, match=r"`n_sample` must be at least 8, the largest k. Got 5 "):
        sweep_clusters(EMBEDDINGS, [3, 8], n_sample=5)


@pytest.mark.parametrize(
    "choices", [{"metric": "cosine"}, {"algorithm": "ward"}, {"algorithm": "hdbscan"}]
)
def test_a_sample_is_for_k_means_with_the_euclidean_distance(stored, choices):
    with pytest.raises(ValueError, match=r"to find clusters in a sample of 900 images\. Got '"):
        sweep_clusters(stored, [3], n_sample=900, **choices)


@pytest.mark.parametrize("of", [np.eye(30), project(EMBEDDINGS[:30], "pca")])
def test_a_sample_is_for_embeddings(of):
    with pytest.raises(TypeError, match=r"`embeddings` must be Embeddings, .* or StoredEmbedd"):
        sweep_clusters(of, [3], n_sample=10)


@pytest.mark.slow
def test_the_space_of_centered_vectors_is_theirs():
    sweep = sweep_clusters(EMBEDDINGS.centered(), [3], n_sample=200)

    assert sweep.space == "centered embedding"


@pytest.mark.slow
def test_a_store_that_an_encoder_filled_is_swept_as_its_vectors_in_memory_are(tmp_path):
    ClipEncoder("storybook").encode_images(load_storybook(n_images=150), store=tmp_path)
    stored = StoredEmbeddings(tmp_path)

    on_disk, in_memory = (
        sweep_clusters(vectors, [3, 8], n_sample=90, n_silhouettes=60)
        for vectors in (stored, stored[:])
    )

    for k in (3, 8):
        np.testing.assert_array_equal(on_disk[k].cluster_labels, in_memory[k].cluster_labels)
        assert on_disk[k].inertia == pytest.approx(in_memory[k].inertia, rel=1e-6)
        np.testing.assert_allclose(on_disk[k].silhouettes, in_memory[k].silhouettes, atol=1e-6)
