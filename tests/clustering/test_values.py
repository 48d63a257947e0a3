from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from cliplab import Clustering, ImageSet, load_storybook

IMAGES = load_storybook(n_images=4)
FOUND = Clustering([1, 0, 0, -1], [[0.5], [9.0]], 0.5, [0.9, 0.8, -0.1, np.nan])


def test_labels_centres_and_inertia_have_the_names_of_scikit_learn_too() -> None:
    assert FOUND.labels_ is FOUND.cluster_labels
    assert FOUND.cluster_centers_ is FOUND.centers
    assert FOUND.inertia_ == FOUND.inertia == 0.5


def test_the_table_of_the_clusters_has_a_row_a_cluster_without_noise() -> None:
    table = FOUND.to_pandas()

    assert table["cluster_label"].tolist() == [0, 1]
    assert table["size"].tolist() == [2, 1]
    assert table["mean_silhouette"].tolist() == pytest.approx([0.35, 0.9])
    assert table["negative_share"].tolist() == [0.5, 0.0]


def test_the_table_of_the_images_has_a_row_an_image_in_their_order() -> None:
    table = FOUND.to_pandas(IMAGES)

    assert table["image_id"].tolist() == IMAGES.image_ids.tolist()
    assert table["cluster_label"].tolist() == [1, 0, 0, -1]
    np.testing.assert_array_equal(table["silhouette"], FOUND.silhouettes)
    names = [IMAGES.class_names[code] for code in IMAGES.class_labels]
    assert table["class_name"].tolist() == names


def test_the_class_of_an_image_without_a_known_one_is_missing() -> None:
    codes = [0, -1, 2, -1]
    dataset = IMAGES.dataset.remove_columns("class_label").add_column("class_label", codes)
    feature = IMAGES.dataset.features["class_label"]
    partly = ImageSet(dataset.cast_column("class_label", feature))
    assert partly.class_labels.tolist() == codes

    names = FOUND.to_pandas(partly)["class_name"]

    assert names.isna().tolist() == [False, True, False, True]


def test_the_table_of_other_images_is_refused() -> None:
    with pytest.raises(ValueError, match="`images` must have one row for each of the 4"):
        FOUND.to_pandas(load_storybook(n_images=3))
    with pytest.raises(TypeError, match=r"`images` must be an ImageSet, .* Got list instead"):
        FOUND.to_pandas([1, 2, 3, 4])


def test_its_html_is_the_table_of_its_clusters() -> None:
    html = FOUND._repr_html_()

    assert "Clustering of 4 images into 2 clusters and 1 of noise" in html
    assert html.count("<tr") == 3
    assert "0.350" in html


def test_what_it_was_found_in_reaches_the_html_as_text() -> None:
    html = dataclasses.replace(FOUND, space="<script>")._repr_html_()

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
