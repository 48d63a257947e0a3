"""The first steps: they fit the parts that are shown, and the kernel remembers their dismissal."""

import pytest

from cliplab import Explorer
from cliplab.explorer.model.hints import first_steps


@pytest.fixture
def explorer(images, embeddings, projection, sweep):
    return Explorer(images, embeddings, projection, sweep)


def test_there_is_a_step_for_k_for_the_map_and_for_the_answers(explorer):
    turn, look, commit = explorer._session.hints
    assert "k" in turn
    assert "images" in look
    assert "Answers" in commit


def test_of_parts_that_are_not_shown_nothing_is_said(explorer):
    explorer.parts = ("map",)
    assert explorer._session.hints == ()
    explorer.parts = ("map", "k")
    assert [step[:6] for step in explorer._session.hints] == ["Move k"]
    explorer.parts = "all"
    assert len(explorer._session.hints) == 3


def test_where_nothing_is_hidden_nobody_is_asked_to_commit(images, embeddings, projection, sweep):
    shown = Explorer(images, embeddings, projection, sweep, hide_classes=False)
    assert len(shown._session.hints) == 2


def test_once_committed_one_is_not_asked_again(explorer):
    explorer.state.committed_k = 5
    assert len(explorer._session.hints) == 2


def test_what_is_dismissed_stays_so_in_every_explorer_until_a_reset(explorer, images, embeddings):
    explorer._session.dismiss_hints()
    assert explorer._session.hints == ()
    assert Explorer(images, embeddings)._session.hints == ()
    # A saved page is opened by somebody else.
    assert len(first_steps(explorer._session, has_answers=True)) == 3
    explorer.reset()
    assert len(explorer._session.hints) == 3
