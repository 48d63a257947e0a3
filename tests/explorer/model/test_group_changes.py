"""What is done to the groups: keep, remove, take back."""

import numpy as np
import pytest

from cliplab import NamedGroup
from cliplab.explorer.style.theme import CATEGORY_COLORS, OTHER_COLOR


@pytest.fixture
def session(make_session):
    return make_session()


def _keep(session, rows, name, note=""):
    session.state.selected = rows
    return session.group_changes.keep(name, note)


def test_a_selection_is_kept_as_a_group_and_each_change_is_taken_back_in_turn(session):
    changes, state = session.group_changes, session.state
    assert not changes.can_undo
    assert _keep(session, [3, 1], "cats", "asleep")
    assert _keep(session, [3, 8], "pets")
    cats, pets = NamedGroup([1], "cats", "asleep"), NamedGroup([3, 8], "pets")
    assert state.groups == (cats, pets)
    assert changes.said == "“pets” has 2 images now. 1 image came out of “cats”."
    changes.remove("cats")
    assert state.groups == (pets,)
    state.groups = []
    for before in [(pets,), (cats, pets), (NamedGroup([1, 3], "cats", "asleep"),), ()]:
        assert changes.can_undo
        changes.undo()
        assert state.groups == before
        assert changes.said == "The last change is taken back."
    assert not changes.can_undo
    changes.undo()
    assert state.groups == ()


@pytest.mark.parametrize(
    ("rows", "name", "problem"),
    [
        ([], "cats", "`rows` must be rows of images, at least one"),
        ([1], " ", "`name` must have 1 to 40 characters"),
        ([30], "one more", "`groups` must be at most 20. Got 21 instead"),
    ],
)
def test_what_is_refused_is_said_and_changes_nothing(session, rows, name, problem):
    session.state.groups = before = tuple(NamedGroup([i], str(i)) for i in range(20))
    assert not _keep(session, rows, name)
    assert problem in session.error
    assert session.state.groups == before
    assert _keep(session, [30], "7")  # A group that is there may grow.
    assert session.error == ""


def test_images_are_coloured_by_group_and_grey_in_none(session):
    state = session.state
    assert "my groups" not in session.color_titles
    state.groups = [NamedGroup([3, 1], "cats"), NamedGroup([5], "<b>dogs</b>")]
    assert session.color_titles["my groups"] == "my groups"
    state.color_by = "my groups"
    assert session.coloring["legend"] == (
        ("cats", CATEGORY_COLORS[0]),
        ("<b>dogs</b>", CATEGORY_COLORS[1]),
        ("in no group", OTHER_COLOR),
    )
    expected = np.full(80, 2)
    expected[[1, 3, 5]] = 0, 0, 1
    np.testing.assert_array_equal(session.coloring["values"], expected)
    session.group_changes.remove("cats")
    assert session.coloring["values"][[1, 5]].tolist() == [1, 0]
    session.group_changes.remove("<b>dogs</b>")
    assert state.color_by == "cluster"
    assert "my groups" not in session.color_titles


def test_a_reset_leaves_neither_groups_nor_a_way_back_to_them(session):
    _keep(session, [3, 1], "cats")
    session.state.color_by = "my groups"
    session.reset()
    assert (session.state.groups, session.state.color_by) == ((), "cluster")
    assert not session.group_changes.can_undo
    assert session.group_changes.said == ""
