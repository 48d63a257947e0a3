from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cliplab.evaluation.evidence.answers import Answer
from cliplab.evaluation.evidence.judging import Evidence

THREE, FIVE = Answer("k", (3,)), Answer("k", (5,))
CAVEAT = (
    " Rejected is one group with a log-concave density, as every normal one has. A single group "
    "that is strongly bent, or images that are nearly the same, can look like several groups too."
)
REPEATS = "of 10 repeats, which draw again from the same halves, name"
GROUPS, LEVELS = Answer("groups"), Answer("levels", (3, 6))


def _table(**columns):
    """Make a table for k from 1 to 6, in which the clusters of 2 and of 3 stand apart."""
    usual = {
        "gap": [0, 0.3, 0.9, 0.5, 0.4, 0.3],
        "gap_error": [0.1] * 6,
        "silhouette_main": [np.nan, 0.2, 0.5, 0.4, 0.3, 0.2],
        "stability": [np.nan, 0.99, 0.93, 0.6, 0.5, 0.4],
        "fullness": [np.nan, 0.1, 0.25, 1.4, 2.0, 3.0],
    }
    index = pd.Index(range(1, 7), name="n_clusters")
    return pd.DataFrame(usual | columns, index, dtype=float)


def _evidence(answer, repeats=(), p_value=0.0123, columns=None, **others):
    table = _table(**(columns or {}))
    return Evidence(table, answer, tuple(repeats), p_value=p_value, **others)


# What each measure selects.


def test_each_measure_selects_a_k():
    found = _evidence(THREE)
    assert found.votes == {"gap": 3, "silhouette": 3, "valleys": 3}
    assert {type(k) for k in found.votes.values()} == {int}


def test_the_gap_selects_the_least_k_within_an_error_of_the_maximum():
    for third, k in ((0.79, 4), (0.81, 3)):
        assert _evidence(THREE, columns={"gap": [0, 0.3, third, 0.9, 0.5, 0]}).votes["gap"] == k
    assert _evidence(THREE, columns={"gap": [1, 0.3, 0.2, 0, 0, 0]}).votes["gap"] == 1


def test_the_gap_abstains_at_the_end_of_the_range():
    assert _evidence(THREE, columns={"gap": range(6)}).votes["gap"] is None


def test_valleys_select_the_largest_k_that_comes_back_and_stands_apart():
    def valleys(**columns):
        return _evidence(THREE, columns=columns).votes["valleys"]

    stability, fullness = [np.nan, 1, 0.75, 0.74, np.nan, 1], [np.nan, 0.1, 0.7, 0.1, 0.1, 0.71]
    assert valleys(stability=stability, fullness=fullness) == 3
    assert valleys(stability=[np.nan] * 6) is None
    assert valleys(fullness=[np.nan] * 6) is None


def test_the_suggested_k_is_the_one_that_is_named_and_of_two_levels_the_outer():
    assert _evidence(THREE).suggested_k == 3
    assert _evidence(LEVELS).suggested_k == 3
    for kind in ("one group", "groups", "more", "no verdict"):
        assert _evidence(Answer(kind)).suggested_k is None


# The sentences.


def test_a_k_comes_with_its_reasons_how_often_it_is_named_and_a_doubt():
    found = _evidence(THREE, [THREE] * 8 + [LEVELS, GROUPS])
    assert found.sentence == (
        "k = 3 is well supported: one group is rejected (p = 0.0123), at k = 3 every cluster comes "
        "back in halves of the images (mean overlap at least 0.93), and the middle of the way from "
        "each to its nearest holds on average at most 25% of what the emptier end holds, and the "
        f"silhouettes in the main directions are highest there. 9 {REPEATS} it. Groups "
        "that touch inside a cluster, and small ones that K-means has merged, can be missed."
        f"{CAVEAT}"
    )
    assert repr(found) == f"Evidence for k from 2 to 6 in the embedding: {found.sentence}"


def test_of_a_k_whose_clusters_do_not_all_stand_apart_it_is_said():
    columns = {"fullness": [np.nan, 0.1, 0.9, 1.4, 2.0, 3.0]}
    assert (
        "(mean overlap at least 0.93), though not each stands apart from its nearest, and the "
        "silhouettes"
    ) in _evidence(THREE, columns=columns).sentence


def test_groups_that_are_counted_are_not_said_to_be_the_clusters_of_k_means():
    counted = FIVE._replace(is_counted=True)
    found = _evidence(counted, [counted] * 5 + [FIVE] * 4 + [GROUPS])
    assert found.suggested_k == 5
    assert found.sentence == (
        "There seem to be 5 groups: one group is rejected (p = 0.0123), and at least half of the "
        "halves of the images count 5 groups among finer clusters, if a middle need only be no "
        "fuller than the emptier end. The silhouettes in the main directions are highest at k = 3. "
        f"K-means for k = 5 may cut large groups and merge small ones. 9 {REPEATS} k = 5."
        f"{CAVEAT}"
    )
    # Also where the clusters of K-means for it come back: the count is the reason.
    columns = {"silhouette_main": [np.nan, 0.2, 0.497, 0.5, 0.3, 0.2]}
    sentence = _evidence(THREE._replace(is_counted=True), columns=columns).sentence
    assert sentence.startswith("There seem to be 3 groups:")
    assert "directions are within 2 % of the highest at k = 3. K-means for k = 3 may" in sentence


def test_without_repeats_nothing_is_said_of_them():
    assert "highest there. Groups that touch inside" in _evidence(THREE).sentence


def test_if_a_finer_k_comes_back_too_groups_that_touch_are_a_doubt():
    columns = {"stability": [np.nan, 0.99, 0.93, 0.6, 0.8, 0.9]}
    assert _evidence(THREE, columns=columns).sentence.endswith(
        "The clusters of k = 5 come back too, though not all stand apart: groups that touch are "
        f"not excluded.{CAVEAT}"
    )


def test_of_two_levels_each_has_its_reasons():
    columns = {
        "stability": [np.nan, 0.99, 0.93, 0.6, 0.5, 0.81],
        "fullness": [np.nan, 0.1, 0.25, 1.4, 2.0, 0.6],
    }
    sentence = _evidence(LEVELS, [LEVELS] * 7 + [GROUPS] * 3, columns=columns).sentence
    assert sentence == (
        "k = 3 and, finer, k = 6 are well supported: one group is rejected (p = 0.0123); at k = 3 "
        "every cluster comes back in halves of the images (mean overlap at least 0.93), and the "
        "middle of the way from each to its nearest holds on average at most 25% of what the "
        "emptier end holds; at k = 6 every cluster comes back in halves of the images (mean "
        "overlap at least 0.81), and the middle of the way from each to its nearest holds on "
        f"average at most 60% of what the emptier end holds. 7 {REPEATS} at least one of "
        f"the two.{CAVEAT}"
    )


def test_of_a_second_level_that_is_counted_the_clusters_of_k_means_are_not_said_to_be_it():
    counted = Answer("levels", (3, 5), is_counted=True)
    assert _evidence(counted, [counted] * 4 + [FIVE] * 2 + [LEVELS] * 4).sentence == (
        "k = 3 is well supported, and, finer, there seem to be 5 groups: one group is rejected "
        "(p = 0.0123); at k = 3 every cluster comes back in halves of the images (mean overlap at "
        "least 0.93), and the middle of the way from each to its nearest holds on average at most "
        "25% of what the emptier end holds; and at least six of ten halves of the images count 5 "
        "groups among finer clusters, if a middle need only be no fuller than the emptier end. "
        "K-means for k = 5 may cut large groups and merge small ones. "
        # Not how many name one of the two, for that may be the other.
        f"6 {REPEATS} k = 5.{CAVEAT}"
    )


def test_of_one_group_more_the_sentence_says_how_it_is_counted():
    found = _evidence(Answer("levels", (3, 4)), [Answer("levels", (3, 4))] * 8 + [THREE] * 2)
    assert found.suggested_k == 3
    assert found.sentence == (
        "k = 3 is well supported, and one of its clusters may be two groups: one group is rejected "
        "(p = 0.0123); at k = 3 every cluster comes back in halves of the images (mean overlap at "
        "least 0.93), and the middle of the way from each to its nearest holds on average at most "
        "25% of what the emptier end holds; and with a few more clusters 4 groups are counted if a "
        "middle need only be no fuller than the emptier end, but at most 3 if it must hold less "
        f"than 70% of the emptier end. 10 {REPEATS} at least one of the two.{CAVEAT}"
    )
    # If the clusters of K-means for it stand apart, they are a level as any other.
    columns = {
        "stability": [np.nan, 0.99, 0.93, 0.9, 0.5, 0.4],
        "fullness": [np.nan, 0.1, 0.25, 0.5, 2.0, 3.0],
    }
    sentence = _evidence(Answer("levels", (3, 4)), columns=columns).sentence
    assert sentence.startswith("k = 3 and, finer, k = 4 are well supported:")


def test_silhouettes_that_are_nearly_the_highest_are_not_called_the_highest():
    columns = {"silhouette_main": [np.nan, 0.2, 0.497, 0.5, 0.3, 0.2]}
    found = _evidence(THREE, columns=columns)
    assert found.votes["silhouette"] == 4
    assert "the silhouettes in the main directions are within 2 % of the highest there." in (
        found.sentence
    )
    sentence = _evidence(GROUPS, [GROUPS] * 10, columns=columns, n_inside=5).sentence
    assert "than 3, where the silhouettes are within 2 % of the highest, 5 groups" in sentence


def test_what_is_at_least_or_at_most_a_number_is_so_when_it_is_rounded():
    columns = {
        "stability": [np.nan, 0.99, 0.9999, 0.6, 0.5, 0.4],
        "fullness": [np.nan, 0.1, 0.2501, 1.4, 2.0, 3.0],
    }
    sentence = _evidence(THREE, columns=columns).sentence
    assert "(mean overlap at least 0.99)" in sentence
    assert "at most 26% of what" in sentence
    columns["stability"][2], columns["fullness"][2] = 0.29 + 0.57, 0.07
    sentence = _evidence(THREE, columns=columns).sentence
    assert "(mean overlap at least 0.86)" in sentence
    assert "at most 7% of what" in sentence


@pytest.mark.parametrize("fullness", [0.9, 5.0, np.nan])
def test_of_a_level_whose_clusters_do_not_all_stand_apart_it_is_not_said_to_be_supported(fullness):
    columns = {
        "stability": [np.nan, 0.99, 0.93, 0.6, 0.5, 0.81],
        "fullness": [np.nan, 0.1, 0.25, 1.4, 2.0, fullness],
    }
    sentence = _evidence(LEVELS, columns=columns).sentence
    assert sentence.startswith("k = 3 is well supported, and k = 6 may be a finer level: one group")
    assert sentence.endswith(
        "(mean overlap at least 0.81), and the middle of the way from each to its nearest holds at "
        "most 90% of what the emptier end holds, on average over all of them, but not each stands "
        "apart."
        f"{CAVEAT}"
    )
    assert "500%" not in sentence
    assert "nan" not in sentence


def test_that_one_group_is_not_rejected_does_not_say_that_there_is_one():
    assert _evidence(Answer("one group"), p_value=0.34).sentence == (
        "One group is not rejected (p = 0.34). That does not show that there is one group: groups "
        "that touch, or that have few images, can be missed."
    )


def test_what_could_not_be_tested_is_neither_rejected_nor_not():
    sentence = _evidence(Answer("one group"), p_value=np.nan).sentence
    assert sentence == (
        "There are too few images to test whether they are one group: at least 64 different ones "
        "are needed, and eight for each cluster of the smallest k."
    )


def test_if_the_last_k_is_the_best_the_sentence_says_to_try_more():
    start = "There may be more groups than the range has: one group is rejected (p = 0.0123), and "
    highest = {"silhouette_main": [np.nan, 0, 0.1, 0.2, 0.3, 0.4]}
    assert _evidence(Answer("more"), columns=highest).sentence == (
        f"{start}the silhouettes in the main directions are highest at the last k, 6. "
        f"Try more clusters.{CAVEAT}"
    )
    apart = {"stability": [np.nan] + [0.9] * 5, "fullness": [np.nan] + [0.2] * 5}
    assert _evidence(Answer("more"), columns=apart).sentence == (
        f"{start}at the last k, 6, all clusters still stand apart. Try more clusters.{CAVEAT}"
    )


REJECTED = "No k is well supported: one group is rejected (p = 0.0123), but "


def test_there_is_no_k_if_nowhere_all_clusters_come_back():
    found = _evidence(GROUPS, columns={"stability": [np.nan] + [0.7] * 5})
    expected = "for no k do all clusters come back in halves of the images and stand apart."
    assert found.sentence == REJECTED + expected + CAVEAT


def test_there_is_no_k_if_the_highest_silhouettes_are_elsewhere():
    columns = {"silhouette_main": [np.nan, 0.2, 0.3, 0.4, 0.6, 0.5]}
    # Whatever few repeats name by chance, this is the reason.
    for repeats in ([GROUPS] * 10, [GROUPS] * 8 + [FIVE] * 2):
        assert _evidence(GROUPS, repeats, columns=columns).sentence == REJECTED + (
            "3 is the largest k whose clusters all stand apart, and the silhouettes in the main "
            f"directions are highest at k = 5, where not all do.{CAVEAT}"
        )


def test_there_is_no_k_if_more_clusters_show_more_groups():
    assert _evidence(GROUPS, [GROUPS] * 10, n_inside=5).sentence == REJECTED + (
        "with a few more clusters than 3, where the silhouettes are highest, 5 groups are counted, "
        "if a middle need only be no fuller than the emptier end: K-means may have merged some."
        f"{CAVEAT}"
    )


def test_there_is_no_k_if_the_repeats_do_not_agree():
    repeats = [THREE] * 5 + [FIVE] * 2 + [GROUPS] * 3
    said = "it depends on the random splits: of 10 repeats, "
    assert _evidence(GROUPS, repeats, disputed=(3,)).sentence == (
        f"{REJECTED}{said}5 name 3, 2 name 5.{CAVEAT}"
    )
    # Whatever else speaks against it, this is the reason.
    for n_inside in (3, 9):
        found = _evidence(GROUPS, [GROUPS] * 10, disputed=(3, 6), n_inside=n_inside)
        assert found.sentence == f"{REJECTED}{said}none names a k.{CAVEAT}"


def test_a_single_k_cannot_be_compared():
    table = _table().loc[[1, 3]]
    found = Evidence(table, GROUPS, p_value=0.0123)
    assert found.sentence == f"{REJECTED}a single k cannot be compared with others.{CAVEAT}"


def test_on_a_map_there_is_no_verdict():
    found = _evidence(Answer("no verdict"), space="umap-5", null_p_value=0.05, n_references=19)
    assert found.sentence == (
        "No verdict on a map: its islands can be of its own making, also where the data have no "
        "groups. The numbers are those of the map. Ask in the vectors."
    )
    assert found.note == "Measured in UMAP in 5 dimensions. The inertia has no clear elbow."
    assert found.votes == {"gap": None, "silhouette": None, "valleys": None}


@pytest.mark.parametrize("answer", [THREE, GROUPS, LEVELS, Answer("more"), Answer("one group")])
def test_what_was_found_in_a_projection_is_said_to_be_found_there(answer):
    plain = _evidence(answer).sentence
    for space, name in (("pca", "the PCA map"), ("pca-16", "16 principal components")):
        found = _evidence(answer, space=space)
        assert found.sentence == f"This is about {name}, not the vectors. {plain}"
        assert found.note.startswith(f"Measured in {name}. ")
    for space in ("centered embedding", "array", "my-map"):
        assert _evidence(answer, space=space).sentence == plain
    assert _evidence(answer, space="my-map").note.startswith("Measured in my-map. ")


@pytest.mark.parametrize(
    ("p_value", "words"),
    [
        (0.0504, "(p = 0.0504)"),
        (0.001, "(p = 0.001)"),
        (0.00034, "(p = 0.00034)"),
        (0.0, "(p = less than 1e-15)"),
    ],
)
def test_p_values_are_rounded_but_never_to_zero(p_value, words):
    assert words in _evidence(GROUPS, p_value=p_value).sentence


# What is noted beside.


def test_the_note_has_space_distance_and_silhouettes():
    found = _evidence(THREE, null_p_value=0.05, n_references=19, space="array", metric="cosine")
    assert found.note == (
        "Measured in the array; the sweep uses the cosine distance, the tests use unit vectors. "
        "The silhouettes in the main directions stand out from those of shuffled data (p = 0.05). "
        "These keep the values along each main direction, but not how the directions go together. "
        "One group of an odd shape can stand out too. The inertia has no clear elbow."
    )
    found = _evidence(THREE, null_p_value=0.1, n_references=19)
    assert "do not stand out from those" in found.note
    assert found.note.startswith("Measured in the embedding. The")


def test_with_few_shuffled_data_sets_nothing_is_said_of_the_silhouettes():
    note = _evidence(THREE, null_p_value=1 / 11, n_references=10).note
    assert "Only 10 shuffled data sets were drawn, too few to compare the silhouettes." in note
    assert "stand out" not in note


@pytest.mark.parametrize(
    ("elbows", "words"),
    [
        ([], "has no clear elbow."),
        ([None, None], "has no clear elbow."),
        ([5], "has its elbow at k = 5."),
        ([5, 5, 5], "has its elbow at k = 5, also where the range ends earlier."),
        ([None, 5, 5, 5], "has its elbow at k = 5, as in 2 of 3 shorter ranges."),
        ([None, None, 5], "has its elbow at k = 5; in shorter ranges it has none."),
        ([3, 5], "has its elbow at k = 5; where the range ends earlier, it can be at k = 3."),
        ([3, 4, None, 7, 9],
         "has its elbow at k = 9; where the range ends earlier, it can be at k = 3, 4 or 7."),
        ([3, None], "has no clear elbow; where the range ends earlier, it can be at k = 3."),
    ],
)  # fmt: skip
def test_the_note_says_whether_the_elbow_stays(elbows, words):
    found = _evidence(THREE, elbows=dict(enumerate(elbows, start=5)))
    assert found.note.endswith(f"The inertia {words}")
    assert found.votes == _evidence(THREE).votes


def test_the_html_has_the_sentence_the_note_and_a_row_for_each_k():
    found = _evidence(THREE)
    page = found._repr_html_()
    assert found.sentence in page
    assert found.note in page
    assert page.count("<tr") == 2 + 6  # Two rows of headings.
    assert "nan" not in page.lower()


def test_the_name_of_a_space_is_escaped_in_html():
    page = _evidence(THREE, space="<script>alert(1)</script>")._repr_html_()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_changing_the_returned_table_does_not_change_the_evidence():
    found = _evidence(THREE)
    table = found.to_pandas()
    table["gap"] = 0
    assert found.to_pandas()["gap"].max() == 0.9
