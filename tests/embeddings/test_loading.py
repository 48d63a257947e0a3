from __future__ import annotations

import json

import open_clip
import pytest
import torch
from safetensors.torch import save_file

from cliplab import ClipEncoder, load_storybook
from cliplab.embeddings.loading import load_network

_TOWER = {"width": 16, "heads": 2, "layers": 1}
_TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "patch_size": 16, "head_width": 8, "width": 16, "layers": 1},
    "text_cfg": {"context_length": 8, "vocab_size": 49408, **_TOWER},
}


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Give open_clip a small model, with weights under a name that says what they need."""

    def with_weights(quick_gelu, ending):
        configs = tmp_path / "tiny-of-a-test.json"
        configs.write_text(json.dumps(_TINY))
        open_clip.add_model_config(configs)
        network = open_clip.create_model("tiny-of-a-test", force_quick_gelu=quick_gelu)
        path = tmp_path / f"weights{ending}"
        if ending == ".safetensors":
            save_file(network.state_dict(), path)
        else:
            torch.save(network.state_dict(), path)
        known = {"ours": {"url": "https://example.org/weights", "quick_gelu": quick_gelu}}
        monkeypatch.setitem(open_clip.pretrained._PRETRAINED, "tiny-of-a-test", known)
        for module in (open_clip, open_clip.factory):
            monkeypatch.setattr(module, "download_pretrained", lambda *_, **__: str(path))
        monkeypatch.setattr("cliplab.embeddings.loading.require_weights", lambda *_: None)
        return network.eval()

    yield with_weights
    open_clip.factory._MODEL_CONFIGS.pop("tiny-of-a-test", None)


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
@pytest.mark.parametrize("quick_gelu", [True, False])
def test_a_network_has_the_activation_that_its_weights_were_trained_with(tiny, quick_gelu, ending):
    expected = tiny(quick_gelu, ending)
    network = load_network("tiny-of-a-test", "ours", torch.float32)
    pixels = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(network.encode_image(pixels), expected.encode_image(pixels))
    kinds = {type(module).__name__ for module in network.modules()}
    assert ("QuickGELU" in kinds) == quick_gelu


def test_vectors_with_another_activation_are_of_another_store(tiny):
    made_by = []
    for quick_gelu in (True, False):
        tiny(quick_gelu, ".safetensors")
        encoder = ClipEncoder("tiny-of-a-test", "ours", device="cpu", precision="float32")
        embeddings = encoder.encode_images(load_storybook(n_images=2), store=False)
        made_by.append(embeddings.provenance.get("activation"))
    assert made_by == ["QuickGELU", None]
