"""What works on this machine, and what to do about what does not."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cliplab._core.arguments import checked
from cliplab._core.cache import cache_folder
from cliplab._core.device import best_device, best_precision, n_cores
from cliplab._core.extras import EXTRAS, has_extra, missing_of, pip_line
from cliplab._core.html import render
from cliplab._core.hub_errors import require_real_answer
from cliplab._core.memory import free_memory
from cliplab._core.worker_threads import WorkerThreads
from cliplab.embeddings.weights import has_weights
from cliplab.sources.openimages.host import open_images_host

_MARKS = {"good": "✓", "note": "–", "bad": "✗"}
_COLORS = {"good": "#1a7f37", "note": "#767676", "bad": "#cf222e"}
_ENOUGH_MEMORY, _ENOUGH_DISK = 1.8e9, 2e9
# Images a second with ViT-B-32 on two server cores, as docs/performance.md has them.
_RATES = {"float32": 22, "bfloat16": 68}


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes
    ----------
    about : str
        What was checked.
    state : {"good", "note", "bad"}
        Whether it works; a lesson can do without what has a note.
    found : str
        What was found.
    advice : str
        What to do about it; empty where there is nothing to do.
    """

    about: str
    state: str
    found: str
    advice: str = ""


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """The result of `doctor`, as a table that can be copied into a question for help.

    Attributes
    ----------
    findings : tuple of Finding
        One for each check.
    """

    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether every lesson can run."""
        return all(finding.state != "bad" for finding in self.findings)

    def __repr__(self) -> str:
        lines = []
        for each in self.findings:
            lines.append(f"{_MARKS[each.state]} {each.about:<18} {each.found}")
            if each.advice:
                lines.append(f"  {'':<18} → {each.advice}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [(each, _MARKS[each.state], _COLORS[each.state]) for each in self.findings]
        return render("_core/templates/diagnosis.html", rows=rows)


@checked
def doctor() -> Diagnosis:
    """Check what works on this machine, and advise on what does not.

    The checks cover the notebook and its widgets, processor, memory and disk, and whether the
    hosts of models and images answer. They take some seconds and send no data.

    Returns
    -------
    Diagnosis
        A table with ✓ for what works, – for what a lesson can do without and ✗ for what has to
        be repaired, each with advice. `is_well` is False where there is a ✗.

    Examples
    --------
    >>> doctor().is_well
    True
    """
    checks: tuple[Callable[[], Finding], ...] = (
        _python,
        _clip,
        _front_end,
        _widgets,
        _bokeh,
        _matplotlib,
        _processor,
        _memory,
        _disk,
        _hub,
        _open_images,
        _weights,
        _extras,
    )
    with WorkerThreads(len(checks)) as pool:  # Some wait for hosts.
        return Diagnosis(tuple(pool.map(_checked, checks)))


def _checked(check: Callable[[], Finding]) -> Finding:
    """Run a check; where it fails itself, that is the finding."""
    try:
        return check()
    except Exception as error:
        name = check.__name__.strip("_").replace("_", " ").capitalize()
        reason = (str(error) or type(error).__name__).splitlines()[0]
        advice = "Install what is missing above."
        return Finding(name, "bad", f"cannot be checked: {reason}", advice)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    names = ("cliplab", "datasets", "scikit-learn")
    found = ", ".join(f"{name} {_version(name) or 'missing'}" for name in names)
    missing = [name for name in names if not _version(name)]
    advice = f"Install what is missing: pip install {' '.join(missing)}" if missing else ""
    return Finding("Python", "bad" if missing else "good", f"{version}, {found}", advice)


def _clip() -> Finding:
    if missing := missing_of("clip"):
        advice = f"Packs open without. To encode images: {pip_line('clip')}"
        return Finding("CLIP", "note", f"without {', '.join(missing)}", advice)
    names = ("torch", "torchvision", "open_clip_torch")
    return Finding("CLIP", "good", ", ".join(f"{name} {_version(name)}" for name in names))


def _front_end() -> Finding:
    if "ipykernel" not in sys.modules:
        advice = "Open a notebook to see the Explorer; everything else works here too."
        return Finding("Notebook", "note", "not in a notebook", advice)
    signs = {
        "Colab": "google.colab" in sys.modules,
        "VS Code": any(name.startswith("VSCODE") for name in os.environ),
        "Binder": "BINDER_SERVICE_HOST" in os.environ or "BINDER_REF_URL" in os.environ,
    }
    name = next((name for name, is_there in signs.items() if is_there), "Jupyter")
    return Finding("Notebook", "good", f"{name}, ipykernel {_version('ipykernel')}")


def _widgets() -> Finding:
    found = f"ipywidgets {_version('ipywidgets')}, jupyter_bokeh {_version('jupyter_bokeh')}"
    lab = _version("jupyterlab")
    if lab is None:
        advice = (
            "If the Explorer does not appear, install ipywidgets and jupyter_bokeh also where "
            "JupyterLab runs, and reload the page."
        )
        return Finding("Widgets", "note", f"{found}; JupyterLab runs elsewhere", advice)
    folder = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    needed = ("@jupyter-widgets/jupyterlab-manager", "@bokeh/jupyter_bokeh", "anywidget")
    missing = [name for name in needed if not (folder / name).is_dir()]
    if missing:
        advice = (
            "Run: pip install --force-reinstall ipywidgets jupyter_bokeh anywidget, and reload."
        )
        return Finding("Widgets", "bad", f"{found}; no {', '.join(missing)}", advice)
    return Finding("Widgets", "good", f"{found}, JupyterLab {lab}")


def _bokeh() -> Finding:
    version = _version("bokeh")
    package = importlib.util.find_spec("bokeh")
    folder = Path(package.origin or "").parent if package else Path()
    if not (folder / "server" / "static" / "js" / "bokeh.min.js").is_file():
        advice = "Run: pip install --force-reinstall bokeh"
        return Finding("BokehJS", "bad", f"bokeh {version}, without its scripts", advice)
    return Finding("BokehJS", "good", f"{version}, from this machine: no network is needed")


def _matplotlib() -> Finding:
    version = _version("matplotlib")
    if version is None:
        advice = "Figures can be seen but not saved as images. Run: pip install matplotlib"
        return Finding("matplotlib", "note", "missing", advice)
    return Finding("matplotlib", "good", f"{version}, for figures that are saved")


def _processor() -> Finding:
    if not has_extra("clip"):
        return Finding("Processor", "good", f"{n_cores()} cores")
    device = best_device()
    precision = best_precision(device)
    found = f"{n_cores()} cores; encoding on {device} in {precision}"
    if device == "cpu":
        advice = (
            f"In {precision} ViT-B-32 encodes about {_RATES[precision]} images a second on two "
            "server cores; larger models need a GPU."
        )
        return Finding("Processor", "note", found, advice)
    return Finding("Processor", "good", found)


def _memory() -> Finding:
    free = free_memory()
    if free is None:
        return Finding("Memory", "note", "unknown on this system")
    found = f"{free / 1e9:.1f} GB free"
    if free < _ENOUGH_MEMORY:
        advice = "Restart other kernels, use fewer images, or open a pack: it needs no torch."
        return Finding("Memory", "note", found, advice)
    return Finding("Memory", "good", found)


def _disk() -> Finding:
    try:
        folder = cache_folder()
    except OSError as error:
        return Finding("Disk", "bad", "this user has no home folder", str(error))
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:.1f} GB free for {folder}"
    if not os.access(there, os.W_OK):
        advice = "Set CLIPLAB_CACHE to a folder that you may write to."
        return Finding("Disk", "bad", f"{folder} cannot be written to", advice)
    if free < _ENOUGH_DISK:
        advice = "1,000 photographs and a model need about 1 GB. Set CLIPLAB_CACHE to another disk."
        return Finding("Disk", "note", found, advice)
    return Finding("Disk", "good", found)


def _hub() -> Finding:
    advice = "Downloaded models and packs work without it; load_storybook() needs no network."
    return _answering("Hugging Face Hub", None, advice)


def _open_images() -> Finding:
    advice = "fetch_open_images() needs it for new images; fetch_pack() does not."
    return _answering("Open Images", open_images_host().class_names, advice)


def _answering(about: str, address: str | None, advice: str) -> Finding:
    try:
        require_real_answer(address)
    except ConnectionError as error:
        return Finding(about, "note", f"cannot be reached ({error})", advice)
    return Finding(about, "good", "answers")


def _weights() -> Finding:
    if not has_extra("clip"):
        return Finding("Weights", "note", "storybook is here", f"To use them: {pip_line('clip')}")
    if has_weights("ViT-B-32", "laion2b_s34b_b79k"):
        return Finding("Weights", "good", "storybook and ViT-B-32 are here")
    advice = 'ClipEncoder("ViT-B-32") fetches 0.6 GB once, where there is a network.'
    return Finding("Weights", "note", "storybook is here, ViT-B-32 is not yet", advice)


def _extras() -> Finding:
    missing = [extra for extra in EXTRAS if extra not in ("clip", "lab") and not has_extra(extra)]
    if not missing:
        return Finding("Extras", "good", "numba, openTSNE, Ray, UMAP")
    advice = f"For more images, machines and maps: {pip_line(*missing)}"
    return Finding("Extras", "note", f"without {', '.join(missing)}", advice)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
