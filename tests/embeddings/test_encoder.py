import copy
import io
import json
import shutil
import socket
import threading
from unittest.mock import Mock

import datasets
import numpy as np
import open_clip
import pytest
import torch
from loopback.server import nobody_there
from PIL import Image
from safetensors.torch import save_file

from cliplab import ClipEncoder, ImageSet, load_storybook
from cliplab.embeddings import loading
from cliplab.embeddings.loading import STORYBOOK


@pytest.fixture(scope="module")
def images():
    return load_storybook(n_images=40, random_state=5)


@pytest.fixture(scope="module")
def storybook():
    return ClipEncoder("storybook", device="cpu")


def _as_open_clip_does(images, texts):
    """Use open_clip directly, in float32, one image at a time."""
    name = f"local-dir:{STORYBOOK}"
    model, _, prepare = open_clip.create_model_and_transforms(name)
    model.eval()
    with torch.no_grad():
        vectors = torch.cat([model.encode_image(prepare(image)[None]) for image in images])
        words = model.encode_text(open_clip.get_tokenizer(name)(texts))
    unit = torch.nn.functional.normalize
    return unit(vectors, dim=-1).numpy(), unit(words, dim=-1).numpy()


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_vectors_are_open_clip_s_own(images, precision):
    ours = ClipEncoder("storybook", device="cpu", precision=precision)
    theirs, words = _as_open_clip_does(images, ["a red fish", "the sea"])
    close = {"float32": 1e-4, "bfloat16": 3e-2}[precision]
    np.testing.assert_allclose(ours.encode_images(images).vectors, theirs, atol=close)
    np.testing.assert_allclose(
        ours.encode_texts(["a red fish", "the sea"]).vectors, words, atol=close
    )


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_16_bits_keep_nearly_all_neighbours(images, precision):
    found = []
    for each in ("float32", precision):
        ours = ClipEncoder("storybook", device="cpu", precision=each)
        assert (ours.precision, next(ours._clip.network.parameters()).dtype) == (
            each,
            getattr(torch, each),
        )
        vectors = ours.encode_images(images).vectors
        found.append(np.argsort(-vectors @ vectors.T, axis=1)[:, 1:6])
    shared = [len(set(a) & set(b)) / 5 for a, b in zip(*found, strict=True)]
    assert np.mean(shared) > 0.9


def test_a_vector_does_not_depend_on_the_other_images(storybook, images):
    together = storybook.encode_images(images).vectors
    alone = storybook.encode_images(images[[7]]).vectors
    np.testing.assert_array_equal(alone[0], together[7])


def test_rows_are_in_the_order_of_the_images_whatever_the_batch_size(storybook, images):
    one = storybook.encode_images(images, batch_size=3).vectors
    other = storybook.encode_images(images, batch_size=64).vectors
    np.testing.assert_allclose(one, other, atol=2e-2)
    assert ((one @ other.T).argmax(axis=1) == np.arange(len(images))).all()


def test_vectors_have_unit_length_and_a_provenance(storybook, images):
    embeddings = storybook.encode_images(images)
    np.testing.assert_allclose(np.linalg.norm(embeddings.vectors, axis=1), 1, atol=1e-6)
    assert embeddings.model == "storybook"
    assert embeddings.provenance["device"] == "cpu"
    assert embeddings.provenance["precision"] == storybook.precision
    assert "mean" in embeddings.provenance["preprocessing"]


def test_a_list_of_pillow_images_is_encoded_as_well(storybook, images):
    listed = storybook.encode_images([images[0], images[1]])
    np.testing.assert_array_equal(listed.vectors, storybook.encode_images(images[:2]).vectors)


@pytest.mark.slow
def test_an_untrained_model_is_the_same_each_time_without_a_warning(caplog):
    first, second = (ClipEncoder("RN50", pretrained=None, device="cpu") for _ in range(2))
    weight = "visual.conv1.weight"
    assert torch.equal(
        first._clip.network.state_dict()[weight], second._clip.network.state_dict()[weight]
    )
    assert "untrained" in repr(first)
    assert caplog.records == []


@pytest.mark.slow
def test_the_storybook_s_network_can_be_untrained_too(storybook, images, caplog):
    first = ClipEncoder("storybook", pretrained=None, device="cpu")
    torch.rand(1)  # Other random numbers make no difference.
    second = ClipEncoder("storybook", pretrained=None, device="cpu")
    vectors = first.encode_images(images).vectors
    np.testing.assert_array_equal(vectors, second.encode_images(images).vectors)
    assert vectors.shape == storybook.encode_images(images).vectors.shape
    # These are not the trained network's vectors, and not from its store.
    assert np.abs(vectors - storybook.encode_images(images).vectors).max() > 0.1
    assert first._clip.preprocessing.made_by == storybook._clip.preprocessing.made_by
    assert repr(first).startswith("ClipEncoder('storybook', untrained)")
    assert first.encode_images(images).provenance["pretrained"] == "None"
    assert caplog.records == []


def test_the_storybook_has_its_own_weights_whatever_is_named(storybook):
    assert ClipEncoder("storybook", "openai", device="cpu").pretrained == "storybook"
    assert storybook.pretrained == "storybook"


def test_preprocessing_depends_on_the_weights_and_not_on_the_architecture(
    tmp_path, monkeypatch, images
):
    """As in open_clip's issue 1068, where means and sizes were those of other weights."""
    other = tmp_path / "other"
    shutil.copytree(STORYBOOK, other)
    config = json.loads((other / "open_clip_config.json").read_text())
    config["preprocess_cfg"] |= {"mean": [0.5] * 3, "std": [0.25] * 3, "resize_mode": "squash"}
    (other / "open_clip_config.json").write_text(json.dumps(config))
    monkeypatch.setattr(loading, "STORYBOOK", other)
    preprocessing = ClipEncoder("storybook", device="cpu")._clip.preprocessing
    prepared = preprocessing.normalize(preprocessing.prepare(Image.new("RGB", (90, 30), "white")))
    np.testing.assert_allclose(prepared.numpy(), np.full((3, 64, 64), 2.0), atol=1e-6)


class _SmallMemory(torch.nn.Module):
    """A network on a device whose memory holds a few images only."""

    def __init__(self, network, holds):
        super().__init__()
        self.network, self.visual, self.holds, self.sizes = network, network.visual, holds, []

    def encode_image(self, batch):
        self.sizes.append(len(batch))
        if len(batch) > self.holds:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return self.network.encode_image(batch)


@pytest.mark.slow
def test_a_batch_that_does_not_fit_is_halved_and_tried_again(images):
    ours = ClipEncoder("storybook", device="cpu")
    expected = ours.encode_images(images, store=False).vectors
    ours._clip.network = _SmallMemory(ours._clip.network, holds=5)
    vectors = ours.encode_images(images, batch_size=16, store=False).vectors
    np.testing.assert_allclose(vectors, expected, atol=2e-2)
    assert {16, 8, 4} == set(ours._clip.network.sizes)


def test_if_not_even_one_image_fits_the_error_says_what_to_do(images):
    ours = ClipEncoder("storybook", device="cpu")
    ours._clip.network = _SmallMemory(ours._clip.network, holds=0)
    with pytest.raises(MemoryError, match="Not even one image fits into the memory of cpu"):
        ours.encode_images(images, store=False)


def test_another_error_of_the_device_is_not_taken_for_a_full_memory(images, monkeypatch):
    ours = ClipEncoder("storybook", device="cpu")
    fault = RuntimeError("CUDA error: device-side assert triggered")
    monkeypatch.setattr(ours._clip.network, "encode_image", Mock(side_effect=fault))
    with pytest.raises(RuntimeError, match="device-side assert"):
        ours.encode_images(images)


def test_an_image_that_cannot_be_read_is_named(storybook, images):
    buffer = io.BytesIO()
    images[0].save(buffer, format="PNG")
    files = [buffer.getvalue(), buffer.getvalue()[:200]]
    table = datasets.Dataset.from_dict(
        {
            "image": [{"bytes": file, "path": None} for file in files],
            "image_id": ["whole", "torn"],
        },
        features=datasets.Features(
            {"image": datasets.Image(), "image_id": datasets.Value("string")}
        ),
    )
    with pytest.raises(ValueError, match="The image torn is damaged"):
        storybook.encode_images(ImageSet(table))


def test_no_images_and_no_texts_are_refused(storybook):
    with pytest.raises(ValueError, match="`images` must hold at least one image"):
        storybook.encode_images([])
    with pytest.raises(ValueError, match="`texts` must be a list of at least one text"):
        storybook.encode_texts([])
    with pytest.raises(ValueError, match=r"`texts` must be a list .* Got 'a fish' instead"):
        storybook.encode_texts("a fish")


def test_an_unknown_name_is_refused_with_similar_ones():
    with pytest.raises(ValueError, match=r"`model` must be one of 'ViT-B-32'.* Got 'ViT-B-33'"):
        ClipEncoder("ViT-B-33")
    with pytest.raises(ValueError, match=r"`pretrained` must be one of 'laion2b_e16', .*or None"):
        ClipEncoder("ViT-B-32", "laion2b")


@pytest.mark.parametrize(
    "arguments", [("ViT-B-32",), ("ViT-B-32", "openai"), ("hf-hub:somebody/something",)]
)
def test_without_a_hub_the_error_names_the_offline_way(arguments, monkeypatch):
    with nobody_there() as address:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        words = r"cannot be reached .*ClipEncoder\(\"storybook\"\)"
        with pytest.raises(ConnectionError, match=words):
            ClipEncoder(*arguments)


@pytest.mark.slow
def test_a_hub_that_does_not_answer_is_given_up_in_time(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setattr("cliplab._core.connections._SECONDS_TO_ANSWER", 0.2)
        done = threading.Event()

        def ask():
            with pytest.raises(ConnectionError, match=r"slower than 0\.2 s|no answer in time"):
                ClipEncoder("ViT-B-32")
            done.set()

        asker = threading.Thread(target=ask, daemon=True)
        asker.start()
        assert done.wait(timeout=60)


def test_offline_mode_is_respected(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConnectionError, match="HF_HUB_OFFLINE is set"):
        ClipEncoder("ViT-B-32")


@pytest.fixture(scope="module")
def small_networks():
    """RN50, for images and texts, with weights that differ from those it has untrained."""
    torch.manual_seed(1)
    return open_clip.create_model("RN50", load_weights=False).eval()


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
def test_weights_from_a_file_equal_open_clip_s_and_need_no_hub(
    tmp_path, small_networks, suffix, precision, caplog
):
    path, theirs = tmp_path / f"weights.{suffix}", small_networks.state_dict()
    save_file(theirs, path) if suffix == "safetensors" else torch.save(theirs, path)
    ours = ClipEncoder("RN50", str(path), device="cpu", precision=precision)._clip.network
    network = copy.deepcopy(small_networks).to(getattr(torch, precision))
    assert ours.state_dict().keys() == theirs.keys()
    for (name, mine), yours in zip(ours.named_buffers(), network.buffers(), strict=True):
        assert torch.equal(mine, yours), name  # The mask of the texts among them, in no file.
    for (name, mine), yours in zip(ours.named_parameters(), network.parameters(), strict=True):
        assert torch.equal(mine, yours), name
    assert not ours.training
    assert caplog.records == []


@pytest.mark.slow
def test_open_clip_loads_weights_with_other_names(tmp_path, small_networks):
    path = tmp_path / "weights.safetensors"
    named = {f"module.{name}": tensor for name, tensor in small_networks.state_dict().items()}
    save_file(named, path)
    ours = ClipEncoder("RN50", str(path), device="cpu", precision="float32")._clip.network
    assert torch.equal(ours.visual.conv1.weight, small_networks.visual.conv1.weight)


@pytest.mark.slow
def test_a_network_from_a_file_encodes_images_and_texts(tmp_path, images):
    path = tmp_path / "weights.safetensors"
    model = open_clip.create_model("ViT-S-32", load_weights=False).eval()
    save_file(model.state_dict(), path)
    ours = ClipEncoder("ViT-S-32", str(path), device="cpu", precision="float32")
    untouched = ClipEncoder("ViT-S-32", None, device="cpu", precision="float32")
    with torch.no_grad():
        tokens = open_clip.get_tokenizer("ViT-S-32")(["a fish"])
        text = torch.nn.functional.normalize(model.encode_text(tokens), dim=-1).numpy()
    np.testing.assert_allclose(ours.encode_texts(["a fish"]).vectors, text, atol=1e-5)
    assert np.abs(untouched.encode_texts(["a fish"]).vectors - text).max() > 0.01
    assert ours.encode_images(images[:2]).vectors.shape == (2, text.shape[1])


def test_another_precision_than_three_is_refused():
    words = r"`precision` must be one of 'float32', 'bfloat16', 'float16'\. Got 'half' instead"
    with pytest.raises(ValueError, match=words):
        ClipEncoder("storybook", precision="half")


@pytest.mark.slow
def test_vectors_of_another_precision_are_stored_apart(storybook, images, tmp_path):
    for precision in ("float32", "bfloat16"):
        ours = ClipEncoder("storybook", device="cpu", precision=precision)
        stored = ours.encode_images(images, store=tmp_path).vectors
        np.testing.assert_array_equal(stored, ours.encode_images(images, store=False).vectors)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, "8"])
def test_a_batch_size_that_is_not_a_positive_whole_number_is_refused(images, batch_size):
    words = f"`batch_size` must be a whole number of at least 1. Got {batch_size!r} instead"
    with pytest.raises(ValueError, match=words):
        ClipEncoder("storybook").encode_images(images, batch_size=batch_size)


@pytest.mark.parametrize(
    ("given", "kind"), [(None, "None"), (["a.jpg"], "str"), (np.eye(3), "ndarray")]
)
def test_arguments_that_are_not_images_are_refused_before_anything_is_encoded(given, kind):
    with pytest.raises(
        TypeError, match=f"an ImageSet, .*, or a list of images, .* Got {kind} inst"
    ):
        ClipEncoder("storybook").encode_images(given)


def test_a_device_that_is_not_available_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"`device` must be 'cpu', 'cuda' or 'mps'. Got 'gpu' in"):
        ClipEncoder("storybook", device="gpu")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match=r"Got 'cuda' instead, of which there is none here"):
            ClipEncoder("storybook", device="cuda")


def test_a_model_that_is_not_a_name_is_refused():
    with pytest.raises(ValueError, match=r"`model` must be a text\. Got 5 instead"):
        ClipEncoder(5)
    with pytest.raises(ValueError, match="must be one of 'ViT-B-32', 'storybook', "):
        ClipEncoder("qqqq")


@pytest.mark.slow
def test_a_file_of_weights_that_is_damaged_or_of_another_model_is_named(tmp_path):
    other, torn = tmp_path / "other.safetensors", tmp_path / "torn.safetensors"
    save_file({"visual.proj": torch.zeros(3, 5)}, other)
    torn.write_bytes(other.read_bytes()[:40])
    for path in (other, torn):
        with pytest.raises(ValueError, match=rf"with weights of RN50\. Got '{path}' instead: "):
            ClipEncoder("RN50", str(path), "cpu")
