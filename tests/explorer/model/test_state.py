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
            "`random_state` must be from 0 to 18446744073709551615. Got -1 instead",
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
        ("selected", [5, 31], "`selected` must hold rows from 0 to 30. Got 5 to 31 instead"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_in_words_and_changes_nothing(
    state, trait, value, message
):
    before = getattr(state, trait)
    with pytest.raises(TraitError, match=message):
        setattr(state, trait, value)
    assert getattr(state, trait) == before


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
