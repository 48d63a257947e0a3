import numpy as np
import pytest
from traitlets import TraitError

from cliplab import ExplorerState


@pytest.fixture
def state():
    choices = {"n_clusters": (2, 3, 4), "space": ("embedding", "tsne")}
    return ExplorerState(n_images=31, choices=choices, perplexity=5)


def test_a_selection_is_kept_sorted_and_without_doubles(state):
    state.selected = np.array([7, 3, 3])
    assert state.selected == (3, 7)


def test_a_mask_selects_as_it_does_in_an_image_set(state):
    state.selected = np.arange(31) < 3
    assert state.selected == (0, 1, 2)
    state.selected = []
    assert state.selected == ()


def test_the_same_selection_in_other_words_is_no_change(state):
    state.selected = [3, 7]
    changes = []
    state.observe(changes.append, "selected")
    state.selected = (7, 3)
    assert changes == []


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("n_clusters", 5, "`n_clusters` must be one of 2, 3, 4. Got 5 instead"),
        ("space", "pixels", "`space` must be one of 'embedding', 'tsne'. Got 'pixels' instead"),
        ("perplexity", 7.5, "`perplexity` must be a whole number. Got 7.5 instead"),
        ("perplexity", 11, "`perplexity` must be between 2 and 10 for 31 images. Got 11 instead"),
        (
            "random_state",
            -1,
            r"`random_state` must be a whole number from 0 to 2\*\*63 - 1\. Got -1 instead",
        ),
        (
            "committed_k",
            99,
            "`committed_k` must be from 1 to 31, the number of images. Got 99",
        ),
        (
            "committed_k",
            0,
            "`committed_k` must be from 1 to 31, the number of images. Got 0",
        ),
        ("selected", [1.7], r"`selected` must hold whole numbers, or be a mask .* Got \[1.7\]"),
        ("selected", "abc", "`selected` must hold whole numbers, .* Got 'abc' instead"),
        ("selected", 5, "`selected` must hold whole numbers, .* Got 5 instead"),
        ("selected", [True, False], "`selected` must hold whole numbers, or be a mask"),
        ("selected", None, "`selected` must hold whole numbers, or be a mask .* Got None instead"),
        ("selected", [[1], [2, 3]], "`selected` must hold whole numbers, or be a mask"),
        ("groups", None, "`groups` must hold values such as NamedGroup"),
        ("pair", None, "`pair` must be the numbers of two clusters, or empty. Got None instead"),
        ("opened", 31, "`opened` must be a row from 0 to 30. Got 31 instead"),
        ("opened", 1.5, "`opened` must be a whole number. Got 1.5 instead"),
        ("n_clusters", None, "`n_clusters` must be a whole number. Got None instead"),
        ("n_clusters", True, "`n_clusters` must be a whole number. Got True instead"),
        ("n_clusters", "4", "`n_clusters` must be a whole number. Got '4' instead"),
        ("space", None, "`space` must be a text. Got None instead"),
        ("centered", 1, "`centered` must be True or False. Got 1 instead"),
        ("perplexity", float("nan"), "`perplexity` must be between 2 and 10 .* Got nan instead"),
        ("random_state", 2**63, "`random_state` must be a whole number from 0 to .* Got 9223"),
        ("random_state", None, "`random_state` must be a whole number from 0 to .* Got None"),
        ("committed_k", "8", "`committed_k` must be a whole number. Got '8' instead"),
        ("selected", [5, 31], "`selected` must hold rows from 0 to 30. Got 5 to 31 instead"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_in_words_and_changes_nothing(
    state, trait, value, message
):
    before, seen = getattr(state, trait), []
    state.observe(seen.append)
    with pytest.raises(TraitError, match=message):
        setattr(state, trait, value)
    assert getattr(state, trait) == before
    with pytest.raises(TraitError, match=message), state.hold_trait_notifications():
        setattr(state, trait, value)
    assert getattr(state, trait) == before
    assert [change["name"] for change in seen if change["name"] == trait] == []


def test_numbers_of_any_library_are_kept_as_numbers_of_python(state):
    state.n_clusters, state.random_state = np.int64(4), np.uint64(2**63 - 1)
    state.opened, state.centered = np.int8(30), np.bool_(True)
    assert (state.n_clusters, state.random_state, state.opened) == (4, 2**63 - 1, 30)
    assert {type(state.n_clusters), type(state.random_state), type(state.opened)} == {int}
    assert state.centered is True


def test_what_opens_a_state_is_of_a_kind_too():
    with pytest.raises(TraitError, match=r"`n_clusters` must be a whole number\. Got None"):
        ExplorerState(n_images=10, choices={"n_clusters": [2, 3, 4]}, n_clusters=None)


def test_a_slip_in_a_name_is_said_and_not_taken():
    state = ExplorerState(n_images=10, choices={"n_clusters": [2, 3, 4]}, n_clusters=3)
    with pytest.raises(AttributeError, match=r"has no 'n_cluster'\. Did you mean 'n_clusters'\?"):
        state.n_cluster = 4
    with pytest.raises(AttributeError, match="has no 'mood'"):
        state.mood = "good"
    with state.hold_trait_notifications():
        state.n_clusters = 4
    assert state.n_clusters == 4


def test_one_may_commit_to_a_k_that_no_sweep_has(state):
    state.committed_k = 31
    assert state.committed_k == 31
