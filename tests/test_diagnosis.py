from __future__ import annotations

import sys

from loopback.server import nobody_there

from cliplab import doctor
from cliplab.diagnosis import Diagnosis, Finding


def _found(diagnosis, about):
    return next(each for each in diagnosis.findings if each.about == about)


def test_all_is_well_where_all_is_installed_and_every_finding_has_words(hub):
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


def test_a_cache_on_a_full_or_closed_disk_is_named(monkeypatch):
    monkeypatch.setattr("cliplab.diagnosis._ENOUGH_DISK", 1e18)
    assert "CLIPLAB_CACHE" in _found(doctor(), "Disk").advice
    monkeypatch.setenv("CLIPLAB_CACHE", "/proc/nowhere")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    diagnosis = doctor()
    assert _found(diagnosis, "Disk").state == "bad"
    assert not diagnosis.is_well


def test_little_memory_is_said_with_the_way_that_needs_less(monkeypatch):
    monkeypatch.setattr("cliplab.diagnosis._free_memory", lambda: 3e8)
    finding = _found(doctor(), "Memory")
    assert finding.found == "0.3 GB free"
    assert "pack" in finding.advice


def test_what_is_found_reaches_the_page_as_text():
    page = Diagnosis((Finding("<b>", "bad", "<img src=x>", "<i>"),))._repr_html_()
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page


def test_what_cannot_even_be_looked_at_is_a_finding_too(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "hf-mirror without a scheme")
    assert _found(doctor(), "Hugging Face Hub").state == "note"
    monkeypatch.setitem(sys.modules, "torch", None)
    diagnosis = doctor()
    assert "cannot be looked at" in _found(diagnosis, "Processor").found
    assert not diagnosis.is_well
