"""Groups of one's own: what they may be, and what happens to images that change groups."""

import dataclasses

import numpy as np
import pytest
from traitlets import TraitError

from cliplab import ExplorerState, NamedGroup
from cliplab.explorer.model.groups import group_labels, with_group

CATS, DOGS = NamedGroup([3, 1], "cats", "asleep"), NamedGroup(np.array([5, 6]), "dogs")


@pytest.fixture
def state():
    return ExplorerState(n_images=31, choices={})


def test_a_group_has_sorted_rows_without_doubles_and_no_spaces_around_its_name():
    group = NamedGroup(iter([7, 3, 7]), "  cats\t", " asleep ")
    assert (group.rows, group.name, group.note) == ((3, 7), "cats", "asleep")
    assert NamedGroup([3, 7], "cats", "asleep") == group
    assert {type(row) for row in DOGS.rows} == {int}
    assert NamedGroup(5, "one image").rows == (5,)
    assert group.to_pandas().to_numpy().tolist() == [[3, "cats"], [7, "cats"]]
    with pytest.raises(dataclasses.FrozenInstanceError, match="rows"):
        group.rows = ()


@pytest.mark.parametrize(
    ("rows", "name", "note", "message"),
    [
        ([], "cats", "", r"`rows` must be rows of images, at least one. Got \[\] instead"),
        ([-1], "cats", "", "`rows` must be rows of images"),
        ([1.5], "cats", "", "`rows` must be rows of images"),
        ([True], "cats", "", "`rows` must be rows of images"),
        ("12", "cats", "", "`rows` must be rows of images"),
        ([1], " ", "", "`name` must have 1 to 40 characters. Got ' ' instead"),
        ([1], "x" * 41, "", "`name` must have 1 to 40 characters. Got 'x+' instead"),
        ([1], 7, "", "`name` must have 1 to 40 characters. Got 7 instead"),
        ([1], "a\nb", "", r"`name` must be text on one line. Got 'a\\nb' instead"),
        ([1], "a\0b", "", "`name` must be text on one line"),
        ([1], "a\ud800", "", "`name` must be text on one line"),
        ([1], "a", None, "`note` must have at most 500 characters. Got None instead"),
        ([1], "a", "x" * 501, "`note` must have at most 500 characters"),
        ([1], "a", "b\u2028c", "`note` must be text on one line"),
    ],
)
def test_a_group_that_cannot_be_is_refused_in_a_sentence(rows, name, note, message):
    with pytest.raises(ValueError, match=message):
        NamedGroup(rows, name, note)


@pytest.mark.parametrize("name", ["x" * 40, "<script>", "猫と犬", "👩‍🚀", "$\\frac{"])
def test_a_name_may_be_anything_that_is_a_line_of_text(name):
    assert NamedGroup([1], name).name == name


def test_the_state_has_groups_as_a_tuple(state):
    state.groups = [CATS, DOGS]
    assert state.groups == (CATS, DOGS)
    state.groups = CATS  # One alone may be set too.
    assert state.groups == (CATS,)
    state.groups = []
    assert state.groups == ()


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ("cats", r"`groups` must hold values such as NamedGroup\(\[3, 7\], 'cats'\). Got str"),
        ([CATS, None], "`groups` must hold values such as .* Got NoneType instead"),
        ([CATS, NamedGroup([9], "cats")], "must have names that differ. Got 'cats' instead twice"),
        ([NamedGroup([31], "far")], "`groups` must hold rows from 0 to 30. Got 31 instead"),
        (
            [CATS, DOGS, NamedGroup([6], "pets")],
            "must put an image into one group only. Got 6 instead in 'dogs' and 'pets'",
        ),
        (
            [NamedGroup([row], f"group {row}") for row in range(21)],
            "`groups` must be at most 20. Got 21 instead",
        ),
    ],
)
def test_the_state_refuses_wrong_groups_and_stays_as_it_was(state, groups, message):
    state.groups = [DOGS]
    with pytest.raises(TraitError, match=message):
        state.groups = groups
    assert state.groups == (DOGS,)


def test_images_are_coloured_by_groups_only_when_there_is_one(state):
    with pytest.raises(TraitError, match="'my groups' only when there is a group: set `groups`"):
        state.color_by = "my groups"
    state.groups = [CATS]
    state.color_by = "my groups"
    assert state.color_by == "my groups"


def test_an_image_that_is_put_into_another_group_leaves_the_first():
    groups, said = with_group((CATS, DOGS), NamedGroup([3, 8], "pets"))
    assert groups == (NamedGroup([1], "cats", "asleep"), DOGS, NamedGroup([3, 8], "pets"))
    assert said == "“pets” has 2 images now. 1 image came out of “cats”."


def test_a_group_that_has_lost_all_its_images_is_gone():
    groups, said = with_group((CATS, DOGS), NamedGroup([1, 3, 5], "pets"))
    assert groups == (NamedGroup([6], "dogs"), NamedGroup([1, 3, 5], "pets"))
    assert "2 images came out of “cats”, which has none left and is gone. 1 image came" in said


def test_more_images_of_a_name_that_is_there_join_its_group_in_its_place():
    groups, said = with_group((CATS, DOGS), NamedGroup([1, 9, 5], "cats"))
    assert groups == (NamedGroup([1, 3, 5, 9], "cats", "asleep"), NamedGroup([6], "dogs"))
    assert said == "“cats” has 4 images now. 1 image came out of “dogs”."
    groups, _ = with_group((CATS,), NamedGroup([9], "cats", "awake"))
    assert groups[0].note == "awake"


def test_labels_say_which_group_each_image_is_in():
    assert group_labels((CATS, DOGS), 8).tolist() == [-1, 0, -1, 0, -1, 1, 1, -1]
