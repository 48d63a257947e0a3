"""Where a learner stood: saved in one file, taken up again, and taken back to a step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab._core.validation import require_file_name, user_path, wrong_value
from cliplab.course.events import beginnings_of, entries_of, events_of, now, text_of
from cliplab.course.files import read_json, write_json
from cliplab.course.judging import RIGHT
from cliplab.course.progress import PROGRESS
from cliplab.course.recipes import describe_images

if TYPE_CHECKING:
    from cliplab.explorer.explorer import Explorer

FORM = 1
# First what others need: a colour may need a group, a commitment or a search.
_FIRST = ("groups", "committed_k", "query", "space", "algorithm", "projection")


@dataclass(frozen=True, repr=False)
class LessonPlace:
    """Where a learner stood.

    Attributes
    ----------
    lesson : str
        The number of the lesson; empty where none was begun.
    n_predictions, n_right : int
        How many predictions were made, and how many questions were answered rightly.
    steps : tuple of str
        The questions and predictions so far, in order: names for `reset`.
    saved : str
        When it was saved, in UTC.
    not_restored : tuple of str
        What of the Explorer could not be taken up.
    """

    lesson: str
    n_predictions: int
    n_right: int
    steps: tuple[str, ...]
    saved: str
    not_restored: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"LessonPlace: {self._sentence}"

    def _repr_html_(self) -> str:
        return render("course/templates/place.html", sentence=self._sentence, steps=self.steps)

    @property
    def _sentence(self) -> str:
        lost = ", ".join(self.not_restored)
        return (
            f"lesson {self.lesson or 'none'}, saved {self.saved}; predictions: "
            f"{self.n_predictions}, right answers: {self.n_right}."
            + (f" Not restored in the Explorer: {lost}." if lost else "")
        )


@checked
def save_lesson(path: str | os.PathLike[str], *, explorer: Explorer | None = None) -> Path:
    """Save where you stand in a lesson, to go on another day.

    The file holds your predictions and answers and, if you give it, all that you have chosen in an
    Explorer: k, groups, selection, commitment and so on. It holds no images and no vectors.

    Parameters
    ----------
    path : path-like
        Where; it ends in ``.json``. A file that is there is replaced.
    explorer : Explorer, optional
        Whose state is saved.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ValueError
        If the path ends in something else.
    OSError
        If it cannot be written; then a file that was there is as it was.

    Examples
    --------
    >>> import tempfile
    >>> from cliplab import course
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     course.save_lesson(f"{folder}/monday.json").name
    'monday.json'
    """
    path = require_file_name(path, [".json"])
    content = {
        "saved_lesson": FORM,
        "saved": now(),
        "work": PROGRESS.work,
        "lesson": PROGRESS.lesson,
        "lessons": entries_of(PROGRESS.beginnings),
        "events": entries_of(PROGRESS.events),
    }
    if explorer is not None:
        content["images"] = describe_images(explorer.images)
        content["explorer"] = _state_of(explorer)
    write_json(path, content)
    return path


@checked
def load_lesson(path: str | os.PathLike[str], *, explorer: Explorer | None = None) -> LessonPlace:
    """Go on where you stood when `save_lesson` was called.

    Predictions and answers take the place of those of this kernel. Run the cells of the lesson
    again: what you predicted is shown with its output at once.

    Parameters
    ----------
    path : path-like
        The file.
    explorer : Explorer, optional
        An Explorer of the same images, which takes up the state that was saved.

    Returns
    -------
    LessonPlace
        Where you stood.

    Raises
    ------
    OSError
        If there is no such file, or it cannot be read.
    ValueError
        If it is no saved lesson, or the Explorer has other images.

    Examples
    --------
    >>> import tempfile
    >>> from cliplab import course
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = course.load_lesson(course.save_lesson(f"{folder}/monday.json"))
    >>> place.not_restored
    ()
    """
    content = _content(user_path(path))
    state = content.get("explorer", {})
    lost: tuple[str, ...] = ()
    if explorer is not None and isinstance(state, dict):
        if content.get("images") != describe_images(explorer.images):
            must = "have the images that the lesson was saved with"
            raise ValueError(wrong_value("explorer", must, explorer.images))
        lost = _restore(explorer, state)
    beginnings = beginnings_of(content["lessons"])
    PROGRESS.restore(beginnings, events_of(content["events"]), content["work"])
    steps = tuple(dict.fromkeys(event.question for event in PROGRESS.events))
    right = {(each.lesson, each.question) for each in PROGRESS.tries if each.verdict == RIGHT}
    n_predictions = len(PROGRESS.predictions)
    return LessonPlace(content["lesson"], n_predictions, len(right), steps, content["saved"], lost)


@checked
def reset(step: str | None = None) -> None:
    """Take answers and predictions back, from the start of a step on.

    Run the cells of the lesson from there again: predictions are asked anew. An Explorer is taken
    back by its own `reset`.

    Parameters
    ----------
    step : str, optional
        The name of a question, or the question of a prediction. It is forgotten with all that came
        after it; all is forgotten when it is left out.

    Raises
    ------
    ValueError
        If nothing was answered there.

    Examples
    --------
    >>> from cliplab import course
    >>> course.reset()
    """
    if step is None:
        PROGRESS.events.clear()
    else:
        PROGRESS.forget_from(step)


def _content(path: Path) -> Mapping[str, Any]:
    try:
        content = read_json(path, "saved_lesson", FORM)
        events_of(content.get("events"))
        beginnings_of(content.get("lessons"))
        return {**content, **{name: text_of(content, name) for name in ("lesson", "saved", "work")}}
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        sentence = wrong_value("path", "be a saved lesson", str(path), f": {reason}")
        raise type(error)(sentence) from None


def _state_of(explorer: Explorer) -> dict[str, Any]:
    state = explorer.state.trait_values()
    groups = [asdict(group) for group in explorer.state.groups]
    # What else is several values are rows of images or clusters, which may be numpy's.
    plain = {
        name: [int(each) for each in value] if isinstance(value, tuple) else value
        for name, value in state.items()
        if name != "groups"
    }
    return plain | {"groups": groups}


def _restore(explorer: Explorer, state: Mapping[str, Any]) -> tuple[str, ...]:
    """Set what was saved; return the names of what this Explorer cannot take."""
    from cliplab.explorer.model.groups import NamedGroup

    known = explorer.state.trait_names()
    lost = [name for name in state if name not in known]
    for name in sorted(set(state) - set(lost), key=lambda name: (name not in _FIRST, name)):
        try:
            value = state[name]
            if name == "groups":
                value = [NamedGroup(**group) for group in value]
            if getattr(explorer.state, name) != value:
                setattr(explorer.state, name, value)
        except Exception:  # Another version, other options, or a file changed by hand.
            lost.append(name)
    return tuple(lost)
