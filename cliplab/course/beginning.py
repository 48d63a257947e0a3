"""Begin a lesson with one's own values."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab._core.validation import require_kind, require_rows, wrong_value
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.course.lessons import find_lesson
from cliplab.course.progress import PROGRESS, Begun
from cliplab.course.questions import Lesson
from cliplab.course.recipes import describe
from cliplab.embeddings.values import Embeddings
from cliplab.images.image_set import ImageSet
from cliplab.projection.values import Projection

# The values of the pipeline, whose rows are images. A lesson may need others.
_KINDS = {
    "images": ImageSet,
    "embeddings": Embeddings,
    "projection": Projection,
    "sweep": ClusterSweep,
}


@dataclass(frozen=True, repr=False)
class BegunLesson:
    """The head of a lesson: title, objectives, time and needs.

    Attributes
    ----------
    lesson : Lesson
        What the lesson declares.
    """

    lesson: Lesson

    def __repr__(self) -> str:
        return f"BegunLesson {self.lesson.number}: {self.lesson.title} ({self._time})"

    def _repr_html_(self) -> str:
        return render("course/templates/lesson.html", lesson=self.lesson, time=self._time)

    @property
    def _time(self) -> str:
        return f"about {self.lesson.minutes} minutes"


@checked
def begin(lesson: str, *, random_state: int = 0, **values: Any) -> BegunLesson:
    """Begin a lesson with your own images, vectors and maps.

    What you answer later is compared with what is true of these values, so everybody's right
    answers may differ. Run it again whenever you have made new values.

    Parameters
    ----------
    lesson : str
        The number of the lesson, such as ``"6"``.
    random_state : int, default=0
        Your seed.
    **values
        What the lesson needs, by name: ``images``, ``embeddings``, ``projection``, ``sweep`` and
        so on. A value that is missing, or one too many, is named in the error.

    Returns
    -------
    BegunLesson
        Shows title, objectives, time and what you need.

    Raises
    ------
    ValueError
        If there is no such lesson, or a value is missing, too many or has other rows.
    TypeError
        If a value is of another kind.

    Examples
    --------
    >>> from cliplab import course, encode_colors, load_storybook, project
    >>> images = load_storybook(n_images=40)
    >>> embeddings = encode_colors(images)
    >>> projection = project(embeddings, "pca")
    >>> course.begin("6", images=images, embeddings=embeddings, projection=projection)
    BegunLesson 6: Is 0.06 nothing? (about 30 minutes)
    """
    found = find_lesson(lesson)
    if set(values) != set(found.values):
        must = f"be given by name: {', '.join(found.values)}"
        raise ValueError(wrong_value("values", must, sorted(values)))
    for name, kind in _KINDS.items():
        if name in values:
            require_kind(name, values[name], kind)
    rows = {name: _n_rows(value) for name, value in values.items() if name in _KINDS}
    for name, n_rows in rows.items():
        require_rows(name, n_rows, next(iter(rows.values())))
    own = SimpleNamespace(**values, random_state=random_state)
    PROGRESS.begin(Begun(found, own, describe(own)))
    return BegunLesson(found)


def _n_rows(value: Any) -> int:
    return len(value.clusterings[0] if isinstance(value, ClusterSweep) else value)
