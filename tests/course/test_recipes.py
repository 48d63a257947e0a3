"""Values are made again from their description, or a reason is given."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from cliplab import (
    ClipEncoder,
    Embeddings,
    ImageSet,
    encode_colors,
    load_laboratory,
    load_pack,
    load_storybook,
    project,
    sweep_clusters,
)
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


def test_the_map_of_the_pack_is_taken_from_it_and_not_drawn_again(monkeypatch):
    pack = load_pack(STORYBOOK_PACK)
    values = SimpleNamespace(
        images=pack.images, embeddings=pack.embeddings, projection=pack.projection
    )
    described = describe(values)
    monkeypatch.delattr("cliplab.course.recipes.project")  # Another machine draws another one.
    again = make_again(described, 0)
    np.testing.assert_array_equal(again.projection.coordinates, pack.projection.coordinates)
    described["projection"]["perplexity"] = 5  # Of such a map it is not told how it looks.
    with pytest.raises(NotMadeAgainError):
        make_again(described, 0)


def test_a_storybook_of_another_seed_is_drawn_again():
    images = load_storybook(n_images=12, random_state=5)
    described = describe(SimpleNamespace(images=images))
    again = make_again(described, 0)
    assert again.images.image_ids.tolist() == images.image_ids.tolist()


def test_vectors_of_another_model_come_out_otherwise(values):
    other = SimpleNamespace(images=values.images, embeddings=encode_colors(values.images))
    with pytest.raises(NotMadeAgainError, match="'embeddings' of 'color histogram' cannot be made"):
        make_again(describe(other), 0)


def test_vectors_may_differ_in_their_last_digits_but_not_in_their_order():
    vectors = load_pack(STORYBOOK_PACK).embeddings.vectors.astype(np.float64)
    noisy = vectors + 1e-3 * np.random.default_rng(0).normal(size=vectors.shape)
    described = describe(SimpleNamespace(embeddings=Embeddings(noisy, "storybook")))
    assert make_again(described, 0).embeddings.shape == vectors.shape
    vectors = vectors[::-1]
    described = describe(SimpleNamespace(embeddings=Embeddings(vectors, "storybook")))
    with pytest.raises(NotMadeAgainError, match="'embeddings' come out otherwise"):
        make_again(described, 0)


def test_images_in_another_order_and_some_of_them_are_made_again(values):
    pack = load_pack(STORYBOOK_PACK)
    order = np.random.default_rng(3).permutation(len(pack.images))
    for rows in (order, order[:20], [7]):
        mine = SimpleNamespace(images=pack.images[rows], embeddings=pack.embeddings[rows])
        again = make_again(json.loads(json.dumps(describe(mine))), 3)
        assert again.images.image_ids.tolist() == mine.images.image_ids.tolist()
        np.testing.assert_array_equal(again.embeddings.vectors, mine.embeddings.vectors)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_vectors_are_encoded_again_as_they_were(precision):
    images = load_storybook(n_images=8, random_state=4)
    vectors = ClipEncoder("storybook", precision=precision).encode_images(images, store=False)
    again = make_again(describe(SimpleNamespace(images=images, embeddings=vectors)), 4).embeddings
    np.testing.assert_allclose(again.vectors, vectors.vectors, atol=1e-6)
    assert again.provenance["precision"] == precision


def test_images_with_ids_of_their_own_are_described_without_rows():
    images = load_pack(STORYBOOK_PACK).images[:3]
    own = images.dataset.remove_columns("image_id").add_column("image_id", ["a", "b-x", "c"])
    named = ImageSet(own, provenance=images.provenance)
    assert "rows" not in describe(SimpleNamespace(images=named))["images"]


def test_embeddings_without_their_images_are_those_of_the_pack():
    pack = load_pack(STORYBOOK_PACK)
    again = make_again(describe(SimpleNamespace(embeddings=pack.embeddings)), 0)
    np.testing.assert_array_equal(again.embeddings.vectors, pack.embeddings.vectors)
    half = SimpleNamespace(embeddings=pack.embeddings[:500])
    with pytest.raises(NotMadeAgainError, match="'embeddings' come out otherwise"):
        make_again(describe(half), 0)


@pytest.mark.parametrize(
    ("name", "numbers"), [("arc", {}), ("mixture", {"n_groups": 2, "separation": 6})]
)
def test_shapes_of_the_laboratory_are_drawn_again(name, numbers):
    shape = load_laboratory(name, n_images=60, random_state=5, **numbers)
    described = json.loads(json.dumps(describe(SimpleNamespace(mine=shape))))
    again = make_again(described, 5).mine
    np.testing.assert_array_equal(again.embeddings.vectors, shape.embeddings.vectors)
    np.testing.assert_array_equal(again.class_labels, shape.class_labels)
    with pytest.raises(NotMadeAgainError, match="'mine' come out otherwise"):
        make_again({"mine": described["mine"] | {"random_state": 6}}, 5)


def test_a_second_set_of_images_has_vectors_of_its_own_and_words_their_encoder():
    encoder = ClipEncoder("storybook")
    signed = load_storybook(n_images=8, random_state=2, painted_words=1.0)
    values = SimpleNamespace(
        images=load_storybook(n_images=8, random_state=2),
        encoder=encoder,
        signed_embeddings=encoder.encode_images(signed),
        signed_images=signed,
    )
    again = make_again(json.loads(json.dumps(describe(values))), 2)
    np.testing.assert_allclose(
        again.signed_embeddings.vectors, values.signed_embeddings.vectors, atol=1e-6
    )
    words = ["a red fish", "a boat"]
    np.testing.assert_allclose(
        again.encoder.encode_texts(words).vectors, encoder.encode_texts(words).vectors, atol=1e-6
    )
    with pytest.raises(NotMadeAgainError, match="the encoder 'ViT-B-32' is not on this machine"):
        make_again({"encoder": {"kind": "encoder", "model": "ViT-B-32", "pretrained": "x"}}, 0)


def test_what_a_lesson_has_of_its_own_cannot_be_made(values):
    own = SimpleNamespace(images=values.images, my_words=["a", "b"])
    with pytest.raises(NotMadeAgainError, match="'my_words' cannot be made from a description"):
        make_again(describe(own), 0)


@pytest.mark.parametrize(
    "images",
    [
        {"kind": "images", "source": "folder", "n_images": 30},
        {"kind": "images", "source": "storybook", "n_images": 10**9},
        {"kind": "images", "source": "storybook", "n_images": 30},
        {"kind": "images", "source": "storybook", "n_images": "<b>"},
        {"kind": "images", "source": "storybook", "rows": "3 <b>"},
        {"kind": "images", "source": "storybook", "rows": "0 1000000000"},
        {"kind": "images", "source": "storybook", "rows": ""},
        {"kind": "images", "source": "storybook", "rows": "-1"},
        {"kind": "laboratory", "name": "arc", "n_images": 10**9, "n_features": 64},
        {"kind": "laboratory", "name": "arc", "n_images": 9, "n_features": 64, "lesson": 1},
        {"kind": "exec"},
        {"source": "storybook"},
        None,
    ],
)
def test_a_description_that_says_anything_is_refused_in_words(images):
    with pytest.raises(NotMadeAgainError, match=r"not on this machine|cannot be made"):
        make_again({"images": images}, 0)


def test_a_description_cannot_ask_for_work_of_hours(values):
    far = describe(values)["images"] | {"rows": "7000"}
    with pytest.raises(NotMadeAgainError, match="`n_images` must be a whole number from 1 to 5000"):
        make_again({"images": far}, 0)
    shape = load_laboratory("arc", n_images=9)
    wide = describe(SimpleNamespace(arc=shape))["arc"] | {"n_features": 3000}
    with pytest.raises(NotMadeAgainError, match="`n_features` must be a whole number from 1 to 2"):
        make_again({"arc": wide}, 0)
