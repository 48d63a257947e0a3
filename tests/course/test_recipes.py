"""Values are made again from their description, or a reason is given."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cliplab import encode_colors, load_pack, load_storybook, project, sweep_clusters
from cliplab.course.recipes import NotMadeAgainError, describe, make_again
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def values():
    pack = load_pack(STORYBOOK_PACK)
    images, embeddings = pack.images[:30], pack.embeddings[:30]
    return SimpleNamespace(
        images=images,
        embeddings=embeddings,
        projection=project(embeddings, random_state=3),
        sweep=sweep_clusters(embeddings, range(2, 5), random_state=4),
        random_state=3,
    )


def test_values_of_the_storybook_are_made_again(values):
    again = make_again(describe(values), 3)
    assert again.images.image_ids.tolist() == values.images.image_ids.tolist()
    np.testing.assert_array_equal(again.embeddings.vectors, values.embeddings.vectors)
    np.testing.assert_array_equal(again.projection.coordinates, values.projection.coordinates)
    assert again.sweep.random_state == 4
    np.testing.assert_array_equal(again.sweep[3].cluster_labels, values.sweep[3].cluster_labels)


def test_a_storybook_of_another_seed_is_drawn_again():
    images = load_storybook(n_images=12, random_state=5)
    described = describe(SimpleNamespace(images=images))
    again = make_again(described, 0)
    assert again.images.image_ids.tolist() == images.image_ids.tolist()


def test_vectors_of_another_model_come_out_otherwise(values):
    other = SimpleNamespace(images=values.images, embeddings=encode_colors(values.images))
    with pytest.raises(NotMadeAgainError, match="'embeddings' come out otherwise"):
        make_again(describe(other), 0)


def test_what_a_lesson_has_of_its_own_cannot_be_made(values):
    own = SimpleNamespace(images=values.images, my_words=["a", "b"])
    with pytest.raises(NotMadeAgainError, match="'my_words' cannot be made from a description"):
        make_again(describe(own), 0)


@pytest.mark.parametrize(
    "images",
    [
        {"source": "folder", "n_images": 30},
        {"source": "storybook", "n_images": 10**9},
        {"source": "storybook", "n_images": 30},
        {"source": "storybook", "n_images": "<b>"},
        None,
    ],
)
def test_a_description_that_says_anything_is_refused_in_words(images):
    with pytest.raises(NotMadeAgainError, match=r"not on this machine|cannot be made"):
        make_again({"images": images}, 0)
