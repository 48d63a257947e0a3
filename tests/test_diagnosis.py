from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest
from loopback.server import Answer, Server, nobody_there

from cliplab import doctor
from cliplab.diagnosis import Diagnosis, Finding


def _found(diagnosis, about):
    return next(each for each in diagnosis.findings if each.about == about)


def test_all_is_well_where_everything_is_installed(hub):
    diagnosis = doctor()
    assert diagnosis.is_well
    assert len(diagnosis.findings) >= 11
    for finding in diagnosis.findings:
        assert finding.found
        assert (finding.state == "good") == (finding.advice == "") or finding.state == "note"
        assert finding.found in repr(diagnosis)
    assert _found(diagnosis, "Hugging Face Hub").state == "good"
    assert "from this machine" in _found(diagnosis, "BokehJS").found


def test_hosts_that_do_not_answer_are_named_with_what_works_without_them(monkeypatch):
    with nobody_there() as address:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", address)
        diagnosis = doctor()
    for about, words in (("Hugging Face Hub", "load_storybook()"), ("Open Images", "fetch_pack()")):
        finding = _found(diagnosis, about)
        assert finding.state == "note"
        assert "cannot be reached" in finding.found
        assert words in finding.advice
    assert diagnosis.is_well


@pytest.mark.parametrize("root", [b"<html>Index of /", b"<?xml version='1.0'?><ListBucketResult>"])
def test_a_mirror_may_have_a_page_at_its_root_and_a_login_page_is_one_everywhere(
    hub, monkeypatch, root
):
    def answer(request):
        return Answer(root if request.path == "/" or is_closed else b"LabelName,DisplayName\n")

    is_closed = False
    with Server(answer) as server:
        monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", server.address)
        assert _found(doctor(), "Open Images").state == "good"
        is_closed = True
        assert "login page" in _found(doctor(), "Open Images").found


@pytest.mark.parametrize(("precision", "rate"), [("float32", 22), ("bfloat16", 68)])
def test_the_speed_of_a_processor_is_given_for_its_precision(monkeypatch, precision, rate):
    monkeypatch.setattr("cliplab.diagnosis.best_device", lambda: "cpu")
    monkeypatch.setattr("cliplab.diagnosis.best_precision", lambda device: precision)
    finding = _found(doctor(), "Processor")
    assert finding.found.endswith(f"encoding on cpu in {precision}")
    assert f"In {precision} ViT-B-32 encodes about {rate} images a second" in finding.advice


def test_a_cache_on_a_full_or_closed_disk_is_named(monkeypatch):
    monkeypatch.setattr("cliplab.diagnosis._ENOUGH_DISK", 1e18)
    assert "CLIPLAB_CACHE" in _found(doctor(), "Disk").advice
    monkeypatch.setenv("CLIPLAB_CACHE", "/proc/nowhere")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    diagnosis = doctor()
    assert _found(diagnosis, "Disk").state == "bad"
    assert not diagnosis.is_well


def test_little_memory_has_advice_that_needs_less(monkeypatch):
    monkeypatch.setattr("cliplab.diagnosis.free_memory", lambda: 3e8)
    finding = _found(doctor(), "Memory")
    assert finding.found == "0.3 GB free"
    assert "pack" in finding.advice


def test_memory_is_unknown_where_the_system_does_not_report_it(monkeypatch):
    monkeypatch.setattr("cliplab.diagnosis.free_memory", lambda: None)
    finding = _found(doctor(), "Memory")
    assert (finding.state, finding.found) == ("note", "unknown on this system")


@pytest.mark.parametrize(
    ("missing", "about", "state", "words"),
    [
        ("datasets", "Python", "bad", "pip install datasets"),
        ("jupyterlab", "Widgets", "note", "also where JupyterLab runs"),
        ("matplotlib", "matplotlib", "note", "pip install matplotlib"),
    ],
)
def test_a_package_that_is_missing_is_named_with_what_to_do(
    monkeypatch, missing, about, state, words
):
    version = importlib.metadata.version

    def without(name):
        if name == missing:
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr("importlib.metadata.version", without)
    finding = _found(doctor(), about)
    assert finding.state == state
    assert words in finding.advice


def test_widgets_that_jupyterlab_does_not_have_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    finding = _found(doctor(), "Widgets")
    assert finding.state == "bad"
    assert (
        "no @jupyter-widgets/jupyterlab-manager, @bokeh/jupyter_bokeh, anywidget" in finding.found
    )


def test_extras_and_scripts_that_are_missing_are_named(monkeypatch, tmp_path):
    find = importlib.util.find_spec
    nowhere = ModuleSpec("bokeh", None, origin=str(tmp_path / "__init__.py"))
    odd = {"umap": None, "ray": None, "numba": None, "bokeh": nowhere}
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *more: odd.get(name, find(name, *more))
    )
    diagnosis = doctor()
    assert "cliplab[fast,ray,umap]" in _found(diagnosis, "Extras").advice
    assert "without its scripts" in _found(diagnosis, "BokehJS").found
    assert not diagnosis.is_well


def test_every_extra_that_is_there_is_named(monkeypatch):
    there, find = ModuleSpec("there", None), importlib.util.find_spec
    extras = ("numba", "openTSNE", "ray", "umap")
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name, *more: there if name in extras else find(name, *more),
    )
    finding = _found(doctor(), "Extras")
    assert (finding.state, finding.found) == ("good", "numba, openTSNE, Ray, UMAP")


def test_weights_that_are_not_downloaded_are_named():
    finding = _found(doctor(), "Weights")
    assert (finding.state, finding.found) == ("note", "storybook is here, ViT-B-32 is not yet")


@pytest.mark.parametrize(
    ("module", "variable", "name"),
    [
        ("google.colab", "HOME", "Colab"),
        ("ipykernel", "VSCODE_PID", "VS Code"),
        ("ipykernel", "BINDER_SERVICE_HOST", "Binder"),
    ],
)
def test_the_front_end_is_known_by_its_signs(monkeypatch, module, variable, name):
    for each in [each for each in os.environ if each.startswith("VSCODE")]:
        monkeypatch.delenv(each)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert _found(doctor(), "Notebook").found == "not in a notebook"
    for each in ("ipykernel", module):
        monkeypatch.setitem(sys.modules, each, ModuleType(each))
    monkeypatch.setenv(variable, "1")
    assert _found(doctor(), "Notebook").found.startswith(f"{name}, ipykernel")


def test_findings_are_escaped_in_the_page():
    hostile = "<img src=x>"
    page = Diagnosis((Finding(hostile, "bad", hostile, hostile),))._repr_html_()
    assert "<img" not in page
    assert page.count("&lt;img src=x&gt;") == 3


@pytest.mark.filterwarnings("ignore:URLs without a scheme")  # Of urllib3 2.2.
def test_a_check_that_fails_is_a_finding_too(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "hf-mirror without a scheme")
    assert _found(doctor(), "Hugging Face Hub").state == "note"
    monkeypatch.setattr("cliplab.diagnosis.best_device", lambda: 1 / 0)
    diagnosis = doctor()
    assert "cannot be checked" in _found(diagnosis, "Processor").found
    assert not diagnosis.is_well


@pytest.mark.parametrize("name", ["torch", "torchvision", "open_clip"])
def test_without_torch_all_is_well_and_the_pip_line_is_said(monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    diagnosis = doctor()
    assert diagnosis.is_well
    assert _found(diagnosis, "CLIP").found == f"without {name}"
    for about in ("CLIP", "Weights"):
        assert 'pip install "cliplab[clip]"' in _found(diagnosis, about).advice
