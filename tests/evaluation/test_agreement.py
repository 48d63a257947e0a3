from __future__ import annotations

from collections.abc import Callable

import datasets
import numpy as np
import pytest
from PIL import Image
from sklearn import metrics

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.values import Clustering
from cliplab.evaluation.agreement import class_agreement
from cliplab.evaluation.label_agreement import agreement_by_label
from cliplab.images.image_set import ImageSet


def _images(class_labels: list[int], class_names: list[str]) -> ImageSet:
    features = datasets.Features(
        {
            "image": datasets.Image(),
            "image_id": datasets.Value("string"),
            "class_label": datasets.ClassLabel(names=class_names),
        }
    )
    columns = {
        "image": [Image.new("RGB", (2, 2))] * len(class_labels),
        "image_id": [str(row) for row in range(len(class_labels))],
        "class_label": class_labels,
    }
    return ImageSet(datasets.Dataset.from_dict(columns, features=features))


def _clustering(cluster_labels: list[int]) -> Clustering:
    n_clusters = max(cluster_labels) + 1
    return Clustering(
        np.array(cluster_labels), np.zeros((n_clusters, 2)), 0.0, np.zeros(len(cluster_labels))
    )


CLASSES = [0, 0, 0, 1, 1, 1, 2, 2, -1, -1]
CLUSTERS = [0, 0, 1, 1, 1, 1, 2, 0, 2, 2]
AGREEMENT = class_agreement(_images(CLASSES, ["cat", "dog", "fish"]), _clustering(CLUSTERS))


def test_the_measures_are_those_of_scikit_learn_over_the_images_with_a_class() -> None:
    known = (CLASSES[:8], CLUSTERS[:8])

    assert AGREEMENT.n_images == 8
    assert AGREEMENT.adjusted_mutual_info == pytest.approx(
        metrics.adjusted_mutual_info_score(*known)
    )
    assert AGREEMENT.adjusted_rand == pytest.approx(metrics.adjusted_rand_score(*known))
    assert AGREEMENT.homogeneity == pytest.approx(metrics.homogeneity_score(*known))
    assert AGREEMENT.completeness == pytest.approx(metrics.completeness_score(*known))
    assert 0 < AGREEMENT.adjusted_rand < AGREEMENT.homogeneity < 1


def test_the_contingency_table_counts_classes_by_name_in_clusters() -> None:
    table = AGREEMENT.contingency

    assert table.index.tolist() == ["cat", "dog", "fish"]
    assert table.columns.tolist() == [0, 1, 2]
    assert table.to_numpy().tolist() == [[2, 1, 0], [0, 3, 0], [1, 0, 1]]


def test_purity_is_the_share_of_the_most_frequent_class() -> None:
    assert AGREEMENT.purity == pytest.approx((2 + 3 + 1) / 8)
    assert AGREEMENT.to_pandas().to_dict("list") == {
        "cluster_label": [0, 1, 2],
        "size": [3, 4, 1],
        "class_name": ["cat", "dog", "fish"],
        "purity": [pytest.approx(2 / 3), 0.75, 1.0],
    }


def test_renumbered_clusters_agree_fully() -> None:
    agreement = class_agreement(_images([0, 0, 1, 1], ["a", "b"]), _clustering([1, 1, 0, 0]))

    assert agreement.adjusted_mutual_info == pytest.approx(1)
    assert agreement.adjusted_rand == agreement.homogeneity == agreement.completeness == 1
    assert agreement.purity == 1


def test_a_class_without_images_and_a_cluster_without_known_images_are_left_out() -> None:
    agreement = class_agreement(_images([0, 2, -1], ["a", "unseen", "c"]), _clustering([0, 1, 2]))

    assert agreement.contingency.index.tolist() == ["a", "c"]
    assert agreement.contingency.columns.tolist() == [0, 1]


def test_class_names_are_escaped_in_html() -> None:
    agreement = class_agreement(_images([0, 1], ["<script>x</script>", "b"]), _clustering([0, 1]))

    assert "<script>" not in agreement._repr_html_()
    assert "&lt;script&gt;" in agreement._repr_html_()


def test_the_repr_is_one_line() -> None:
    assert repr(AGREEMENT).startswith("Agreement over 8 images: adjusted mutual information 0.")
    assert "\n" not in repr(AGREEMENT)


def test_a_clustering_of_other_images_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"of the same 2 images\. Got one of 3"):
        class_agreement(_images([0, 1], ["a", "b"]), _clustering([0, 1, 1]))


def test_images_without_any_class_are_an_error() -> None:
    with pytest.raises(ValueError, match="at least one image with a known class"):
        class_agreement(_images([-1, -1], ["a"]), _clustering([0, 1]))


@pytest.mark.parametrize("compare", [class_agreement, agreement_by_label])
def test_swapped_arguments_are_an_error(compare: Callable[..., object]) -> None:
    images, clustering = _images([0, 1], ["a", "b"]), _clustering([0, 1])
    with pytest.raises(TypeError, match=r"`images` must be an ImageSet, .*\. Got Clustering "):
        compare(clustering, images)
    with pytest.raises(
        TypeError, match=r"`clustering` must be a Clustering, .*\. Got ClusterSweep "
    ):
        compare(images, ClusterSweep((clustering,)))
