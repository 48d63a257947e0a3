"""Files that were handed in: read, and refused with a reason where they are broken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cliplab.course.events import (
    Beginning,
    Prediction,
    Try,
    beginnings_of,
    events_of,
    text_of,
)
from cliplab.course.files import read_json
from cliplab.course.handing_in import FORM, NAME
from cliplab.course.judging import VERDICTS
from cliplab.course.lessons import MODULES, find_lesson


@dataclass(frozen=True)
class HandIn:
    """What one learner has handed in.

    Attributes
    ----------
    name, written, work : str
        Who, when in UTC, and the random number of the work.
    beginnings : tuple of Beginning
        The lessons, with their seeds and how their values were made.
    tries : tuple of Try
        Every answer, in order.
    predictions : tuple of Prediction
        Every prediction, in order.
    """

    name: str
    written: str
    work: str
    beginnings: tuple[Beginning, ...]
    tries: tuple[Try, ...]
    predictions: tuple[Prediction, ...]


def read_hand_in(path: Path) -> HandIn:
    """Read a file that was handed in.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    HandIn
        Its content.

    Raises
    ------
    ValueError
        If it is not what `hand_in` writes; the message says why.
    OSError
        If it cannot be read.
    """
    content = read_json(path, "hand_in", FORM)
    events = events_of(content.get("events"))
    hand_in = HandIn(
        text_of(content, "name"),
        text_of(content, "written"),
        text_of(content, "work"),
        beginnings_of(content.get("lessons")),
        tuple(each for each in events if isinstance(each, Try)),
        tuple(each for each in events if isinstance(each, Prediction)),
    )
    _require_known(hand_in)
    return hand_in


def _require_known(hand_in: HandIn) -> None:
    """Refuse a name, lessons, questions and verdicts that there are not."""
    if not NAME.fullmatch(hand_in.name):
        raise ValueError("its name is none")
    for each in hand_in.tries:
        begun = hand_in.beginnings[each.beginning : each.beginning + 1]
        if each.lesson not in MODULES or [one.lesson for one in begun] != [each.lesson]:
            raise ValueError(f"it answers lesson {each.lesson!r}, which it has not begun")
        if each.question not in {known.name for known in find_lesson(each.lesson).questions}:
            raise ValueError(f"lesson {each.lesson} has no question {each.question!r}")
        if each.verdict not in VERDICTS:
            raise ValueError(f"{each.verdict!r} is no verdict")
