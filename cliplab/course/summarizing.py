"""Put what a class has handed in into one table and one figure."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.arguments import checked
from cliplab._core.validation import wrong_value
from cliplab.course.events import Try
from cliplab.course.hand_in_files import HandIn, read_hand_in
from cliplab.course.judging import MISTAKE, NO_ANSWER, RIGHT, judge, read
from cliplab.course.lessons import MODULES, find_lesson
from cliplab.course.recipes import NotMadeAgainError, make_again
from cliplab.course.summary import HandInSummary

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "name", "lesson", "question", "n_tries", "right_at_once", "right", "first_answer", "mistakes",
    "minutes", "checked",
)  # fmt: skip


@checked
def summarize_hand_ins(folder: str | os.PathLike[str]) -> HandInSummary:
    """Gather what a class has handed in: a table, and a figure of each question.

    Left out, and named with the reason, are files that are broken or doubled and those whose
    answers do not follow from their seed: the keys are computed anew from each learner's seed and
    values. That takes some seconds for each that differs. Values that cannot be made on this
    machine, such as photographs of one's own, are not checked, and named as well.

    Parameters
    ----------
    folder : path-like
        Where the files ``*.json`` are.

    Returns
    -------
    HandInSummary
        A row a learner and question, the figure, and what was left out.

    Raises
    ------
    NotADirectoryError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> from cliplab import course
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     course.summarize_hand_ins(folder)
    HandInSummary of 0 learners, 0 files left out
    """
    from tqdm.auto import tqdm

    place = Path(folder)
    if not place.is_dir():
        raise NotADirectoryError(wrong_value("folder", "be a folder with hand-ins", str(place)))
    left_out: list[tuple[str, str]] = []
    read_ones: list[tuple[str, HandIn]] = []
    for path in sorted(place.glob("*.json")):
        try:
            read_ones.append((path.name, read_hand_in(path)))
        except (ValueError, OSError) as error:
            left_out.append((path.name, f"It is broken: {error}."))
    single, doubled = _without_doubles(read_ones)
    kept, unchecked = [], []
    facts_of = cache(_facts)  # Many have the same seed and the same images.
    for name, hand_in in tqdm(single, "Computing the keys", delay=2):
        try:
            wrong = _what_does_not_follow(hand_in, facts_of)
        except NotMadeAgainError as error:
            unchecked.append((name, f"Its answers could not be checked: {error}."))
            kept.append((hand_in, False))
            continue
        if wrong:
            reason = f"Its answer to {wrong!r} does not follow from its seed."
            left_out.append((name, reason))
        else:
            kept.append((hand_in, True))
    return HandInSummary(
        _table(kept), _predictions(kept), tuple(sorted([*left_out, *doubled])), tuple(unchecked)
    )


def _without_doubles(
    files: Sequence[tuple[str, HandIn]],
) -> tuple[list[tuple[str, HandIn]], list[tuple[str, str]]]:
    """Keep of a name and a lesson the newest file, and of work under several names the oldest."""
    left_out: list[tuple[str, str]] = []

    def first_of_each(
        given: Iterable[tuple[str, HandIn]], keys: Callable[[HandIn], set[str]], why: str
    ) -> list[tuple[str, HandIn]]:
        first: dict[str, str] = {}
        kept = []
        for name, hand_in in given:
            taken = [first[key] for key in sorted(keys(hand_in)) if key in first]
            if taken:
                left_out.append((name, f"It is doubled: {taken[0]} {why}."))
                continue
            first |= dict.fromkeys(keys(hand_in), name)
            kept.append((name, hand_in))
        return kept

    def lessons_of(hand_in: HandIn) -> set[str]:
        return {f"{each.lesson} {hand_in.name.casefold()}" for each in hand_in.beginnings}

    by_time = sorted(files, key=lambda file: file[1].written)
    newest = first_of_each(
        reversed(by_time), lessons_of, "has the same name and lesson, and is newer"
    )
    why = "is the same work under another name"
    return first_of_each(reversed(newest), lambda each: {each.work}, why), left_out


def _facts(lesson: str, random_state: int, described: str) -> Any:
    """Return the facts of a lesson, or the error: it takes as long each time as facts do."""
    try:
        return find_lesson(lesson).facts(make_again(json.loads(described), random_state))
    except NotMadeAgainError as error:
        return error
    except Exception as error:  # Values may be too few, for example.
        return NotMadeAgainError(f"its keys cannot be computed: {error}")


def _what_does_not_follow(hand_in: HandIn, facts_of: Any) -> str:
    """Return the name of a question with a try that is judged otherwise than the file says."""
    for each in hand_in.tries:
        if each.verdict == NO_ANSWER and each.answer is None:
            continue
        question = find_lesson(each.lesson).question(each.question)
        given = read(question, each.answer)
        if given is None:
            return each.question
        begun = hand_in.beginnings[each.beginning]
        described = json.dumps(begun.values, sort_keys=True)
        facts = facts_of(each.lesson, begun.random_state, described)
        if isinstance(facts, NotMadeAgainError):
            raise facts
        reply = judge(question, facts, given)
        if (reply.verdict, reply.mistake) != (each.verdict, each.mistake):
            return each.question
    return ""


def _table(kept: Sequence[tuple[HandIn, bool]]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for lesson, question in _questions():
        for hand_in, is_checked in kept:
            asked = lesson, question
            tries = [each for each in hand_in.tries if (each.lesson, each.question) == asked]
            if tries:
                about = {"name": hand_in.name, "lesson": lesson, "question": question}
                rows.append(about | _of_tries(tries) | {"checked": is_checked})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _questions() -> Iterator[tuple[str, str]]:
    """Yield every question in the order of the course."""
    for number in MODULES:
        for question in find_lesson(number).questions:
            yield number, question.name


def _of_tries(tries: Sequence[Try]) -> dict[str, Any]:
    answers = [each for each in tries if each.verdict != NO_ANSWER]
    return {
        "n_tries": len(tries),
        "right_at_once": bool(answers) and answers[0].verdict == RIGHT,
        "right": any(each.verdict == RIGHT for each in answers),
        "first_answer": answers[0].answer if answers else None,
        "mistakes": [each.mistake for each in answers if each.verdict == MISTAKE],
        "minutes": _minutes(tries[0].at, tries[-1].at),
    }


def _minutes(first: str, last: str) -> float:
    try:
        passed = datetime.fromisoformat(last) - datetime.fromisoformat(first)
    except (ValueError, TypeError):
        return float("nan")
    return passed.total_seconds() / 60


def _predictions(kept: Sequence[tuple[HandIn, bool]]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {"name": hand_in.name, "lesson": each.lesson, "question": each.question,
         "prediction": each.prediction}
        for hand_in, _ in kept
        for each in hand_in.predictions
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["name", "lesson", "question", "prediction"])
