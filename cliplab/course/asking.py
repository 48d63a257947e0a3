"""A question with a box for its answer, and the reply below it."""

from __future__ import annotations

import ipywidgets

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab.course.boxes import box_for
from cliplab.course.checking import check
from cliplab.course.judging import NO_ANSWER, WAITS, Reply
from cliplab.course.progress import PROGRESS
from cliplab.explorer.notebook.outputs import is_watched, show_value, show_words


class AskedQuestion:
    """A question that shows itself at the end of a cell.

    Parameters
    ----------
    lesson, question : str
        Which question.

    Attributes
    ----------
    widget : ipywidgets.VBox
        The question, the control for the answer, a button and the reply.
    """

    def __init__(self, lesson: str, question: str) -> None:
        self._lesson = lesson
        self._question = PROGRESS.require_begun(lesson).lesson.question(question)
        self._box = box_for(self._question.kind, "Your answer", self.reply)
        button = ipywidgets.Button(description="Check", button_style="primary")
        button.on_click(lambda _: self.reply())
        self._reply = ipywidgets.HTML()
        asked = ipywidgets.HTML(self._repr_html_())
        self.widget = ipywidgets.VBox([asked, self._box.widget, button, self._reply])
        self.widget.add_class("cliplab-course")

    def reply(self) -> None:
        """Check what stands in the box, and say what becomes of it."""
        # The first answer takes the seconds in which the key is computed.
        self._reply.value = Reply(WAITS, "Checking")._repr_html_()
        try:
            reply = check(self._lesson, self._question.name, self._box.answer)
        except Exception as error:
            # It would be lost in a callback, and the question would say for ever that it waits.
            self._reply.value = Reply(NO_ANSWER, f"It cannot be checked: {error}")._repr_html_()
            raise
        self._reply.value = reply._repr_html_()

    def __repr__(self) -> str:
        return f"AskedQuestion {self._question.name!r}: {self._question.text}"

    def _repr_html_(self) -> str:
        return render("course/templates/asked.html", about="Question", text=self._question.text)

    def _ipython_display_(self) -> None:
        if is_watched():
            show_value(self.widget)
        else:
            show_words(self._repr_html_(), repr(self))


@checked
def ask(lesson: str, question: str) -> AskedQuestion:
    """Ask a question of a lesson, with a box for your answer.

    It is `check` as a widget. Each time you press Check, or Enter in the box, it replies.

    Parameters
    ----------
    lesson : str
        The number of the lesson, such as ``"6"``.
    question : str
        The name of the question.

    Returns
    -------
    AskedQuestion
        Shows itself at the end of a cell. Where nobody watches it shows the question alone.

    Raises
    ------
    ValueError
        If there is no such lesson or question, or the lesson was not begun.

    Examples
    --------
    >>> from cliplab import course, encode_colors, load_storybook, project
    >>> images = load_storybook(n_images=40)
    >>> embeddings = encode_colors(images)
    >>> projection = project(embeddings, "pca")
    >>> lesson = course.begin("6", images=images, embeddings=embeddings, projection=projection)
    >>> len(course.ask("6", "nothing on a map").widget.children)
    4
    """
    return AskedQuestion(lesson, question)
