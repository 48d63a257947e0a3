from __future__ import annotations

import contextlib

import numpy as np
import pytest

from cliplab._core.tensor_file import read_tensors, tensor_file

_TENSORS = {"a": np.arange(12.0).reshape(3, 4), "b": np.array([1, 2], np.int32)}
_TEXTS = {"title": "three and two", "note": "ü"}


def _is_as_written(tensors, texts):
    return texts == _TEXTS and all(
        np.array_equal(tensors[name], array) and tensors[name].dtype == array.dtype
        for name, array in _TENSORS.items()
    )


def test_what_is_read_is_what_was_written():
    assert _is_as_written(*read_tensors(tensor_file(_TENSORS, _TEXTS)))


def test_arrays_are_written_whatever_the_order_of_their_axes_in_memory():
    content = tensor_file({"a": np.arange(6.0).reshape(2, 3).T}, {})
    np.testing.assert_array_equal(read_tensors(content)[0]["a"], [[0, 3], [1, 4], [2, 5]])


def test_no_changed_byte_gives_other_numbers_or_texts():
    content = tensor_file(_TENSORS, _TEXTS)
    for place in range(len(content)):
        for change in (1, 32, 255):
            damaged = bytearray(content)
            damaged[place] ^= change
            with contextlib.suppress(ValueError):
                tensors, texts = read_tensors(bytes(damaged))
                # A space of the header was changed, or the name of the checksum.
                assert _is_as_written(tensors, {name: texts[name] for name in _TEXTS}), place


def test_a_part_of_a_file_is_refused():
    content = tensor_file(_TENSORS, _TEXTS)
    for end in range(len(content)):
        with pytest.raises(ValueError, match="it is no safetensors file, or a part of one"):
            read_tensors(content[:end])


def test_a_file_of_another_program_is_read_without_a_checksum():
    import safetensors.numpy

    tensors, texts = read_tensors(safetensors.numpy.save(_TENSORS, metadata=_TEXTS))
    assert _is_as_written(tensors, texts)
