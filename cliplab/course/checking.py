"""Check an answer against the learner's own data."""

from __future__ import annotations

from typing import Any

from cliplab._core.arguments import checked
from cliplab.course.judging import Reply, judge, not_answered, read, refuse
from cliplab.course.progress import PROGRESS


@checked
def check(lesson: str, question: str, answer: Any) -> Reply:
    """Check your answer to a question of a lesson.

    The right answer is computed from what you gave `begin`: from your own images and seed.

    Parameters
    ----------
    lesson : str
        The number of the lesson, such as ``"6"``.
    question : str
        The name of the question.
    answer : object
        Your answer: a number, a word, a list; the question says which.

    Returns
    -------
    Reply
        Whether it is right; if not, a hint and the figure to look at. What is no answer of this
        kind is no error: the reply says what it must be. Three dots, ``...``, are not counted as
        an answer.

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
    >>> course.check("6", "nothing on a map", "much")  # doctest: +NORMALIZE_WHITESPACE
    Reply ? That is not an answer of this kind: it must be a number from -1 to 1. Got 'much'.
    """
    begun = PROGRESS.require_begun(lesson)
    asked = begun.lesson.question(question)
    if answer is ...:  # As the cell of an exercise begins.
        return not_answered()
    given = read(asked, answer)
    reply = refuse(asked, answer) if given is None else judge(asked, begun.facts, given)
    PROGRESS.answer(begun, question, given, reply)
    return reply
