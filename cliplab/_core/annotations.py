"""The kind of values that an annotation allows.

Annotations are read as they are written, and not evaluated: what they name is often imported for
type checkers only.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Collection, Iterable, Sequence

from cliplab._core.kinds import (
    ARRAYS,
    NONE,
    NUMBERS,
    PLAIN,
    Kind,
    either,
    instance,
    mapping,
    several,
)

# Names that stand for several classes.
_ALIASES = {
    "TextEncoder": ("ClipEncoder", "StorybookTextEncoder"),
    "_Measured": ("Clustering", "ClusterSweep"),
}
_LISTS = {"tuple": Sequence, "Sequence": Sequence, "Collection": Collection, "Iterable": Iterable}


@functools.cache
def kind_of(annotation: str) -> Kind:
    """Return the kind of values that an annotation allows.

    Examples
    --------
    >>> kind_of("Sequence[str] | None").words
    'a list of texts'
    """
    return _kind(ast.parse(annotation, mode="eval").body)


def _kind(node: ast.expr) -> Kind:
    match node:
        case ast.BinOp(left=left, right=right):
            return either(_kind(left), _kind(right))
        case ast.Constant(value=None):
            return NONE
        case ast.Subscript(value=outer, slice=ast.Tuple(elts=inside)):
            return _holding(_name(outer), inside)
        case ast.Subscript(value=outer, slice=inside):
            return _holding(_name(outer), [inside])
        case _:
            return _named(_name(node))


def _holding(outer: str, inside: list[ast.expr]) -> Kind:
    """Return the kind that is named in front of brackets, with what is in them."""
    if outer in ("Mapping", "dict"):
        return mapping(*map(_kind, inside))
    if outer == "NDArray":
        return ARRAYS.get(_name(inside[0]), _named(outer))
    # `tuple[int, ...]` is as many as there are, and `tuple[str, str]` two.
    return several(_LISTS[outer], _kind(inside[0])) if outer in _LISTS else _named(outer)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)


def _named(name: str) -> Kind:
    if name in ("ArrayLike", "NDArray"):
        return NUMBERS
    if name in _ALIASES:
        return either(*map(instance, _ALIASES[name]))
    return PLAIN.get(name) or instance(name)
