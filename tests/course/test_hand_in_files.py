"""A file that was handed in may hold anything, and is read or refused with a reason."""

from __future__ import annotations

import json

import pytest

from cliplab import course
from cliplab.course.hand_in_files import read_hand_in


@pytest.fixture
def content(values, tmp_path):
    course.begin("6", **values)
    course.check("6", "nothing on a map", "much")
    return json.loads(course.hand_in("Ada", folder=tmp_path).read_text("utf-8"))


@pytest.fixture
def read(tmp_path):
    def read_it(content):
        path = tmp_path / "file.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return read_hand_in(path)

    return read_it


def test_what_was_handed_in_is_read(content, read):
    hand_in = read(content)
    (begun,) = hand_in.beginnings
    assert (hand_in.name, begun.lesson, begun.random_state) == ("Ada", "6", 0)
    assert [each.verdict for each in hand_in.tries] == ["no answer"]
    assert begun.values["images"]["n_images"] == 40


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"hand_in": 2}', "[" * 100_000, '{"hand_in": 1', "\x00"]
)
def test_what_is_no_hand_in_is_refused(text, read):
    with pytest.raises(ValueError, match=r"no whole JSON|no hand-in"):
        read(text)


def test_a_file_that_is_too_large_is_not_read(read):
    with pytest.raises(ValueError, match="too large"):
        read(" " * 2_000_001)


@pytest.mark.parametrize("name", ["name", "written", "lessons", "events"])
@pytest.mark.parametrize("value", [None, 5, {"a": 1}, "x" * 1001, [[]], ["a"], [{"lesson": 6}]])
def test_a_part_that_is_something_else_is_refused(name, value, content, read):
    with pytest.raises(ValueError, match=r"its |an event|is none"):
        read(content | {name: value})


@pytest.mark.parametrize(
    "change",
    [
        {"lesson": "99"},
        {"question": "none"},
        {"verdict": "excellent"},
        {"at": None},
        {"mistake": 3},
        {"beginning": 1},
        {"beginning": -1},
        {"beginning": "0"},
    ],
)
def test_a_try_that_cannot_be_is_refused(change, content, read):
    event = content["events"][0] | change
    with pytest.raises(ValueError, match=r"lesson|question|verdict|no text|no beginning"):
        read(content | {"events": [event]})


@pytest.mark.parametrize("seed", [-1, 0.5, "0", None])
def test_a_seed_that_is_none_is_refused(seed, content, read):
    lesson = content["lessons"][0] | {"random_state": seed}
    with pytest.raises(ValueError, match="seed"):
        read(content | {"lessons": [lesson]})
