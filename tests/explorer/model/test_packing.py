"""Columns packed for the page: few bytes, and the same numbers on the other side."""

from __future__ import annotations

import numpy as np
import pytest

from cliplab.explorer.model.packing import pack


def test_each_column_follows_the_one_before_with_the_bytes_of_its_type():
    said, packed = pack({"a": np.array([1, 2, 3], np.int8), "b": np.array([4, 500], np.uint16)})
    assert said == [
        {"name": "a", "type": "i1", "length": 3, "scale": None},
        {"name": "b", "type": "u2", "length": 2, "scale": None},
    ]
    assert packed == bytes([1, 2, 3]) + np.array([4, 500], "<u2").tobytes()


def test_silhouettes_take_two_bytes_and_keep_four_digits():
    silhouettes = np.array([-1, -0.12345, 0, 0.5, 1, np.nan], np.float32)
    (said,), packed = pack({"silhouettes": silhouettes})
    numbers = np.frombuffer(packed, "<i2")
    assert len(packed) == 2 * len(silhouettes)
    np.testing.assert_allclose(numbers[:-1] * said["scale"], silhouettes[:-1], atol=2e-5)
    assert numbers[-1] == -32768  # What is not known.


def test_numbers_of_a_type_that_the_page_does_not_know_are_refused():
    with pytest.raises(KeyError, match="float64"):
        pack({"x": np.zeros(2)})
