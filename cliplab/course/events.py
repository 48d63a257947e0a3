"""What a learner does: tries to answer and predictions, as values and as entries of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

_MOST_TEXT = 1_000
_MOST_EVENTS = 10_000


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
    """

    lesson: str
    question: str
    answer: Any
    verdict: str
    mistake: str
    at: str


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


def entries_of(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return events as entries of a file."""
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
    texts = {each.name: text_of(entry, each.name) for each in fields(kind) if each.name != "answer"}
    if kind is Prediction:
        return Prediction(**texts)
    if "answer" not in entry:
        raise ValueError("a try has no answer")
    return Try(**texts, answer=entry["answer"])
