from __future__ import annotations

import numpy as np
import pytest

from cliplab.course.map_alignment import unit_size
from cliplab.course.map_series import MapKey, is_settled, settle_maps
from cliplab.embeddings.laboratory import load_laboratory
from cliplab.projection.projecting import project

EMBEDDINGS = load_laboratory("mixture", n_images=60).embeddings
KEYS = [MapKey(5.0, 0), MapKey(15.0, 0), MapKey(5.0, 1), MapKey(5.0, 0, is_null=True)]


@pytest.fixture(scope="module")
def frames():
    return list(settle_maps(EMBEDDINGS, KEYS, {}))


def test_one_map_after_the_other_settles_while_it_can_be_watched(frames):
    seen = [len(maps) for maps in frames]
    assert seen == sorted(seen)
    assert seen.count(1) > 5
    assert {key: is_settled(each) for key, each in frames[-1].items()} == dict.fromkeys(KEYS, True)
    assert not is_settled(frames[0][KEYS[0]])


def test_each_is_the_t_sne_that_project_makes_turned(frames):
    for key in KEYS[:3]:
        plain = project(EMBEDDINGS, perplexity=key.perplexity, random_state=key.random_state)
        made = frames[-1][key]
        assert made.kl_divergence == plain.kl_divergence
        lengths = [np.linalg.norm(each, axis=1) for each in (made, unit_size(plain))]
        np.testing.assert_allclose(*lengths, atol=1e-4)


def test_every_map_is_of_one_size_and_lies_on_the_first_of_its_kind(frames):
    maps = frames[-1]
    for each in maps.values():
        assert (np.asarray(each) ** 2).sum(axis=1).mean() == pytest.approx(1, abs=1e-4)
    first, other = (np.asarray(maps[key]) for key in KEYS[:2])
    near = ((first - other) ** 2).sum()
    for turn in (np.diag([1, -1]), np.diag([-1, -1]), np.array([[0, 1], [-1, 0]])):
        assert near < ((first - other @ turn) ** 2).sum()


def test_what_has_settled_is_not_computed_again_and_what_has_not_begins_anew(frames):
    settled = frames[-1][KEYS[0]]
    done = {KEYS[0]: settled, KEYS[1]: frames[0][KEYS[0]]}
    *_, maps = settle_maps(EMBEDDINGS, KEYS[:2], done)

    assert maps[KEYS[0]] is settled
    np.testing.assert_array_equal(maps[KEYS[1]], frames[-1][KEYS[1]])


def test_null_data_have_a_map_of_their_own(frames):
    assert not np.allclose(frames[-1][KEYS[0]], frames[-1][KEYS[3]], atol=0.1)
    assert [key.title for key in KEYS[2:]] == ["perplexity 5, seed 1", "perplexity 5, null data"]
