"""A lesson about nothing, whose facts are known: one question of each kind."""

from __future__ import annotations

from types import SimpleNamespace

from cliplab.course.kinds import Choice, Number, Ranking, Text
from cliplab.course.progress import PROGRESS, Begun
from cliplab.course.questions import Lesson, Mistake, Question


def _question(name, kind, key, mistakes):
    return Question(
        name=name,
        text=f"What is the {name}, <b>really</b>?",
        kind=kind,
        key=key,
        because="You have looked.",
        look_at="the table",
        mistakes=tuple(Mistake(f"as {i}", each, f"Hint {i}.") for i, each in enumerate(mistakes)),
    )


LESSON = Lesson(
    number="0",
    title="What is it?",
    objectives=("Look.", "Say."),
    minutes=20,
    needs="Nothing.",
    values=(),
    facts=lambda values: {"share": 0.1 * values.random_state},
    questions=(
        _question("share", Number(0, 1, 0.01), lambda facts: facts["share"], [0, 1, 0.9]),
        _question("word", Choice(("yes", "no", "maybe")), lambda _: "no", ["yes", "maybe"]),
        _question("order", Ranking(("a", "b", "c")), lambda _: "bca", ["abc", "cba", "acb"]),
        _question("name", Text(), lambda _: ("cat", "kitten"), ["dog", "animal", "thing"]),
    ),
)


def begin_small(random_state=5):
    """Begin it, as `course.begin` does."""
    PROGRESS.begin(Begun(LESSON, SimpleNamespace(random_state=random_state), {}))
