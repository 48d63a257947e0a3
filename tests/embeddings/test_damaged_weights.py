"""Files that are no weights: each is refused with what it is, and none is run."""

from __future__ import annotations

import io
import pickle

import pytest
import torch
from safetensors import SafetensorError

from cliplab.embeddings.damaged_weights import DamagedWeightsError, bad_file_errors
from cliplab.embeddings.loading import load_network


class _Program:
    """What a file may hold that wants to be run."""

    def __reduce__(self):
        return print, ("it ran",)


def _saved(content):
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def _loaded(path):
    """Load a file as open_clip does."""
    network = torch.nn.Linear(3, 2)
    with bad_file_errors("Linear", str(path)):
        weights = torch.load(path, map_location="cpu", weights_only=True)
        next(iter(weights.items()))
        network.load_state_dict(weights)
    return network


_WHOLE = _saved(torch.nn.Linear(3, 2).state_dict())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><p>Log in", "it is a web page, perhaps the login page of a network"),
        (bytes(5000), "it has nothing but zeros at its beginning"),
        (_WHOLE[: len(_WHOLE) // 2], "it is torn, or no file of weights"),
        (_WHOLE[:-30], "it is torn, or no file of weights"),
        (bytes(range(1, 256)) * 20, "it is torn, or no file of weights|it holds more than weights"),
        (_saved([1, 2]), "it is torn, or no file of weights"),
        (_saved({}), "it is torn, or no file of weights"),
        (_saved({"other": torch.zeros(2)}), "Missing key"),
        (_saved(_Program()), "it holds more than weights, and cliplab runs no program"),
        (pickle.dumps(_Program()), "it holds more than weights, and cliplab runs no program"),
    ],
    # Bytes as names would differ from process to process, as torch saves them.
    ids=[
        "empty",
        "a page",
        "zeros",
        "half",
        "cut at the end",
        "other bytes",
        "a list",
        "no weights",
        "other weights",
        "a program in an archive",
        "a program",
    ],
)
@pytest.mark.parametrize("suffix", ["bin", "pt"])
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_file_that_is_no_weights_is_refused_with_what_it_is(
    tmp_path, capfd, content, words, suffix
):
    path = tmp_path / f"weights.{suffix}"
    path.write_bytes(content)
    must = (
        rf"`pretrained` must be an undamaged file with weights of Linear\. Got '{path}' instead: "
    )
    with pytest.raises(ValueError, match=f"{must}({words})") as error:
        _loaded(path)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__
    assert "weights_only" not in str(error.value)
    assert "it ran" not in capfd.readouterr().out


def test_whole_weights_are_loaded_and_other_errors_pass(tmp_path):
    path = tmp_path / "weights.pt"
    path.write_bytes(_WHOLE)
    assert _loaded(path).weight.shape == (2, 3)
    with pytest.raises(PermissionError, match="closed"), bad_file_errors("Linear", str(path)):
        raise PermissionError("closed")
    must = r"`model` must have undamaged weights that fit it\. Got 'Linear' instead"
    with pytest.raises(DamagedWeightsError, match=must), bad_file_errors("Linear", None):
        raise SafetensorError("incomplete metadata, file not fully covered")


@pytest.mark.parametrize(
    "error",
    [
        AttributeError("module 'timm' has no attribute 'layers'"),
        TypeError("load() got an unexpected keyword argument 'weights_only'"),
        RuntimeError("unable to mmap 605 bytes from file: Cannot allocate memory (12)"),
        ValueError("The Hub has a problem."),
    ],
)
def test_good_weights_are_kept_where_another_error_meets_their_network(
    monkeypatch, tmp_path, error
):
    path = tmp_path / "weights.pt"
    path.write_bytes(_WHOLE)

    def failing(*_, **__):
        raise error

    monkeypatch.setattr("cliplab.embeddings.weights.downloaded_files", lambda *_: [str(path)])
    monkeypatch.setattr("cliplab.embeddings.damaged_weights.downloaded_files", lambda *_: [path])
    monkeypatch.setattr("cliplab.embeddings.loading.require_weights", lambda *_: None)
    monkeypatch.setattr("open_clip.create_model", failing)
    for pretrained in ("laion2b_s34b_b79k", str(path)):
        with pytest.raises((ValueError, RuntimeError)) as raised:
            load_network("ViT-B-32", pretrained, torch.float32)
        assert not isinstance(raised.value, DamagedWeightsError)
        is_sentence = isinstance(error, ValueError | RuntimeError)
        assert (raised.value if is_sentence else raised.value.__cause__) is error
        assert str(error) in str(raised.value)
    assert path.read_bytes() == _WHOLE
