"""Text from strangers without the marks that turn a line around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Embeddings, overrides and isolates of direction. After U+202E "photo.gpj.exe" is read backwards,
# with all that stands behind it in the line. What they are for, the letters do by themselves.
MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_WITHOUT = str.maketrans("", "", MARKS)


def plain(value: Any) -> Any:
    """Return a text, or what holds texts, without marks of direction; all else as it is.

    Examples
    --------
    >>> plain({"title": "a cat\u202e", "seed": 0})
    {'title': 'a cat', 'seed': 0}
    """
    if isinstance(value, str):
        return value if value.isascii() else value.translate(_WITHOUT)
    if isinstance(value, Mapping):
        return {plain(name): plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    # A tuple with names for its values becomes one without.
    return tuple(map(plain, value)) if isinstance(value, tuple) else value
