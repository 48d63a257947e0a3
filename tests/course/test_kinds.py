"""Answers as Python values and as typed text, and what is no answer."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab.course.kinds import Choice, Number, Ranking, Rows, Text, WholeNumber

SHARE = Number(0, 1, tolerance=0.01)
ORDER = Ranking(("map", "vectors", "pixels"))


@pytest.mark.parametrize(
    "answer", [0.25, "0.25", " 0,25 ", "25 %", "25%", "+.25", np.float32(0.25), np.float64(0.25)]
)
def test_a_number_is_read_as_a_value_and_as_text(answer):
    assert SHARE.read(answer) == 0.25


@pytest.mark.parametrize("answer", ["25", "-0.1", "0.2 or 0.3", "1/4", True, np.nan, [0.25], 2])
def test_what_is_no_number_of_the_range_is_none(answer):
    assert SHARE.read(answer) is None


def test_a_minus_is_read_as_a_keyboard_and_as_a_typesetter_write_it():
    assert Number(-1, 1, 0).read("−0.5") == Number(-1, 1, 0).read("-0.5") == -0.5


def test_a_number_is_right_up_to_its_tolerance_and_no_farther():
    assert SHARE.same(0.07, 0.06)
    assert not SHARE.same(0.0711, 0.06)


@pytest.mark.parametrize("answer", [5, 5.0, "5", np.int64(5), " 5"])
def test_a_whole_number_is_read_as_an_int(answer):
    assert WholeNumber(1, 9).read(answer) == 5


@pytest.mark.parametrize("answer", [5.5, "5.5", 0, 10, "five", False, None])
def test_what_is_no_whole_number_of_the_range_is_none(answer):
    assert WholeNumber(1, 9).read(answer) is None


def test_a_whole_number_may_be_off_by_its_tolerance():
    assert WholeNumber(0, 10**6).read(" 1,000 ") == 1000
    assert WholeNumber(0, 10**6).read("12,345,678") is None
    assert WholeNumber(0, 1000, tolerance=10).same(300, 310)
    assert not WholeNumber(0, 1000, tolerance=10).same(300, 311)
    assert not WholeNumber(0, 1000).same(300, 301)


def test_a_choice_is_read_whatever_its_case_and_blanks():
    kind = Choice(("yes", "Not yet"))
    assert kind.read("  not  YET ") == "Not yet"
    assert kind.read("maybe") is None
    assert kind.read(1) is None


@pytest.mark.parametrize(
    "answer",
    [["pixels", "map", "vectors"], "pixels, map, vectors", np.array(["pixels", "map", "vectors"])],
)
def test_a_ranking_is_read_as_a_list_and_as_text(answer):
    assert ORDER.read(answer) == ("pixels", "map", "vectors")
    assert ORDER.same(ORDER.read(answer), ["pixels", "map", "vectors"])
    assert not ORDER.same(ORDER.read(answer), ["map", "pixels", "vectors"])


@pytest.mark.parametrize("answer", ["map", "map, map, pixels", "map, vectors, pixels, map", "", 3])
def test_a_ranking_has_every_word_once(answer):
    assert ORDER.read(answer) is None


@pytest.mark.parametrize("answer", [(7, 3), {3, 7}, np.array([7, 3, 3]), "7, 3", "[3, 7]"])
def test_rows_are_a_set(answer):
    assert Rows().read(answer) == (3, 7)


@pytest.mark.parametrize("answer", [(), "", "3, x", [-1], [0.5], None, 3, {3: 7}])
def test_what_holds_no_rows_is_none(answer):
    assert Rows().read(answer) is None


def test_rows_are_right_when_enough_of_them_are_in_both_sets():
    half = Rows(overlap=0.5)
    assert half.same((1, 2), [1, 2, 3, 4])
    assert not half.same((1, 2), [1, 2, 3, 4, 5])
    assert not Rows().same((1, 2), [1, 2, 3])


def test_words_are_compared_without_case_and_with_single_blanks():
    kind = Text(most=20)
    assert kind.read("  a \n cat ") == "a cat"
    assert kind.same("a cat", ("a dog", "A Cat"))
    assert not kind.same("a cat", "a dog")


@pytest.mark.parametrize("answer", ["", "  ", "x" * 21, "\x00", "\ud800", 5])
def test_what_is_no_text_of_the_length_is_none(answer):
    assert Text(most=20).read(answer) is None
