"""Every lesson: right answers are accepted, plausible ones get their own hint, nonsense a reply.

Each seed draws other images from the storybook's pack, and is the seed of maps and clusters;
`make proof` takes ten. What a lesson begins with beside images and embeddings is made by a function
in `MAKE`.
"""

from __future__ import annotations

import itertools
import random
from types import SimpleNamespace

import numpy as np
import pytest

from cliplab import (
    ClipEncoder,
    Pack,
    load_laboratory,
    load_pack,
    load_storybook,
    project,
    sweep_clusters,
)
from cliplab.course.judging import MISTAKE, NO_ANSWER, RIGHT, answer_of, judge, read, refuse
from cliplab.course.lessons import MODULES, find_lesson
from cliplab.embeddings.text_encoder import StorybookTextEncoder
from cliplab.packs.published import STORYBOOK_PACK

pytestmark = [pytest.mark.proof, pytest.mark.slow]

N_IMAGES = 60


def _shape(name, **given):
    """Return a function that draws a shape of the laboratory, with the seed of somebody."""
    return lambda own: load_laboratory(
        name, n_images=2 * N_IMAGES, random_state=own.random_state, **given
    )


MAKE = {
    "arc": _shape("arc"),
    "pair": _shape("mixture", n_groups=2, separation=6),
    "nested": _shape("hierarchy"),
    "projection": lambda own: project(own.embeddings, random_state=own.random_state),
    "sweep": lambda own: sweep_clusters(own.embeddings, range(2, 9), random_state=own.random_state),
    "encoder": lambda own: StorybookTextEncoder(),
    "signed_images": lambda own: load_storybook(
        n_images=N_IMAGES, random_state=own.random_state, painted_words=1.0
    ),
    "signed_embeddings": lambda own: ClipEncoder("storybook").encode_images(own.signed_images),
}

LESSONS = [find_lesson(number) for number in MODULES]
QUESTIONS = [(lesson, question) for lesson in LESSONS for question in lesson.questions]


def _named(value):
    return value.name if hasattr(value, "name") else value.number


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(STORYBOOK_PACK)


@pytest.fixture
def seeds(proof):
    return range(proof(3, 10, "seeds"))


@pytest.fixture(scope="module")
def facts_of(pack):
    """Return the facts of a lesson for a seed; each is computed once."""
    known = {}

    def find(lesson, seed):
        if (lesson.number, seed) not in known:
            rows = np.random.default_rng(seed).choice(len(pack.images), N_IMAGES, replace=False)
            own = SimpleNamespace(
                images=pack.images[rows], embeddings=pack.embeddings[rows], random_state=seed
            )
            for name in lesson.values:
                if not hasattr(own, name):
                    setattr(own, name, MAKE[name](own))
            known[lesson.number, seed] = lesson.facts(own)
        return known[lesson.number, seed]

    return find


@pytest.mark.parametrize("lesson", LESSONS, ids=_named)
def test_a_lesson_says_what_it_is_for(lesson):
    assert lesson.title.endswith("?")
    assert 20 <= lesson.minutes <= 45
    assert len(lesson.objectives) >= 2
    assert all(each[0].isupper() and each.endswith(".") for each in lesson.objectives)
    assert 2 <= len(lesson.questions) <= 3
    assert len({question.name for question in lesson.questions}) == len(lesson.questions)


@pytest.mark.parametrize(("lesson", "question"), QUESTIONS, ids=_named)
def test_the_right_answer_is_accepted(lesson, question, facts_of, seeds):
    for seed in seeds:
        facts = facts_of(lesson, seed)
        for answer in _as_given(question.key(facts)):
            given = read(question, answer)
            assert judge(question, facts, given).verdict == RIGHT, (seed, answer)


@pytest.mark.parametrize(("lesson", "question"), QUESTIONS, ids=_named)
def test_each_plausible_mistake_gets_its_own_hint_and_a_figure(lesson, question, facts_of, seeds):
    for seed in seeds:
        facts = facts_of(lesson, seed)
        here = set()
        for mistake in question.mistakes:
            given = read(question, answer_of(mistake, facts))
            assert given is not None, mistake.name
            reply = judge(question, facts, given)
            if reply.mistake == mistake.name:
                here.add(mistake.name)
                assert reply.verdict == MISTAKE
                assert mistake.hint in reply.words
                assert f"Look at {mistake.look_at or question.look_at}." in reply.words
            else:  # For this seed it is the right answer, or that of another mistake.
                assert reply.verdict in {RIGHT, MISTAKE}
        assert len(here) >= 3, seed
    hints = [mistake.hint for mistake in question.mistakes]
    assert len(set(hints)) == len(hints)


@pytest.mark.parametrize(("lesson", "question"), QUESTIONS, ids=_named)
def test_a_reply_to_a_wrong_answer_does_not_hold_the_right_one(lesson, question, facts_of, seeds):
    for seed in seeds:
        facts = facts_of(lesson, seed)
        key = question.key(facts)
        for mistake in question.mistakes:
            reply = judge(question, facts, read(question, answer_of(mistake, facts)))
            if reply.verdict == MISTAKE and isinstance(key, float):
                assert f"{key:.2f}" not in reply.words


class _Odd:
    """An object that fails at everything it is asked."""

    def __float__(self):
        raise RuntimeError("no")

    __repr__ = __iter__ = __len__ = __eq__ = __float__
    __hash__ = object.__hash__


NONSENSE = [
    None, True, float("nan"), float("inf"), -1e300, 10**400, 1j, b"0.5", {"a": 1}, [], [[]],
    [None, 3.5], itertools.count(0.5), object(), _Odd(), np.full(3, np.nan), print, "", " \n",
    "<img src=x onerror=alert(1)>", "1e5000", "٣", "0.1.2", "9" * 5000, "NaN", "\ud800", "k" * 999,
]  # fmt: skip


@pytest.mark.parametrize(("lesson", "question"), QUESTIONS, ids=_named)
def test_nonsense_is_refused_in_words(lesson, question, facts_of):
    facts = facts_of(lesson, 0)
    letters = random.Random(0)
    typed = ["".join(letters.choices("äx!%0.,-<&'\"", k=letters.randint(1, 30))) for _ in range(20)]
    for answer in [*NONSENSE, *(text for text in typed if read(question, text) is None)]:
        given = read(question, answer)
        reply = refuse(question, answer) if given is None else judge(question, facts, given)
        assert reply.verdict != RIGHT
        assert len(reply.words) > 20
        assert len(reply.words) < 500
        if reply.verdict == NO_ANSWER:
            assert question.kind.must in reply.words
        assert "<img" not in reply._repr_html_()


def _as_given(key):
    """Yield a key as a cell holds it, and as it is typed into a box after it was rounded."""
    yield key
    if isinstance(key, float):
        yield np.float64(key)
        yield f"{key:.2f}"
        yield f"{key:.3f}".replace(".", ",")
