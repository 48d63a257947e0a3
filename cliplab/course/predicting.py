"""A prediction that is asked for before an output is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab._core.kinds import PLAIN
from cliplab._core.validation import wrong_value
from cliplab.course.boxes import box_for
from cliplab.course.judging import NO_ANSWER, WAITS, Reply
from cliplab.course.kinds import Choice, Kind, Text
from cliplab.course.progress import PROGRESS
from cliplab.explorer.notebook.outputs import (
    LaterOutput,
    is_watched,
    show_value,
    show_words,
)

_MAKES_OUTPUT = PLAIN["Callable"]._replace(
    words="a function that makes the output, such as a lambda"
)


@dataclass
class Settings:
    """What a teacher can set for the course.

    Attributes
    ----------
    predictions : bool
        Whether outputs wait for predictions. With False each is shown at once.
    """

    predictions: bool = True


settings = Settings()


class AskedPrediction:
    """A prediction that shows itself at the end of a cell, and its output once it was made.

    Parameters
    ----------
    question : str
        What is asked.
    then : callable
        Makes the output.
    kind : Kind
        What a prediction must be.

    Attributes
    ----------
    widget : ipywidgets.VBox
        The question, the control for the prediction and a button, until it was made; then the
        prediction beside its output.
    """

    def __init__(self, question: str, then: Callable[[], Any], kind: Kind) -> None:
        self._question, self._then, self._kind = question, then, kind
        self._box = box_for(kind, "Your prediction", self.make)
        self._button = ipywidgets.Button(description="Predict", button_style="primary")
        self._button.on_click(lambda _: self.make())
        self._said = ipywidgets.HTML(
            Reply(WAITS, "The output waits here for your prediction.")._repr_html_()
        )
        asked = ipywidgets.HTML(self._repr_html_())
        self.widget = ipywidgets.VBox([asked, self._box.widget, self._button, self._said])
        self.widget.add_class("cliplab-course")
        self._output: LaterOutput | None = None
        self._is_made = False

    def make(self) -> None:
        """Take what stands in the box as the prediction, and show the output below it."""
        answer = self._kind.read(self._box.answer)
        if answer is None:
            refusal = Reply(NO_ANSWER, f"A prediction must be {self._kind.must}.")
            self._said.value = refusal._repr_html_()
        elif not self._is_made:  # Enter and button may come together.
            if PROGRESS.prediction(self._question) is None:
                PROGRESS.predict(self._question, answer)
            self._show_output()

    def __repr__(self) -> str:
        return f"AskedPrediction: {self._question}"

    def _repr_html_(self) -> str:
        return render("course/templates/asked.html", about="Prediction", text=self._question)

    def _ipython_display_(self) -> None:
        if not settings.predictions or not is_watched():
            show_words(self._repr_html_(), repr(self))
            show_value(self._then())
            return
        self._output = LaterOutput()
        show_value(self.widget)
        if PROGRESS.prediction(self._question) is not None:  # The cell was run again.
            self._show_output()

    def _show_output(self) -> None:
        self._is_made = True
        predicted = ipywidgets.HTML(
            render(
                "course/templates/predicted.html",
                question=self._question,
                answer=PROGRESS.prediction(self._question),
            )
        )
        if self._output is None:  # It was made by code, and is shown nowhere.
            self.widget.children = [predicted]
            return
        self.widget.children = [predicted, self._output.widget]
        self._output.fill(self._then)


@checked(then=_MAKES_OUTPUT)
def predict(
    question: str, then: Callable[[], Any], *, choices: Sequence[str] = ()
) -> AskedPrediction:
    """Ask for a prediction before an output is shown.

    Put it last in a cell. The output waits below the question, and appears beside the prediction.
    Run All does not wait, so no later cell may need what the output makes.

    Parameters
    ----------
    question : str
        What is asked.
    then : callable
        Makes the output when the prediction was made. What it returns is shown, such as a figure.
    choices : sequence of str, default=()
        What there is to choose from; without it a box takes up to 200 characters.

    Returns
    -------
    AskedPrediction
        Shows itself at the end of a cell. Where nobody watches, or where the teacher has set
        ``course.settings.predictions = False``, it shows question and output at once. A cell that
        is run again shows the first prediction.

    Raises
    ------
    ValueError
        If the question is no text, there is one choice alone, or `then` cannot be called.

    Examples
    --------
    >>> from cliplab import course
    >>> course.predict("Will two starts agree?", lambda: "They do not.", choices=["yes", "no"])
    AskedPrediction: Will two starts agree?
    """
    if not question.strip():
        raise ValueError(wrong_value("question", "be a text", question))
    options = _require_choices(choices)
    return AskedPrediction(question, then, Choice(options) if options else Text())


def _require_choices(choices: Any) -> tuple[str, ...]:
    options = tuple(choices)
    read = [Text().read(each) for each in options]  # None for what is no text.
    differ = len({str(each).casefold() for each in read}) == len(options)
    if None in read or not differ or len(options) == 1:
        raise ValueError(wrong_value("choices", "be two or more texts that differ", choices))
    return tuple(str(each) for each in read)
