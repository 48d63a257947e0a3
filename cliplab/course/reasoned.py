"""A kind of answers that says what holds, and names the number that shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cliplab.course.kinds import Choice, Number


@dataclass(frozen=True)
class Reasoned:
    """A verdict with the number that shows it, such as ("no", 0.34). A box takes "no, 0.34".

    A verdict alone is no answer of this kind, so a bare "yes" is refused.

    Parameters
    ----------
    verdict : Choice
        What there is to say.
    number : Number
        What the number must be.

    Examples
    --------
    >>> kind = Reasoned(Choice(("yes", "no")), Number(0, 1, tolerance=0.01))
    >>> kind.read("no, 0.34")
    ('no', 0.34)
    >>> kind.read("no") is None
    True
    """

    verdict: Choice
    number: Number

    @property
    def must(self) -> str:
        """What an answer must be."""
        return f"{self.verdict.must} and {self.number.must} that shows it, as (verdict, number)"

    def read(self, answer: Any) -> tuple[str, float] | None:
        """Return verdict and number."""
        verdict, number = _pair(answer)
        said, shown = self.verdict.read(verdict), self.number.read(number)
        return None if said is None or shown is None else (said, shown)

    def same(self, answer: tuple[str, float], key: Any) -> bool:
        """Say whether verdict and number are the same."""
        verdict, number = key
        return self.verdict.same(answer[0], verdict) and self.number.same(answer[1], number)


def _pair(answer: Any) -> tuple[Any, Any]:
    if isinstance(answer, str):
        # The first mark or space parts the two, so that "no, 0,34" has its number whole.
        answer = re.split(r"[\s,:;]+", answer.strip(" ()"), maxsplit=1)
        answer = [part.strip("'\"") for part in answer]
    is_pair = isinstance(answer, Sequence) and len(answer) == 2
    return (answer[0], answer[1]) if is_pair else (None, None)
