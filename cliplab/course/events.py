"""What a learner does: beginnings, tries and predictions, as values and as entries of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

_MOST_TEXT = 1_000
_MOST_EVENTS = 10_000


@dataclass(frozen=True)
class Beginning:
    """A lesson that was begun with some values.

    Parameters
    ----------
    lesson : str
        Its number.
    random_state : int
        The learner's seed.
    values : mapping
        How the values were made, as `describe` returns it.
    """

    lesson: str
    random_state: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Try:
    """One answer to a question.

    Parameters
    ----------
    lesson, question : str
        What was asked.
    answer : object
        The answer in the one form of its kind; None for what was no answer.
    verdict, mistake : str
        What became of it, as in `Reply`.
    at : str
        When, in UTC.
    beginning : int
        Which of the beginnings it belongs to: another seed has another key.
    """

    lesson: str
    question: str
    answer: Any
    verdict: str
    mistake: str
    at: str
    beginning: int


@dataclass(frozen=True)
class Prediction:
    """What was predicted before an output was seen.

    Parameters
    ----------
    lesson : str
        The lesson that had been begun; empty where there was none.
    question, prediction : str
        What was asked, and what was predicted.
    at : str
        When, in UTC.
    """

    lesson: str
    question: str
    prediction: str
    at: str


Event = Try | Prediction


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def entries_of(events: Sequence[Event | Beginning]) -> list[dict[str, Any]]:
    """Return beginnings or events as entries of a file."""
    return [asdict(event) for event in events]


def events_of(entries: Any) -> tuple[Event, ...]:
    """Return the events of a file, which may hold anything.

    Parameters
    ----------
    entries : object
        What stands in the file.

    Returns
    -------
    tuple of Try or Prediction
        No text in them is longer than 1,000 characters.

    Raises
    ------
    ValueError
        If these are no such entries; the message says why.
    """
    if not isinstance(entries, list) or len(entries) > _MOST_EVENTS:
        raise ValueError("its events are no list")
    return tuple(_event(each) for each in entries)


def beginnings_of(entries: Any) -> tuple[Beginning, ...]:
    """Return the beginnings of a file, which may hold anything.

    Raises
    ------
    ValueError
        If these are no such entries; the message says why.
    """
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise ValueError("its lessons are no list")
    for each in entries:
        seed = each.get("random_state")
        if not isinstance(seed, int) or seed < 0:
            raise ValueError("its seed is no seed")
        if not isinstance(each.get("values"), dict):
            raise ValueError("it does not say how its values were made")
    return tuple(
        Beginning(text_of(each, "lesson"), each["random_state"], each["values"]) for each in entries
    )


def text_of(entry: Mapping[str, Any], name: str) -> str:
    """Return a text of an entry, or refuse what is none."""
    text = entry.get(name)
    if not isinstance(text, str) or len(text) > _MOST_TEXT:
        raise ValueError(f"its {name!r} is no text")
    return text


def _event(entry: Any) -> Event:
    if not isinstance(entry, dict):
        raise ValueError("an event has no names")
    kind: type[Event] = Prediction if "prediction" in entry else Try
    names = [each.name for each in fields(kind) if each.name not in ("answer", "beginning")]
    texts = {name: text_of(entry, name) for name in names}
    if kind is Prediction:
        return Prediction(**texts)
    if "answer" not in entry:
        raise ValueError("a try has no answer")
    if not isinstance(entry.get("beginning"), int):
        raise ValueError("a try belongs to no beginning")
    return Try(**texts, answer=entry["answer"], beginning=entry["beginning"])
