"""The kinds of choices in a state: another kind is refused in words, and changes nothing."""

from __future__ import annotations

from typing import Any

import traitlets

from cliplab._core.kinds import Kind, WrongKindError
from cliplab._core.validation import wrong_value


class Choice(traitlets.TraitType[Any, Any]):
    """A choice of one kind; what it may be beyond that, a validator of the state says.

    Parameters
    ----------
    kind : Kind
        What it may be.
    first : object
        What is chosen at first.
    """

    # Traitlets asks nobody about a None that it allows; here that is a value like others.
    allow_none = False

    def __init__(self, kind: Kind, first: Any) -> None:
        self._kind = kind
        super().__init__(first)

    def validate(self, _: Any, value: Any) -> Any:
        """Return a value in the form that the state keeps it in."""
        try:
            return self._kind.take(value)
        except WrongKindError:
            must = f"be {self._kind.words}"
            raise traitlets.TraitError(wrong_value(str(self.name), must, value)) from None
