"""How much memory a lesson takes at its peak, and a thousand photographs on their way to vectors.

Usage: python benchmarks/memory.py [--reads 1000]

Each figure comes from a fresh process, which measures its peak (ru_maxrss) and, of its memory at
the end, how much is its own and how much are files that are mapped into it: programs and
weights, which the system can let go and read again. The lesson is notebooks/00_explore.ipynb with
the pack that ships with cliplab, run by nbclient in a kernel of its own: once as it is, and once
with every page used and every choice made, UMAP apart. The weights are random,
in files as they would be downloaded. The original study's way needs transformers (PYTHONPATH, or
`pip install --group bench`) and is left out where there is none.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measuring import image_set, in_fresh_process, photograph_paths

LESSON = Path(__file__).parents[1] / "notebooks" / "00_explore.ipynb"
BAR_LESSON_MB, BAR_PAGES_MB, BAR_ENCODING_MB = 400, 600, 1400
MODEL = "ViT-B-32"
MOVES = """\
before = [id(sweep[k]) for k in sweep.n_clusters]
for k in sweep.n_clusters:
    explorer.state.n_clusters = k
assert before == [id(explorer.sweep[k]) for k in sweep.n_clusters]"""
EVERY_PAGE = """\
from cliplab.explorer.widgets.pages import PAGES
state, session = explorer.state, explorer._session
state.selected, state.opened, state.pair, state.committed_k = range(50), 7, (0, 1), 8
for page in PAGES:
    state.page = page.name
state.query = "a red car"
session.evidence_task.gather()
state.perplexity = 50
for name, choices in (
    ("algorithm", session.options.algorithms),
    ("space", session.options.spaces),
    ("projection", session.options.projections),
    ("null_data", session.options.null_data),
):
    first = getattr(state, name)
    for choice in [each for each in choices if each != "umap"] + [first]:
        setattr(state, name, choice)"""
MEASURE = """\
import json, sys
sys.path.append({here!r})
from memory import held
print(json.dumps(held()))"""


def held() -> dict[str, Any]:
    """Return the memory of this process in MB, its peak, and whether torch is loaded."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    sizes = {
        name: int(rest.split()[0]) / 1024 for name, rest in (line.split(":") for line in lines)
    }
    return {
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "own": sizes["Anonymous"],
        "files": sizes["Rss"] - sizes["Anonymous"],
        "torch": "torch" in sys.modules,
    }


def lesson(*further: str) -> dict[str, Any]:
    """Run the first lesson, move k over all there is, go on with further cells, ask its kernel."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(LESSON, as_version=4)
    measure = MEASURE.format(here=str(Path(__file__).parent))
    notebook.cells += [nbformat.v4.new_code_cell(code) for code in (MOVES, *further, measure)]
    place = {"metadata": {"path": str(LESSON.parent)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
    found: dict[str, Any] = json.loads(notebook.cells[-1].outputs[0].text)
    return found


def write_weights(folder: Path) -> None:
    """Write random weights of one architecture as both sides read them."""
    import open_clip
    from safetensors.torch import save_file

    model = open_clip.create_model(MODEL, load_weights=False)
    save_file(model.state_dict(), folder / "weights.safetensors")
    if importlib.util.find_spec("transformers"):
        from transformers import CLIPConfig, CLIPModel

        CLIPModel(CLIPConfig()).save_pretrained(folder)


def encode(folder: Path, precision: str, n_reads: int) -> object:
    """Encode photographs as cliplab does; return everything that stays in memory."""
    from cliplab import ClipEncoder

    encoder = ClipEncoder(MODEL, str(folder / "weights.safetensors"), "cpu", precision=precision)
    return encoder, encoder.encode_images(image_set(photograph_paths(n_reads)), store=False)


def encode_one_at_a_time(folder: Path, n_reads: int) -> object:
    """Encode photographs as the original study did, which keeps all pixels in memory."""
    import torch
    from PIL import Image
    from transformers import CLIPImageProcessor, CLIPModel

    model, processor = CLIPModel.from_pretrained(folder), CLIPImageProcessor()
    results = []
    with torch.no_grad():
        for path in photograph_paths(n_reads):
            with Image.open(path) as image:
                pixels = processor(images=image.convert("RGB"), return_tensors="pt")
            results.append((pixels, model.get_image_features(**pixels)))
    return model, results


def held_by(work: Callable[..., object], *arguments: object) -> dict[str, Any]:
    """Do some work in a new Python, and return what that held."""
    return in_fresh_process(_held_after, work, arguments)


def _held_after(work: Callable[..., object], arguments: tuple[Any, ...]) -> dict[str, Any]:
    made = work(*arguments)
    sizes = held()
    del made  # Until here it counts.
    return sizes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=1000)
    n_reads = parser.parse_args().reads
    os.environ["OMP_NUM_THREADS"] = "1"
    found = {"the lesson from a pack": lesson(), "with every page used": lesson(EVERY_PAGE)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        in_fresh_process(write_weights, folder)
        for precision in ("bfloat16", "float32"):
            found[precision] = held_by(encode, folder, precision, n_reads)
        if importlib.util.find_spec("transformers"):
            found["one at a time"] = held_by(encode_one_at_a_time, folder, n_reads)
    print(f"{'MB':<24} {'peak':>7} {'own, at the end':>17} {'files, at the end':>19} torch")
    for side, sizes in found.items():
        print(
            f"{side:<24} {sizes['peak']:>7,.0f} {sizes['own']:>17,.0f} {sizes['files']:>19,.0f} "
            f"{'loaded' if sizes['torch'] else 'not loaded'}"
        )
    print(
        f"the lesson: {found['the lesson from a pack']['peak']:,.0f} MB (at most "
        f"{BAR_LESSON_MB:,}), with every page {found['with every page used']['peak']:,.0f} (at "
        f"most {BAR_PAGES_MB:,}); {n_reads:,} photographs with {MODEL}: "
        f"{found['bfloat16']['peak']:,.0f} MB in bfloat16, {found['float32']['peak']:,.0f} in "
        f"float32 (at most {BAR_ENCODING_MB:,})"
    )


if __name__ == "__main__":
    main()
