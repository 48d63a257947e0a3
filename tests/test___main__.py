"""The command line: what it prints, where it writes, and how it fails."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import cliplab
from cliplab import load_storybook
from cliplab.__main__ import lessons, main
from cliplab.diagnosis import Diagnosis, Finding
from cliplab.packs.published import STORYBOOK_PACK


@pytest.mark.parametrize(("state", "status"), [("good", 0), ("note", 0), ("bad", 1)])
def test_doctor_prints_the_table_and_fails_where_a_lesson_cannot_run(
    monkeypatch, capsys, state, status
):
    found = Diagnosis((Finding("Disk", state, "1 GB free"),))
    monkeypatch.setattr(cliplab, "doctor", lambda: found)
    assert main(["doctor"]) == status
    assert "1 GB free" in capsys.readouterr().out


def test_lab_copies_the_lessons_once_and_opens_the_first(monkeypatch, tmp_path):
    commands = []

    def run(command, check):
        commands.append(command)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr("subprocess.run", run)
    folder = tmp_path / "my lessons"
    assert main(["lab", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {path.name for path in lessons()}
    (folder / "00_explore.ipynb").write_text("what a learner wrote")
    assert main(["lab", str(folder), "--", "--no-browser"]) == 0
    assert (folder / "00_explore.ipynb").read_text() == "what a learner wrote"
    assert commands[1][1:] == ["-m", "jupyterlab", str(folder / "00_explore.ipynb"), "--no-browser"]


def test_without_jupyterlab_the_pip_line_is_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    assert main(["lab", str(tmp_path / "lessons")]) == 1
    assert 'needs jupyterlab: pip install "cliplab[lab]"' in capsys.readouterr().err
    assert not (tmp_path / "lessons").exists()


@pytest.mark.slow
def test_pack_says_what_is_in_one(capsys):
    assert main(["pack", str(STORYBOOK_PACK)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Pack 'The storybook' of 1000 images")
    assert "k from 2 to 20" in said


@pytest.mark.slow
def test_pack_is_made_of_a_folder(monkeypatch, tmp_path, capsys):
    images = tmp_path / "photographs"
    images.mkdir()
    for number, image in enumerate(load_storybook(n_images=30)):
        image.save(images / f"{number}.png")
    plain = cliplab.ClipEncoder
    monkeypatch.setattr(cliplab, "ClipEncoder", lambda: plain("storybook"))
    assert main(["pack", str(tmp_path / "pack"), "--of", str(images)]) == 0
    assert capsys.readouterr().out.startswith("Pack 'photographs' of 30 images")
    assert len(cliplab.load_pack(tmp_path / "pack")) == 30


@pytest.mark.parametrize("arguments", [["pack", "nowhere"], ["pack", "new", "--of", "nowhere"]])
def test_what_cannot_be_done_is_a_sentence(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("cliplab: ")
    assert "nowhere" in said.err
    assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []
