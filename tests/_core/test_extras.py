"""What an extra brings, and what is said where it is not installed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hidden import hiding

from cliplab import ClipEncoder, explore, load_storybook
from cliplab._core.device import best_device, gpu_for
from cliplab._core.extras import EXTRAS, has_extra, missing_of, pip_line, require_extra
from cliplab.embeddings.text_encoder import StorybookTextEncoder

NEEDS = r'needs torch, torchvision and open_clip: pip install "cliplab\[clip\]", or open images'


@pytest.fixture
def without_clip(monkeypatch):
    for name in EXTRAS["clip"]:
        monkeypatch.setitem(sys.modules, name, None)


def test_what_is_missing_is_named_with_the_pip_line(monkeypatch):
    assert has_extra("clip")
    require_extra("clip", "Encoding")
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert missing_of("clip") == ["torchvision"]
    with pytest.raises(ImportError, match=r'^Encoding needs torchvision: pip install "cliplab\[cl'):
        require_extra("clip", "Encoding")
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(ImportError, match=r"torchvision and open_clip: .*, or open a pack\.$"):
        require_extra("clip", "Encoding", "open a pack")
    assert pip_line("large", "umap") == 'pip install "cliplab[large,umap]"'


@pytest.mark.parametrize("model", ["ViT-B-32", "storybook"])
def test_an_encoder_names_the_pip_line(without_clip, model):
    with pytest.raises(ImportError, match=rf"^ClipEncoder\('{model}'\) {NEEDS}"):
        ClipEncoder(model)


def test_what_encodes_in_one_call_names_the_pip_line(monkeypatch):
    images = load_storybook(n_images=5)  # datasets has torch already, unlike where there is none.
    monkeypatch.setattr("cliplab._core.extras.missing_of", lambda extra: [*EXTRAS[extra]])
    with pytest.raises(ImportError, match=NEEDS):
        explore(images)


def test_without_torch_the_processor_is_the_device(without_clip):
    assert best_device() == "cpu"
    assert gpu_for(1e15) is None


def test_without_torch_texts_are_encoded(without_clip):
    assert StorybookTextEncoder().encode_texts(["a red fish"]).vectors.shape == (1, 128)


@pytest.mark.slow
def test_every_public_name_and_the_readme_s_ten_lines_work_without_torch():
    """In a process of its own, in which datasets too sees that torch is not installed."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (ten_lines,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    code = f"""
{hiding([*EXTRAS["clip"], "timm"])}
import cliplab, datasets
from cliplab import course
assert not datasets.config.TORCH_AVAILABLE
for module in (cliplab, course):
    for name in module.__all__:
        getattr(module, name)
{ten_lines}
print(explorer.agreement())
"""
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=300, capture_output=True, text=True
    )
    assert run.stdout.startswith("Commit to a k first")
