"""Arguments of public functions: each is of a kind that its annotation names, before any work.

``@checked`` reads the annotations of a function, or of what makes a class. What is of another kind
is refused in a sentence; what is of the right kind is handed on in one form, so that any library's
integer becomes Python's own, and any table of numbers an array. Whether a value is in its range,
and fits the others, is asked in the function itself.
"""

from __future__ import annotations

import functools
import inspect
import numbers
import os
from collections.abc import Callable
from typing import Any, TypeVar, overload

from cliplab._core.annotations import kind_of
from cliplab._core.kinds import NONE, SEED, Kind, WrongKindError, either
from cliplab._core.meant import what_was_meant
from cliplab._core.validation import wrong_value

# What is of one kind wherever it occurs, and of more than its annotation can say.
_BY_NAME = {"random_state": SEED}
# A sentence shows these as they are, and of everything else the class.
_SHORT = (type(None), numbers.Number, str, bytes, os.PathLike)

_Checked = TypeVar("_Checked", bound=Callable[..., Any])


@overload
def checked(function: _Checked, /, **ranges: Kind) -> _Checked: ...
@overload
def checked(**ranges: Kind) -> Callable[[_Checked], _Checked]: ...
def checked(function: Any = None, /, **ranges: Kind) -> Any:
    """Have the kind of every argument checked before a function begins, or a class is made.

    Parameters
    ----------
    function : callable
        A function whose arguments are annotated. Or a class: what makes it, and its public methods.
    **ranges : Kind
        For arguments that are numbers, and have a range whatever the others are, that range.

    Returns
    -------
    callable
        The same; it raises a TypeError or a ValueError for a value of another kind.

    Examples
    --------
    >>> from cliplab._core.kinds import count
    >>> @checked(n_times=count(1, 5))
    ... def repeat(text: str, n_times: int = 2) -> str:
    ...     return text * n_times
    >>> repeat("ab", 3)
    'ababab'
    >>> repeat("ab", 1.5)
    Traceback (most recent call last):
    ValueError: `n_times` must be a whole number from 1 to 5. Got 1.5 instead.
    """
    if function is None:
        return functools.partial(checked, **ranges)
    if isinstance(function, type):
        return _with_checked_methods(function, ranges)
    signature = inspect.signature(function)

    # Read at the first call: an import of a public name should not wait for it.
    @functools.cache
    def kinds() -> dict[str, Kind]:
        return {
            name: _kind(parameter.annotation, ranges.get(name) or _BY_NAME.get(name))
            for name, parameter in signature.parameters.items()
            if parameter.annotation is not parameter.empty
        }

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            given = signature.bind(*args, **kwargs)
        except TypeError:  # Too few arguments, or too many: Python has its own words for these.
            return function(*args, **kwargs)
        for name, value in given.arguments.items():
            if name in kinds():
                given.arguments[name] = _take(name, kinds()[name], value)
        return function(*given.args, **given.kwargs)

    return call


def _kind(annotation: str, known: Kind | None) -> Kind:
    annotated = kind_of(annotation)
    if known is None:
        return annotated
    return either(NONE, known) if annotation.endswith("| None") else known


def _with_checked_methods(some: Any, ranges: dict[str, Kind]) -> Any:
    for name, member in list(vars(some).items()):
        method = member.__func__ if isinstance(member, classmethod) else member
        is_public = name == "__init__" or not name.startswith("_")
        # A method with ranges of its own is checked already.
        if is_public and inspect.isfunction(method) and not hasattr(method, "__wrapped__"):
            found = checked(method, **ranges)
            setattr(some, name, classmethod(found) if method is not member else found)
    return some


def _take(name: str, kind: Kind, value: Any) -> Any:
    try:
        return kind.take(value)
    except WrongKindError as error:
        wrong = error.value
    is_shown = wrong is None or (not kind.classes and isinstance(wrong, _SHORT))
    sentence = wrong_value(
        name, f"be {kind.words}", wrong if is_shown else type(wrong), what_was_meant(kind, wrong)
    )
    raise (TypeError if kind.classes else ValueError)(sentence)
