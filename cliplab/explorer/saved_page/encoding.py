"""Values as text that can stand in a page, whatever is in them."""

from __future__ import annotations

import base64
import json
from typing import Any

from markupsafe import Markup

# HTML would read these as tags, and old scripts the last two as ends of lines.
_MEANT_BY_HTML = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


def as_json(value: Any) -> Markup:
    """Return a value as JSON that means the same inside an element of HTML.

    Parameters
    ----------
    value
        Made of dicts, lists, strings, numbers, truth values and None.

    Returns
    -------
    markupsafe.Markup
        Without any sign that HTML reads.

    Raises
    ------
    ValueError
        If there is a number that JSON does not have.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_MEANT_BY_HTML))


def as_base64(data: bytes) -> str:
    """Return bytes as text."""
    return base64.b64encode(data).decode("ascii")


def encoded(value: Any) -> str:
    """Return a value as text that nobody reads by chance; anybody can decode it."""
    return as_base64(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
