"""Where a learner stood is saved, taken up again, and taken back to the start of a step."""

from __future__ import annotations

import json

import pytest
from small_lesson import begin_small

from cliplab import Explorer, NamedGroup, course
from cliplab.course.progress import PROGRESS, Progress


@pytest.fixture
def stood():
    begin_small()
    PROGRESS.predict("How many?", "five")
    course.check("0", "share", 0.5)
    course.check("0", "word", "yes")
    course.check("0", "order", "b, c, a")
    return list(PROGRESS.events)


@pytest.fixture(scope="module")
def opened(values):
    return Explorer(*values.values())


@pytest.fixture
def explorer(opened):
    yield opened
    opened.reset()


def _new_kernel():
    vars(PROGRESS).update(vars(Progress()))


def test_a_lesson_goes_on_in_another_kernel(stood, tmp_path):
    path = course.save_lesson(tmp_path / "monday.json")
    _new_kernel()
    place = course.load_lesson(path)
    assert [each.question for each in PROGRESS.events] == ["How many?", "share", "word", "order"]
    assert [each.answer for each in PROGRESS.tries] == [0.5, "yes", ["b", "c", "a"]]
    assert PROGRESS.prediction("How many?") == "five"
    assert (place.lesson, place.n_predictions, place.n_right) == ("0", 1, 2)
    assert place.steps == ("How many?", "share", "word", "order")


def test_a_prediction_that_was_saved_is_shown_again(stood, tmp_path):
    path = course.save_lesson(tmp_path / "monday.json")
    _new_kernel()
    course.load_lesson(path)
    asked = course.predict("How many?", lambda: None)
    asked.widget.children[1].value = "six"
    asked.make()
    assert "You predicted: <b>five</b>" in asked.widget.children[0].value


def test_a_reset_takes_back_a_step_and_all_after_it(stood):
    course.reset("word")
    assert PROGRESS.events == stood[:2]
    course.reset()
    assert PROGRESS.events == []


def test_a_step_that_was_not_taken_is_refused(stood):
    with pytest.raises(ValueError, match=r"`step` must be one of 'How many\?', 'share'"):
        course.reset("name")


def test_an_explorer_takes_up_its_choices(stood, explorer, tmp_path):
    explorer.state.groups = [NamedGroup([3, 7], "cats", "asleep")]
    explorer.state.n_clusters = 6
    explorer.state.selected = [1, 2]
    explorer.state.color_by = "my groups"
    explorer.state.committed_k = 6
    path = course.save_lesson(tmp_path / "monday.json", explorer=explorer)
    chosen = explorer.state.trait_values()
    explorer.reset()
    place = course.load_lesson(path, explorer=explorer)
    assert place.not_restored == ()
    assert explorer.state.trait_values() == chosen


def test_what_an_explorer_cannot_take_is_named(stood, explorer, tmp_path):
    path = course.save_lesson(tmp_path / "monday.json", explorer=explorer)
    content = json.loads(path.read_text("utf-8"))
    content["explorer"] |= {"color_by": "<b>", "_n_images": 1, "reset": 2, "n_clusters": 5}
    path.write_text(json.dumps(content), "utf-8")
    place = course.load_lesson(path, explorer=explorer)
    assert place.not_restored == ("_n_images", "reset", "color_by")
    assert explorer.state.n_clusters == 5
    assert "Not restored in the Explorer: _n_images, reset, color_by." in repr(place)


def test_an_explorer_of_other_images_is_refused(stood, explorer, tmp_path):
    path = course.save_lesson(tmp_path / "monday.json", explorer=explorer)
    content = json.loads(path.read_text("utf-8"))
    content["images"]["digest"] = "0"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ValueError, match="`explorer` must have the images that the lesson was"):
        course.load_lesson(path, explorer=explorer)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"saved_lesson": 1}', '{"saved_lesson": 1, "events": [1]}', "{" * 9999]
)
def test_what_is_no_saved_lesson_is_refused_and_changes_nothing(stood, text, tmp_path):
    path = tmp_path / "broken.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match="`path` must be a saved lesson"):
        course.load_lesson(path)
    assert PROGRESS.events == stood


def test_its_place_is_shown_with_all_texts_escaped(stood, tmp_path):
    PROGRESS.predict("<b>why</b>", "x")
    html = course.load_lesson(course.save_lesson(tmp_path / "a.json"))._repr_html_()
    assert "<li>&lt;b&gt;why&lt;/b&gt;</li>" in html


def test_a_file_that_cannot_be_read_is_named_with_the_reason(stood, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"`path` must be a saved lesson.*No such file"):
        course.load_lesson(tmp_path / "nowhere.json")
    with pytest.raises(OSError, match="`path` must be a saved lesson"):
        course.load_lesson(tmp_path)
    assert PROGRESS.events == stood
