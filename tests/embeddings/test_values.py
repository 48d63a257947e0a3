from __future__ import annotations

import datasets
import numpy as np
import pytest
import safetensors.numpy
from sklearn.cluster import KMeans

from cliplab import Embeddings, load_embeddings


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(20, 6))


def test_rows_are_scaled_to_unit_length_and_keep_their_direction(vectors):
    embeddings = Embeddings(vectors)
    assert embeddings.vectors.dtype == np.float32
    expected = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(embeddings.vectors, expected, atol=1e-6)


def test_wrapping_twice_or_in_portions_changes_no_bit(vectors):
    once = Embeddings(vectors)
    np.testing.assert_array_equal(Embeddings(once.vectors).vectors, once.vectors)
    np.testing.assert_array_equal(once[3:5].vectors, once.vectors[3:5])


def test_a_part_has_the_model_and_provenance_of_the_whole(vectors):
    embeddings = Embeddings(vectors, model="by hand", provenance={"device": "head"})
    part = embeddings[[4, 1]]
    np.testing.assert_array_equal(part.vectors, embeddings.vectors[[4, 1]])
    assert (part.model, part.provenance["device"]) == ("by hand", "head")
    assert len(embeddings[7]) == 1


def test_scikit_learn_takes_embeddings(vectors):
    fitted = KMeans(3, n_init=1, random_state=0).fit(Embeddings(vectors))
    assert fitted.cluster_centers_.shape == (3, 6)


def test_embeddings_are_read_only(vectors):
    embeddings = Embeddings(vectors)
    with pytest.raises(ValueError, match="read-only"):
        embeddings.vectors[0, 0] = 1
    with pytest.raises(TypeError, match="does not support item assignment"):
        embeddings.provenance["device"] = "cpu"


def test_embeddings_share_no_memory_with_the_array_they_wrap(vectors):
    embeddings = Embeddings(vectors)
    before = embeddings.vectors.copy()
    vectors[:] = 1
    np.testing.assert_array_equal(embeddings.vectors, before)


@pytest.mark.parametrize("flaw", [0.0, np.nan, np.inf])
def test_a_row_without_a_direction_is_refused_with_its_number(vectors, flaw):
    vectors[7] = flaw
    with pytest.raises(ValueError, match=r"finite and not zero. Got 1 such rows .* the first at 7"):
        Embeddings(vectors)


@pytest.mark.parametrize("shape", [(4,), (0, 3), (2, 3, 4)])
def test_an_array_that_is_not_two_dimensional_is_refused(shape):
    with pytest.raises(ValueError, match=r"`vectors` must be an array of shape \(n_images"):
        Embeddings(np.ones(shape))


def test_embeddings_that_are_saved_load_equal_to_the_last_bit(tmp_path):
    vectors = np.asfortranarray(np.random.default_rng(0).normal(size=(30, 7)))
    embeddings = Embeddings(vectors, "by hand", {"precision": "float32"})
    embeddings.save(tmp_path / "some" / "vectors.safetensors")
    again = load_embeddings(tmp_path / "some" / "vectors.safetensors")
    np.testing.assert_array_equal(again.vectors, embeddings.vectors)
    assert (again.model, dict(again.provenance)) == ("by hand", {"precision": "float32"})


def test_a_file_of_another_kind_or_a_damaged_one_is_refused(tmp_path):
    path = tmp_path / "vectors.safetensors"
    with pytest.raises(FileNotFoundError, match="`path` must be a file"):
        load_embeddings(path)
    safetensors.numpy.save_file({"weights": np.zeros(3)}, path)
    with pytest.raises(ValueError, match="must be an undamaged file that `Embeddings"):
        load_embeddings(path)
    Embeddings(np.eye(3)).save(path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ValueError, match="must be an undamaged file that `Embeddings"):
        load_embeddings(path)


@pytest.mark.proof
def test_a_file_with_a_changed_byte_is_refused_or_gives_the_same_vectors(tmp_path, proof):
    chances, path = np.random.default_rng(0), tmp_path / "vectors.safetensors"
    embeddings = Embeddings(chances.normal(size=(40, 8)), "by hand", {"precision": "float32"})
    embeddings.save(path)
    content = path.read_bytes()
    for place in chances.integers(len(content), size=proof(200, 5000, "flips of one saved file")):
        changed = bytearray(content)
        changed[place] ^= chances.integers(1, 256)
        path.write_bytes(changed)
        try:
            found = load_embeddings(path)
        except ValueError as error:
            if not str(error).startswith("`path` must be an undamaged file"):
                raise
        else:
            np.testing.assert_array_equal(found.vectors, embeddings.vectors)
            assert (found.model, found.provenance) == ("by hand", embeddings.provenance)


def test_what_is_in_a_file_and_is_no_embeddings_is_refused_in_a_sentence(tmp_path):
    path, one = tmp_path / "vectors.safetensors", {"vectors": np.eye(3)}
    for provenance in ("5", "[1]", "nothing", "[" * 10_000, '{"a": 1}'):
        safetensors.numpy.save_file(one, path, {"model": "by hand", "provenance": provenance})
        with pytest.raises(ValueError, match="must be an undamaged file that `Embeddings"):
            load_embeddings(path)
    for vectors in (np.zeros((2, 3)), np.full((2, 3), np.nan), np.ones(4), np.ones((0, 3))):
        texts = {"model": "by hand", "provenance": "{}"}
        safetensors.numpy.save_file({"vectors": vectors}, path, texts)
        with pytest.raises(ValueError, match="must be an undamaged file that `Embeddings"):
            load_embeddings(path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw bytes:DeprecationWarning")
def test_embeddings_that_are_published_are_fetched_equal_to_the_last_bit(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_for_the_small_hub")
    vectors = np.random.default_rng(0).normal(size=(30, 7))
    embeddings = Embeddings(vectors, "by hand", {"precision": "float32"})
    embeddings.to_hub("me/vectors")
    again = Embeddings.from_hub("me/vectors")
    np.testing.assert_array_equal(again.vectors, embeddings.vectors)
    assert (again.model, dict(again.provenance)) == ("by hand", {"precision": "float32"})


@pytest.mark.slow
def test_a_dataset_of_another_kind_is_refused(hub, tmp_path):
    datasets.Dataset.from_dict({"word": ["a"]}).to_parquet(tmp_path / "train.parquet")
    hub.add("datasets/me/words", {"train.parquet": (tmp_path / "train.parquet").read_bytes()})
    with pytest.raises(ValueError, match="`name` must be a dataset that `to_hub` has published"):
        Embeddings.from_hub("me/words")


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"provenance": ["made by hand"] * 2},
        {"provenance": ["5"] * 2},
        {"provenance": [5] * 2},
        {"provenance": ["[" * 100_000] * 2},
        {"vector": [[1.0, 0.0], [1.0]]},
        {"vector": [["a"], ["b"]]},
    ],
    ids=lambda change: str(change)[:30],
)
def test_vectors_that_a_stranger_has_published_are_refused_in_a_sentence(hub, tmp_path, change):
    rows = {"vector": [[1.0, 0.0], [0.0, 1.0]], "model": ["by hand"] * 2, "provenance": ["{}"] * 2}
    datasets.Dataset.from_dict(rows | change).to_parquet(tmp_path / "train.parquet")
    hub.add("datasets/me/odd", {"train.parquet": (tmp_path / "train.parquet").read_bytes()})
    with pytest.raises(ValueError, match=r"^`name` must be a dataset that `to_hub` has published"):
        Embeddings.from_hub("me/odd")


def test_portions_are_all_rows_in_their_order(vectors):
    embeddings = Embeddings(vectors)
    portions = list(embeddings.portions(8))
    assert [len(portion) for portion in portions] == [8, 8, 4]
    np.testing.assert_array_equal(np.vstack(portions), embeddings.vectors)
    with pytest.raises(ValueError, match=r"`size` must be a whole number of at least 1\. Got 0"):
        next(embeddings.portions(0))


def test_a_table_has_a_row_for_each_image_and_a_column_for_each_feature(vectors):
    embeddings = Embeddings(vectors)
    np.testing.assert_array_equal(embeddings.to_pandas().to_numpy(), embeddings.vectors)


def test_a_notebook_shows_how_embeddings_were_made_and_escapes_it(vectors):
    shown = Embeddings(vectors, "<b>", {"precision": "<script>"})._repr_html_()
    assert "Embeddings of 20 rows with 6 features, made by &lt;b&gt;" in shown
    assert "<td" in shown
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


def test_the_repr_of_centered_vectors_says_so():
    embeddings = Embeddings([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], model="an example")
    assert repr(embeddings.centered()) == f"{embeddings!r}, centered"
