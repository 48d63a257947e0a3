"""Thirty learners with known errors hand in, and what they know is in the table and the figure."""

from __future__ import annotations

import json

import pytest

from cliplab import course, load_pack, project
from cliplab.course.judging import answer_of
from cliplab.course.progress import PROGRESS, Progress
from cliplab.course.recipes import describe_images
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = pytest.mark.slow

N_IMAGES = 40
HOSTILE = "<script>alert(1)</script>"


def _begin(pack, seed):
    images, embeddings = pack.images[:N_IMAGES], pack.embeddings[:N_IMAGES]
    projection = project(embeddings, random_state=seed)
    course.begin(
        "6", images=images, embeddings=embeddings, projection=projection, random_state=seed
    )
    return PROGRESS.begun["6"]


def _answer(begun, question, *mistakes, then_right=True):
    """Make mistakes by their places in the list, and then give the right answer or not."""
    asked = begun.lesson.question(question)
    for place in mistakes:
        course.check("6", question, answer_of(asked.mistakes[place], begun.facts))
    if then_right:
        course.check("6", question, asked.key(begun.facts))


def _learner(begun, number):
    """Answer as learner `number` of thirty, each third in another way."""
    vars(PROGRESS).update(vars(Progress()))
    PROGRESS.begin(begun)
    PROGRESS.predict("Which is longest?", "pixels" if number % 2 else HOSTILE)
    third = number % 3
    _answer(begun, "among the vectors", *[(), (0,), (0, 1)][third], then_right=third < 2)
    if third:
        course.check("6", "nothing on a map", "no idea")
        _answer(begun, "nothing on a map", 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write the hand-ins of thirty learners, and seven files that are wrong."""
    folder, pack = tmp_path_factory.mktemp("hand-ins"), load_pack(STORYBOOK_PACK)
    begun = [_begin(pack, seed) for seed in (0, 7)]
    for number in range(30):
        _learner(begun[number % 2], number)
        course.hand_in(f"learner {number:02}", folder=folder)

    written = json.loads((folder / "hand-in-learner 00-6.json").read_text("utf-8"))

    def write(name, **changed):
        text = json.dumps(written | {"name": name, "work": name} | changed)
        (folder / f"{name}.json").write_text(text, "utf-8")

    write("copied", written="2099-01-01T00:00:00Z", work=written["work"])
    write("learner 00", written="2000-01-01T00:00:00Z")
    lesson = written["lessons"][0]
    event = {"lesson": "6", "question": "nothing on a map", "mistake": "", "at": "2026"}
    event["beginning"] = 0
    write("forged", events=[event | {"answer": 0.9, "verdict": "right"}])
    other = json.loads((folder / "hand-in-learner 01-6.json").read_text("utf-8"))
    of_eight = [other["lessons"][0] | {"random_state": 8}]
    write("other seed", events=other["events"], lessons=of_eight)
    write("unknown", events=[event | {"question": HOSTILE, "answer": 1, "verdict": "right"}])
    (folder / "torn.json").write_text('{"hand_in": 1, "na', "utf-8")
    (folder / f"{HOSTILE.replace('/', '-')}.json").write_text("[]", "utf-8")

    recipe = written["lessons"][0]["values"]
    images = recipe["images"] | {"source": "folder"}
    wrong = event | {"answer": 0.5, "verdict": "wrong"}
    own = lesson | {"values": recipe | {"images": images}}
    one = recipe["images"] | {"n_images": 1, "digest": describe_images(pack.images[:1])["digest"]}
    write("one image", lessons=[lesson | {"values": {"images": one}}], events=[wrong])
    write("elsewhere", lessons=[own], events=[wrong])
    return folder


@pytest.fixture(scope="module")
def summary(folder):
    return course.summarize_hand_ins(folder)


def test_each_learner_has_a_row_for_each_question_that_was_answered(summary):
    table = summary.to_pandas().query("checked")
    assert summary.n_learners == 32
    assert table["name"].nunique() == 30
    assert table["question"].value_counts().to_dict() == {
        "among the vectors": 30,
        "nothing on a map": 20,
    }


def test_the_table_says_how_often_each_tried_and_what_each_mistook(summary):
    rows = summary.table.set_index(["name", "question"])
    third = rows.loc["learner 02", "among the vectors"]
    assert (third["n_tries"], third["right_at_once"], third["right"]) == (2, False, False)
    assert third["mistakes"] == [
        "the silhouette on the map",
        "five other clusters, found among the vectors",
    ]
    second = rows.loc["learner 01", "nothing on a map"]
    assert (second["n_tries"], second["right_at_once"], second["right"]) == (3, False, True)
    assert second["first_answer"] == 0.0
    assert 0 <= second["minutes"] < 1


def test_the_figure_counts_learners_and_their_commonest_mistakes(summary):
    vectors, null = summary.counts
    assert (vectors.at_once, vectors.later, vectors.not_yet) == (10, 10, 10)
    assert vectors.mistakes == (
        ("the silhouette on the map", 20),
        ("five other clusters, found among the vectors", 10),
    )
    assert (null.at_once, null.later, null.not_yet) == (0, 20, 2)
    assert null.mistakes == (("zero", 20),)
    words = [text.get_text() for axes in summary.figure.axes for text in axes.texts]
    assert {"10", "20", "2", "20  the silhouette on the map", "20  zero"} <= set(words)


def test_files_that_are_broken_doubled_or_do_not_follow_are_named_and_left_out(summary):
    reasons = dict(summary.left_out)
    assert reasons.pop("torn.json") == "It is broken: it is no whole JSON."
    assert "has no question '<script>" in reasons.pop("unknown.json")
    assert "hand-in-learner 00-6.json is the same work" in reasons.pop("copied.json")
    assert "is newer" in reasons.pop("learner 00.json")
    for name in ("forged.json", "other seed.json"):
        assert "does not follow from its seed" in reasons.pop(name)
    assert [reason for name, reason in reasons.items() if name.startswith("<script>")] == [
        "It is broken: it is no hand-in of this version of cliplab."
    ]
    assert len(reasons) == 1


def test_what_cannot_be_computed_here_is_named_and_stays_in_the_table(summary):
    reasons = dict(summary.unchecked)
    assert list(reasons) == ["elsewhere.json", "one image.json"]
    assert "images from 'folder' are not on this machine" in reasons["elsewhere.json"]
    assert "keys cannot be computed" in reasons["one image.json"]
    (row,) = summary.table.query("name == 'elsewhere'").to_dict("records")
    assert not row["checked"]


def test_hostile_texts_in_files_do_nothing(summary):
    assert HOSTILE in set(summary.predictions["prediction"])
    assert "<script" not in summary._repr_html_()
    assert "&lt;script&gt;" in summary._repr_html_()


def test_the_figure_is_read_to_who_cannot_see_it(summary):
    html = summary._repr_html_()
    assert "Lesson 6, among the vectors: 10 right at once, 10 right later, 10 not yet" in html
    assert "20 × the silhouette on the map" in html


def test_the_figure_is_saved_as_an_image(summary, tmp_path):
    assert summary.save(tmp_path / "class.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"`path` must end in \.png or \.svg"):
        summary.save(tmp_path / "class.pdf")


def test_an_empty_folder_has_an_empty_summary(tmp_path):
    summary = course.summarize_hand_ins(tmp_path)
    assert repr(summary) == "HandInSummary of 0 learners, 0 files left out"
    assert summary.counts == []
    assert "<img" not in summary._repr_html_()


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(NotADirectoryError, match="`folder` must be a folder with hand-ins"):
        course.summarize_hand_ins(tmp_path / "nowhere")


def test_each_answer_is_judged_by_the_seed_that_the_lesson_was_begun_with(tmp_path):
    pack = load_pack(STORYBOOK_PACK)
    for seed in (0, 3):
        _answer(_begin(pack, seed), "among the vectors")
    course.hand_in("Ada", folder=tmp_path)
    found = course.summarize_hand_ins(tmp_path)
    assert (found.left_out, found.unchecked) == ((), ())
    assert found.table["n_tries"].tolist() == [2]


def test_several_lessons_of_one_learner_are_several_files(values, tmp_path):
    for lesson, given in (("6", values), ("5", _of_lesson_5(values))):
        vars(PROGRESS).update(vars(Progress()))
        course.begin(lesson, **given)
        course.check(lesson, PROGRESS.begun[lesson].lesson.questions[0].name, "much")
        course.hand_in("Ada", folder=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "hand-in-Ada-5.json",
        "hand-in-Ada-6.json",
    ]
    found = course.summarize_hand_ins(tmp_path)
    assert found.left_out == ()
    assert found.table["lesson"].tolist() == ["5", "6"]


def test_work_that_goes_on_another_day_is_handed_in_whole(values, tmp_path):
    course.begin("6", **values)
    course.check("6", "nothing on a map", "much")
    saved = course.save_lesson(tmp_path / "monday.json")
    vars(PROGRESS).update(vars(Progress()))
    course.begin("5", **_of_lesson_5(values))
    course.load_lesson(saved)
    course.check("5", PROGRESS.begun["5"].lesson.questions[0].name, "much")
    path = course.hand_in("Ada", folder=tmp_path / "in")
    assert path.name == "hand-in-Ada-6-5.json"
    found = course.summarize_hand_ins(tmp_path / "in")
    assert found.left_out == ()
    assert found.table["lesson"].tolist() == ["5", "6"]


def _of_lesson_5(values):
    return {name: values[name] for name in ("embeddings", "projection")}
