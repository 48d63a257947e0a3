"""The value of a summary: the table, its figure, and what was left out."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.html import render
from cliplab._core.validation import require_file_name
from cliplab.course.summary_figure import QuestionCounts, summary_still
from cliplab.explorer.plots.saving import IMAGES, save_still

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class HandInSummary:
    """What a class has handed in.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a learner and question: ``n_tries``, ``right_at_once``, ``right``, the
        ``first_answer``, the names of the ``mistakes``, ``minutes`` from the first try to the
        last, and whether the answers were ``checked`` against the learner's seed.
    predictions : pandas.DataFrame
        A row a learner and prediction.
    left_out : tuple of (file, reason)
        Files that are broken or doubled, or whose answers do not follow from their seed.
    unchecked : tuple of (file, reason)
        Files that are in the table, and whose values cannot be made on this machine.
    """

    table: pd.DataFrame
    predictions: pd.DataFrame
    left_out: tuple[tuple[str, str], ...]
    unchecked: tuple[tuple[str, str], ...]

    @property
    def n_learners(self) -> int:
        """How many learners are in the table."""
        return int(self.table["name"].nunique())

    @cached_property
    def counts(self) -> list[QuestionCounts]:
        """How each question was answered."""
        found = []
        for (lesson, question), rows in self.table.groupby(["lesson", "question"], sort=False):
            mistakes = rows["mistakes"].map(lambda made: sorted(set(made))).explode().dropna()
            found.append(
                QuestionCounts(
                    lesson,
                    question,
                    at_once=int(rows["right_at_once"].sum()),
                    later=int((rows["right"] & ~rows["right_at_once"]).sum()),
                    not_yet=int((~rows["right"]).sum()),
                    mistakes=tuple(mistakes.value_counts(sort=True).head(3).items()),
                )
            )
        return found

    @property
    def figure(self) -> Figure:
        """The figure: a bar a question, and its commonest mistakes."""
        figure: Figure = self._still.figure()
        return figure

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the figure as an image.

        Parameters
        ----------
        path : path-like
            Where; it ends in ``.png`` or ``.svg``.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ValueError
            If the path ends in something else.
        OSError
            If it cannot be written.
        """
        path = require_file_name(path, IMAGES)
        save_still(self._still, path, transparent=False)
        return path

    def to_pandas(self) -> pd.DataFrame:
        """Return a copy of the table.

        Returns
        -------
        pandas.DataFrame
            A row a learner and question.
        """
        return self.table.copy()

    @property
    def _still(self) -> Any:
        return summary_still(self.counts, f"{self.n_learners} learners, by question")

    def __repr__(self) -> str:
        n_files = len(self.left_out)
        return (
            f"HandInSummary of {self.n_learners} learner{'s' if self.n_learners != 1 else ''}, "
            f"{n_files} file{'s' if n_files != 1 else ''} left out"
        )

    def _repr_html_(self) -> str:
        still = self._still
        data = base64.b64encode(still.to_bytes(transparent=True)).decode() if self.counts else ""
        return render(
            "course/templates/summary.html",
            heading=repr(self),
            data=data,
            width=round(still.width),
            counts=self.counts,
            left_out=self.left_out,
            unchecked=self.unchecked,
        )
