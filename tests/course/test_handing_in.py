"""A hand-in is small, can be read by eye, and says nothing else about the person."""

from __future__ import annotations

import getpass
import json
import socket
from pathlib import Path

import numpy as np
import pytest

from cliplab import Explorer, ImageSet, NamedGroup, course, load_storybook
from cliplab.course.progress import PROGRESS


@pytest.fixture
def begun(values):
    course.begin("6", **values, random_state=7)


def _read(path):
    return json.loads(path.read_text("utf-8"))


def test_it_holds_predictions_tries_times_seeds_and_versions(begun, tmp_path):
    PROGRESS.predict("Which is longest?", "the map’s")
    course.check("6", "nothing on a map", "much")
    content = _read(course.hand_in("Ada L.-1", folder=tmp_path))
    assert content["name"] == "Ada L.-1"
    assert content["lessons"][0]["random_state"] == 7
    assert set(content["versions"]) == {"cliplab", "python"}
    prediction, answer = content["events"]
    assert prediction["prediction"] == "the map’s"
    assert (answer["question"], answer["verdict"]) == ("nothing on a map", "no answer")
    assert answer["at"].endswith("Z")
    assert list(content) == [
        "hand_in", "name", "written", "work", "versions", "lessons", "events", "groups",
    ]  # fmt: skip


def test_it_is_small_and_has_a_line_for_each_thing(begun, tmp_path):
    path = course.hand_in("Ada", folder=tmp_path)
    assert path.stat().st_size < 2_000
    assert len(path.read_text("utf-8").splitlines()) > 20


def test_it_holds_no_path_user_or_machine(values, tmp_path):
    images = values["images"]
    secret = {"source": "folder", "path": str(tmp_path), "user": getpass.getuser(), "n": 3}
    own = ImageSet(images.dataset, provenance=secret)
    course.begin("6", **values | {"images": own})
    text = course.hand_in("Ada", folder=tmp_path).read_text("utf-8")
    assert str(tmp_path) not in text
    assert str(Path.home()) not in text
    assert socket.gethostname() not in text
    assert '"user"' not in text
    assert '"source": "folder"' in text


def test_it_holds_no_key(begun, tmp_path):
    facts = PROGRESS.begun["6"].facts
    course.check("6", "nothing on a map", 0)
    text = course.hand_in("Ada", folder=tmp_path).read_text("utf-8")
    assert f"{facts.null_on_its_map:.3f}" not in text


def test_it_holds_the_groups_of_an_explorer(begun, tmp_path):
    explorer = Explorer(load_storybook(n_images=8), np.eye(8))
    explorer.state.groups = [NamedGroup([3, 7], "cats <b>", "asleep")]
    content = _read(course.hand_in("Ada", explorer=explorer, folder=tmp_path))
    assert content["groups"] == [{"rows": [3, 7], "name": "cats <b>", "note": "asleep"}]


@pytest.mark.parametrize(
    "name", ["", " ", "../x", "a/b", "a" * 41, "a\n", "<b>", ".hidden", "con:"]
)
def test_a_name_that_is_no_name_of_a_file_is_refused(name, begun, tmp_path):
    with pytest.raises(ValueError, match="`name` must be 1 to 40 letters, digits"):
        course.hand_in(name, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_names_in_any_script_are_taken(begun, tmp_path):
    assert course.hand_in("Ægir 李", folder=tmp_path).name == "hand-in-Ægir 李-6.json"


def test_without_a_lesson_there_is_nothing_to_hand_in(tmp_path):
    with pytest.raises(ValueError, match="begin a lesson first"):
        course.hand_in("Ada", folder=tmp_path)
