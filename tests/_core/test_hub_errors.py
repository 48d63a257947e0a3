"""What the Hub sends to its own libraries and to open_clip, here from this machine."""

from __future__ import annotations

import traceback
from pathlib import Path

import datasets
import numpy as np
import pytest
from huggingface_hub import try_to_load_from_cache
from loopback.open_images import jpeg
from loopback.server import nobody_there

from cliplab import ClipEncoder, fetch_hub_images, load_storybook
from cliplab._core.hub_errors import hub_errors, require_real_answer
from cliplab.embeddings.loading import STORYBOOK


def _model(hub, name):
    files = ("open_clip_config.json", "open_clip_model.safetensors")
    return hub.add(name, {file: (STORYBOOK / file).read_bytes() for file in files})


@pytest.mark.slow
def test_open_clip_loads_a_model_from_the_hub_by_its_name(hub):
    _model(hub, "school/small-clip")
    images = load_storybook(n_images=8)
    encoder = ClipEncoder("hf-hub:school/small-clip", device="cpu")
    ours = ClipEncoder("storybook", device="cpu")
    vectors = encoder.encode_images(images).vectors
    np.testing.assert_array_equal(vectors, ours.encode_images(images).vectors)
    texts = encoder.encode_texts(["a red fish"]).vectors
    np.testing.assert_array_equal(texts, ours.encode_texts(["a red fish"]).vectors)
    hub.server.fault = lambda path, times: "500"
    assert ClipEncoder("hf-hub:school/small-clip").model == "hf-hub:school/small-clip"


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("404", FileNotFoundError, "is not on the Hub|lacks a file"),
        ("403", PermissionError, "The Hub refuses the model"),
        ("429", ConnectionError, "asks us to wait"),
        ("503", ConnectionError, "has a problem"),
        ("reset", ConnectionError, "cannot be reached"),
        ("truncated", ConnectionError, "cannot be reached|is incomplete"),
    ],
)
def test_a_model_that_cannot_be_downloaded_is_an_error_in_one_sentence(
    hub, fault, kind, words, monkeypatch
):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    name = f"school/clip-{fault}"
    _model(hub, name)
    hub.server.fault = lambda path, times: fault if "resolve" in path else None
    with pytest.raises(kind, match=words):
        ClipEncoder(f"hf-hub:{name}")


def test_a_model_that_does_not_exist_is_an_error(hub):
    with pytest.raises(FileNotFoundError, match="The model hf-hub:school/none is not on the Hub"):
        ClipEncoder("hf-hub:school/none")


@pytest.mark.slow
def test_load_dataset_reads_from_the_small_hub_whole_and_as_a_stream(hub, tmp_path):
    """So that what is tested with it holds for the libraries that use the real one."""
    table = datasets.Dataset.from_dict({"image": [jpeg(i, 0) for i in range(6)]})
    table.cast_column("image", datasets.Image()).to_parquet(tmp_path / "train.parquet")
    hub.add("datasets/school/six", {"train.parquet": (tmp_path / "train.parquet").read_bytes()})
    whole = datasets.load_dataset("school/six", split="train")
    assert [image["image"].size for image in whole] == [(48, 32)] * 6
    stream = datasets.load_dataset("school/six", split="train", streaming=True)
    assert len(list(stream)) == 6


def test_any_status_of_a_host_will_do_and_no_answer_is_an_error_within_seconds(hub):
    hub.server.fault = lambda path, times: "403"
    require_real_answer()
    with nobody_there() as address, pytest.raises(ConnectionError, match="no connection"):
        require_real_answer(address)


def test_a_name_that_contains_gated_does_not_mean_a_gated_dataset(hub):
    with pytest.raises(FileNotFoundError, match="is not on the Hub"):
        fetch_hub_images("school/aggregated-photos")


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", bytes(900), None])
def test_weights_that_are_damaged_in_the_cache_are_fetched_anew_once_with_a_warning(hub, content):
    name = f"school/clip-damaged-{'cut' if content is None else len(content)}"
    _model(hub, name)
    ClipEncoder(f"hf-hub:{name}", device="cpu")
    path = Path(try_to_load_from_cache(name, "open_clip_model.safetensors"))
    whole = path.read_bytes()
    path.resolve().write_bytes(whole[:-50] if content is None else content)
    with pytest.warns(UserWarning, match="^Damaged in the cache, .*the weights of hf-hub:school"):
        ClipEncoder(f"hf-hub:{name}", device="cpu")
    again = Path(try_to_load_from_cache(name, "open_clip_model.safetensors"))
    assert again.read_bytes() == whole
    ClipEncoder(f"hf-hub:{name}", device="cpu")


def test_a_login_in_an_error_of_another_library_is_not_shown_and_neither_is_its_cause():
    def fail():
        raise TimeoutError("no answer from https://ada:s3cret@hub.school/api")

    with pytest.raises(ConnectionError, match=r"//hub\.school/api") as error, hub_errors("it"):
        fail()
    assert "s3cret" not in "".join(traceback.format_exception(error.value))
