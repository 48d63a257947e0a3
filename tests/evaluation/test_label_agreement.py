from __future__ import annotations

import math
from collections.abc import Sequence

import datasets
import numpy as np
import pytest
from PIL import Image

from cliplab.clustering.values import Clustering
from cliplab.evaluation.label_agreement import agreement_by_label
from cliplab.images.image_set import ImageSet

Names = Sequence[Sequence[str] | None]


def _images(**columns: Names) -> ImageSet:
    n_images = max(len(values) for values in columns.values())
    names = datasets.List(datasets.Value("string"))
    features = {"image": datasets.Image(), "image_id": datasets.Value("string")}
    rows = {
        "image": [Image.new("RGB", (2, 2))] * n_images,
        "image_id": [str(row) for row in range(n_images)],
        **columns,
    }
    every = datasets.Features(features | dict.fromkeys(columns, names))
    return ImageSet(datasets.Dataset.from_dict(rows, features=every))


def _clustering(cluster_labels: list[int]) -> Clustering:
    n_clusters = max(cluster_labels) + 1
    n_images = len(cluster_labels)
    return Clustering(np.array(cluster_labels), np.zeros((n_clusters, 2)), 0.0, np.zeros(n_images))


# Image 4 has no verified label, 7 is noise, and the boat in 6 is both present and absent.
PRESENT: Names = [
    ["Dog", "Animal"], ["Dog"], ["Animal"], ["Cat", "Animal"], [], ["Boat"], ["Boat", "Dog"],
    ["Dog"],
]  # fmt: skip
ABSENT: Names = [["Cat"], ["Animal"], ["Dog"], ["Dog"], None, ["Dog"], ["Boat"], ["Cat"]]
CLUSTERS = [0, 0, 0, 0, 1, 1, 1, -1]
IMAGES = _images(labels_present=PRESENT, labels_absent=ABSENT)
AGREEMENT = agreement_by_label(IMAGES, _clustering(CLUSTERS), min_support=1)


def _row(label_name: str, cluster_label: int) -> list[float]:
    table = AGREEMENT.to_pandas().set_index(["label_name", "cluster_label"])
    columns = ["precision", "recall", "n_present", "n_absent", "n_unverified"]
    return table.loc[(label_name, cluster_label), columns].tolist()


def test_precision_is_of_the_verified_images_of_a_cluster_and_recall_of_all_that_have_it() -> None:
    assert _row("Dog", 0) == [2 / 4, 2 / 4, 2, 2, 0]
    assert _row("Dog", 1) == [1 / 2, 1 / 4, 1, 1, 1]
    assert _row("Animal", 0) == [3 / 4, 3 / 3, 3, 1, 0]
    assert _row("Cat", 0) == [1 / 2, 1 / 1, 1, 1, 2]


def test_labels_that_were_not_verified_do_not_count() -> None:
    # The boat is not verified in image 4, nor in 6, where it is both present and absent.
    assert _row("Boat", 1) == [1 / 1, 1 / 1, 1, 0, 2]
    pairs = AGREEMENT.to_pandas()[["label_name", "cluster_label"]].to_numpy().tolist()
    assert ["Animal", 1] not in pairs
    assert ["Boat", 0] not in pairs


def test_noise_has_no_row_but_lowers_recall() -> None:
    table = AGREEMENT.to_pandas()

    assert set(table["cluster_label"]) == {0, 1}
    assert table[table["label_name"] == "Dog"]["recall"].sum() == 3 / 4


def test_the_counts_of_each_row_add_up_to_the_size_of_its_cluster() -> None:
    table = AGREEMENT.to_pandas()
    counts = table[["n_present", "n_absent", "n_unverified"]].sum(axis=1)

    assert counts.tolist() == table["cluster_label"].map({0: 4, 1: 3}).tolist()


def test_images_without_any_verified_label_are_counted() -> None:
    assert AGREEMENT.n_images == 8
    assert AGREEMENT.n_unlabelled == 1
    disputed = agreement_by_label(
        _images(labels_present=[["Cat"], ["Dog"], []], labels_absent=[[], ["Dog"], ["Cat"]]),
        _clustering([0, 0, 0]),
        min_support=1,
    )
    assert disputed.n_unlabelled == 1  # The third image has a label that is verified as absent.
    assert disputed.to_pandas()["label_name"].tolist() == ["Cat"]


def test_a_label_that_no_image_has_has_no_recall() -> None:
    agreement = agreement_by_label(
        _images(labels_present=[["Cat"], []], labels_absent=[["Dog"], ["Dog"]]),
        _clustering([0, 0]),
        min_support=2,
    )
    row = agreement.to_pandas().iloc[0]

    assert row["label_name"] == "Dog"
    assert row["precision"] == row["score"] == 0
    assert math.isnan(row["recall"])
    assert agreement.best_labels().empty


def test_labels_with_less_support_in_a_cluster_are_left_out() -> None:
    some = agreement_by_label(IMAGES, _clustering(CLUSTERS), min_support=2).to_pandas()
    least = some["n_present"] + some["n_absent"]

    assert least.min() == 2
    every = AGREEMENT.to_pandas()
    assert len(some) == ((every["n_present"] + every["n_absent"]) >= 2).sum() < len(every)


def test_the_score_is_the_harmonic_mean_of_wilson_s_lower_ends() -> None:
    # 3 of 4: (0.75 + z²/8 - z √(0.75 · 0.25 / 4 + z²/64)) / (1 + z²/4), by hand 0.3006;
    # 3 of 3: 1 / (1 + z²/3) = 0.4385.
    animal = AGREEMENT.best_labels().iloc[0]

    assert animal["label_name"] == "Animal"
    assert animal["score"] == pytest.approx(2 * 0.3006 * 0.4385 / (0.3006 + 0.4385), abs=1e-4)


def test_a_label_of_few_images_does_not_rank_above_that_of_most() -> None:
    present = [["Dog"]] * 80 + [["Okapi"]] * 5 + [[]] * 15
    absent = [[]] * 85 + [["Dog"]] * 5 + [[]] * 10
    agreement = agreement_by_label(
        _images(labels_present=present, labels_absent=absent), _clustering([0] * 100)
    )
    best = agreement.best_labels()

    assert best["label_name"].tolist() == ["Dog", "Okapi"]
    assert best["precision"].tolist() == [80 / 85, 1]


def test_the_best_labels_of_a_cluster_are_sorted_by_score() -> None:
    best = AGREEMENT.best_labels(n_labels=2)

    assert best["cluster_label"].tolist() == [0, 0, 1, 1]
    assert best["label_name"].tolist() == ["Animal", "Dog", "Boat", "Dog"]
    assert AGREEMENT.best_labels(n_labels=1)["label_name"].tolist() == ["Animal", "Boat"]


def test_a_name_twice_in_a_list_counts_once() -> None:
    images = _images(labels_present=[["Cat", "Cat"], ["Cat"]], labels_absent=[[], []])
    agreement = agreement_by_label(images, _clustering([0, 1]), min_support=1)

    assert agreement.to_pandas()["n_present"].tolist() == [1, 1]


def test_names_are_escaped_in_html() -> None:
    name = "<script>x</script>"
    images = _images(labels_present=[[name]] * 2, labels_absent=[[]] * 2)
    page = agreement_by_label(images, _clustering([0, 0]), min_support=1)._repr_html_()

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_repr_is_one_line_and_says_which_clusters_have_labels() -> None:
    assert repr(AGREEMENT) == (
        "LabelAgreement over 8 images, 1 without a label: 4 labels in 2 of 2 clusters"
    )
    some = agreement_by_label(IMAGES, _clustering(CLUSTERS), min_support=4)
    assert repr(some).endswith("2 labels in 1 of 2 clusters")
    assert some._repr_html_().count("<tr>") == 1 + 2  # A heading, animal and dog.


def test_changing_the_returned_table_does_not_change_the_result() -> None:
    for table in (AGREEMENT.to_pandas(), AGREEMENT.best_labels()):
        table["precision"] = 0

    assert AGREEMENT.to_pandas()["precision"].max() == 1


def test_images_without_both_columns_are_an_error() -> None:
    without = _images(labels_present=[["Cat"]] * 2)
    words = r"must have a column 'labels_absent' with a list .*official.* Got the columns \['image"
    with pytest.raises(ValueError, match=words):
        agreement_by_label(without, _clustering([0, 1]))


def test_names_that_are_not_lists_are_an_error() -> None:
    table = _images(labels_present=[["Cat"]] * 2).dataset.add_column("labels_absent", ["Dog", ""])
    with pytest.raises(ValueError, match="must have a column 'labels_absent' with a list"):
        agreement_by_label(ImageSet(table), _clustering([0, 1]))


def test_images_without_verified_labels_are_an_error() -> None:
    images = _images(labels_present=[[], None], labels_absent=[[], []])
    with pytest.raises(ValueError, match=r"at least one verified label\. Got none"):
        agreement_by_label(images, _clustering([0, 1]))


def test_arguments_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"`clustering` must have one row .* 8 images\. Got 2"):
        agreement_by_label(IMAGES, _clustering([0, 1]))
    with pytest.raises(ValueError, match=r"`min_support` must be .* at least 1\. Got 0"):
        agreement_by_label(IMAGES, _clustering(CLUSTERS), min_support=0)
    with pytest.raises(ValueError, match=r"`n_labels` must be .* at least 1\. Got 0"):
        AGREEMENT.best_labels(0)
