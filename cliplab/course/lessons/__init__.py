"""The lessons: one module for each, and one line here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from cliplab._core.validation import require_one_of

if TYPE_CHECKING:
    from cliplab.course.questions import Lesson

# By number, so that a lesson is imported when it is begun and not before.
MODULES = {
    "1": "how_many_groups",
    "2": "what_does_near_mean",
    "3": "what_does_the_map_keep",
    "4": "will_two_starts_agree",
    "5": "where_is_the_elbow",
    "6": "is_it_nothing",
    "7": "two_groups_or_one",
    "8": "whose_classes",
    "9": "what_is_it_called",
    "10": "would_it_come_back",
}


def find_lesson(number: str) -> Lesson:
    """Return a lesson by its number.

    Parameters
    ----------
    number : str
        Such as "6".

    Returns
    -------
    Lesson
        What its module declares.

    Raises
    ------
    ValueError
        If there is no lesson of this number.
    """
    require_one_of("lesson", number, MODULES)
    module = importlib.import_module(f"{__name__}.{MODULES[number]}")
    lesson: Lesson = module.LESSON
    return lesson
