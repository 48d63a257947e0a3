from __future__ import annotations

import shutil
from collections import Counter

import numpy as np
import pytest

from cliplab import ClipEncoder, load_storybook
from cliplab.embeddings.encoding import encode_all, encode_missing
from cliplab.embeddings.engines.local import LocalEngine
from cliplab.embeddings.inputs import FileImages, PillowImages, input_images
from cliplab.embeddings.store import EmbeddingStore


class _Backwards:
    """An engine whose vector of an image is its row, and which returns rows in reversed order."""

    device = "cpu"

    def __init__(self):
        self.encoded = []

    def encode(self, _images, rows, size):
        self.encoded = [row for row, _ in rows]
        for start in range(0, len(self.encoded), size):
            own = self.encoded[::-1][start : start + size]
            yield own, np.array([[row, 1] for row in own], dtype=np.float32)


class _Counted(FileImages):
    """Counts how often each file is read."""

    def __init__(self, images):
        super().__init__(images)
        self.n_read = Counter()

    def read(self, row):
        self.n_read[row] += 1
        return super().read(row)


@pytest.fixture(scope="module")
def images():
    return load_storybook(n_images=20)


def test_vectors_are_in_the_order_of_the_images_whatever_the_order_of_the_engine(images, tmp_path):
    inputs = input_images(images)
    np.testing.assert_array_equal(encode_all(_Backwards(), inputs, 3)[:, 0], np.arange(20))
    with EmbeddingStore(tmp_path, {"model": "by hand"}) as store:
        vectors = encode_missing(_Backwards(), inputs, 3, store)
    np.testing.assert_array_equal(vectors[:, 0], np.arange(20))


def test_only_images_that_the_store_does_not_have_are_encoded(images, tmp_path):
    engine = _Backwards()
    with EmbeddingStore(tmp_path, {"model": "by hand"}) as store:
        encode_missing(engine, input_images(images[5:10]), 3, store)
        encode_missing(engine, input_images(images), 3, store)
    assert engine.encoded == [*range(5), *range(10, 20)]


def test_each_file_is_read_once_to_find_and_to_encode_its_image(images, tmp_path):
    inputs = _Counted(images)
    engine = LocalEngine(ClipEncoder("storybook", device="cpu")._clip)
    with EmbeddingStore(tmp_path, {"model": "by hand"}) as store:
        encode_missing(engine, inputs, 8, store)
        assert set(inputs.n_read.values()) == {1}
        encode_missing(engine, inputs, 8, store)
    assert set(inputs.n_read.values()) == {2}


def test_vectors_that_are_removed_from_the_store_in_the_meantime_are_encoded_again(
    images, tmp_path
):
    class Removes(FileImages):
        def read(self, row):
            shutil.rmtree(tmp_path, ignore_errors=True)
            return super().read(row)

    with EmbeddingStore(tmp_path, {"model": "by hand"}) as store:
        encode_missing(_Backwards(), input_images(images[5:10]), 3, store)
        vectors = encode_missing(_Backwards(), Removes(images), 3, store)
    np.testing.assert_array_equal(vectors[:, 0], np.arange(20))


def test_images_are_an_image_set_or_a_list(images):
    assert isinstance(input_images(images), FileImages)
    assert isinstance(input_images(list(images)), PillowImages)
