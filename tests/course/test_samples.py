from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.course.samples import AnotherSample, another_sample
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.null import null_data
from cliplab.images.columns import image_dataset
from cliplab.images.image_set import ImageSet
from cliplab.packs.pack import Pack
from cliplab.sources import load_storybook

FOOD = Path(__file__).parents[3] / "shared" / "vectors" / "food.npz"
N = 120
RANDOM = np.random.default_rng(0)
GROUPS = RANDOM.integers(0, 4, N)
CLEAR = Embeddings(np.eye(12)[GROUPS] + 0.05 * RANDOM.normal(size=(N, 12)))
NOTHING = Embeddings(RANDOM.normal(size=(N, 12)))


@pytest.fixture(scope="module")
def images() -> ImageSet:
    return load_storybook(n_images=N)


def test_groups_that_lie_apart_come_back_and_those_cut_out_of_nothing_do_not(images):
    clear = another_sample(images, CLEAR, n_clusters=4)
    nothing = another_sample(images, NOTHING, n_clusters=4)

    assert clear.overlaps.tolist() == [1, 1, 1, 1]
    assert clear.comes_back.all()
    assert "4 of your 4 clusters come back among the next 60 images" in clear.sentence
    assert not nothing.comes_back.any()
    assert "0 of your 4 clusters come back" in nothing.sentence


@pytest.mark.slow
@pytest.mark.skipif(not FOOD.is_file(), reason="needs the folder shared/vectors")
def test_ten_dishes_come_back_in_the_next_five_hundred_and_null_data_do_not(images):
    rows = np.random.default_rng(0).permutation(2000)[:1000]
    with np.load(FOOD) as file:
        dishes = Embeddings(file["vectors"][rows].astype(np.float32))
    ids = [str(row) for row in rows]
    files = [images.file_bytes(0)] * len(ids)  # The photographs themselves are not there.
    any_images = ImageSet(image_dataset({"image": files, "image_id": ids}))

    assert another_sample(any_images, dishes, n_clusters=10).comes_back.sum() >= 9
    assert not another_sample(any_images, null_data(dishes), n_clusters=10).comes_back.any()


def test_the_overlap_is_that_of_jaccard_among_the_next_images(images):
    found = another_sample(images, NOTHING, n_clusters=3)
    centers = found.clustering.centers
    others = np.asarray(NOTHING)[60:]
    nearest = np.linalg.norm(others[:, None] - centers, axis=2).argmin(axis=1)
    np.testing.assert_array_equal(found.expected, nearest)
    for cluster in range(3):
        expected = set(np.flatnonzero(nearest == cluster))
        overlaps = [
            len(expected & each) / len(expected | each)
            for each in (
                set(np.flatnonzero(found.next_clustering.cluster_labels == other))
                for other in range(3)
            )
        ]
        assert found.overlaps[cluster] == max(overlaps)
        assert found.matches[cluster] == int(np.argmax(overlaps))


def test_both_samples_are_clustered_as_a_sweep_does(images):
    found = another_sample(images, NOTHING, n_clusters=3, n_images=50, random_state=4)
    halves = [NOTHING[:50], NOTHING[50:100]]

    assert len(found.images) == 100
    for half, clustering in zip(halves, (found.clustering, found.next_clustering), strict=True):
        alone = sweep_clusters(half, [3], random_state=4)[3]
        np.testing.assert_array_equal(clustering.cluster_labels, alone.cluster_labels)


def test_your_own_clusters_say_how_many_images_are_yours(images):
    own = sweep_clusters(CLEAR[:40], [3], metric="cosine")[3]
    found = another_sample(images, CLEAR, own)

    assert found.clustering is own
    assert (len(found.next_clustering), found.next_clustering.metric) == (40, "cosine")


def test_what_is_left_may_be_a_smaller_sample(images):
    assert len(another_sample(images, CLEAR, n_clusters=2, n_images=100).next_clustering) == 20


def test_a_pack_has_its_embeddings(images):
    pack = Pack(images, CLEAR)

    assert another_sample(pack, n_clusters=4).comes_back.all()
    with pytest.raises(ValueError, match="`embeddings` must be left out for a pack"):
        another_sample(pack, CLEAR)


def test_a_table_has_a_row_for_each_of_your_clusters(images):
    table = another_sample(images, CLEAR, n_clusters=4).to_pandas()

    assert table["cluster_label"].tolist() == [0, 1, 2, 3]
    assert table["n_images"].sum() == table["n_expected"].sum() == table["n_found"].sum() == 60
    assert table["comes_back"].all()


def test_one_cluster_comes_back_in_the_singular(images):
    own = sweep_clusters(CLEAR[:60], [2])[2]
    found = AnotherSample(images, own, own, own.cluster_labels, [0, 1], [0.75, 0.7499])

    assert found.sentence.startswith("1 of your 2 clusters comes back")
    assert repr(found).startswith("AnotherSample")
    assert found.sentence in found._repr_html_()


def test_wrong_arguments_are_refused_in_words(images):
    with pytest.raises(TypeError, match="`embeddings` must be Embeddings"):
        another_sample(images)
    with pytest.raises(ValueError, match="`embeddings` must have one row for each of the 120"):
        another_sample(images, CLEAR[:50])
    with pytest.raises(ValueError, match="`images` must have at least 200 images, for 100 cl"):
        another_sample(images, CLEAR, n_clusters=100)
    with pytest.raises(ValueError, match="`n_images` must be a whole number from 4 to 116"):
        another_sample(images, CLEAR, n_clusters=4, n_images=118)
    with pytest.raises(ValueError, match="`n_clusters` must be a whole number of at least 2"):
        another_sample(images, CLEAR, n_clusters=1)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(lambda: sweep_clusters(CLEAR[:40], [3], algorithm="ward")[3], id="algorithm"),
        pytest.param(lambda: sweep_clusters(np.asarray(CLEAR[:40]), [3])[3], id="space"),
    ],
)
def test_clusters_of_another_kind_have_no_centres_to_go_to(images, given):
    with pytest.raises(ValueError, match="`clustering` must be found by K-means in the embedding"):
        another_sample(images, CLEAR, given())


def test_each_of_the_next_images_has_a_cluster_that_is_expected(images):
    found = another_sample(images, Embeddings(np.eye(2)[np.arange(N) % 2]), n_clusters=2)
    values = images, found.clustering, found.next_clustering
    with pytest.raises(ValueError, match="`expected` must have one row for each of the 60"):
        AnotherSample(*values, found.expected[1:], found.matches, found.overlaps)
