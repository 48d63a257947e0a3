"""The language of the screen: all that a reader reads stands in ``messages/``, a table a language.

A message has a key, such as ``"status.found"``, and gaps in the way of `str.format`. One that is a
table itself has a form for one (``one``) and a form for several (``many``): its gap ``n`` decides.
"""

from __future__ import annotations

import tomllib
from functools import cache
from numbers import Number
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from cliplab._core.plain_text import plain
from cliplab._core.validation import require_one_of

if TYPE_CHECKING:
    from markupsafe import Markup

_FOLDER = Path(__file__).with_name("messages")
LANGUAGES = ("en", "de")

_chosen = "en"


def set_language(language: str) -> None:
    """Choose the language of the screen: English, or German.

    All that an Explorer, a figure or a saved page says is in this language from here on; the names
    in code, the errors and the lessons of the course stay English. Call it before the first
    Explorer of a notebook: one that is there already takes the language when its cell is run again.

    Parameters
    ----------
    language : {"en", "de"}
        English or German.

    Raises
    ------
    ValueError
        If there is no table of messages for this language.

    Examples
    --------
    >>> from cliplab import encode_colors, load_storybook, Explorer, set_language
    >>> images = load_storybook(n_images=60)
    >>> set_language("de")
    >>> print(Explorer(images, encode_colors(images)).agreement().sentence[:28])
    Leg dich zuerst auf ein k fe
    >>> set_language("en")
    """
    global _chosen  # noqa: PLW0603 (a lesson is held in one language, whatever it shows)
    require_one_of("language", language, LANGUAGES)
    _chosen = language


def chosen_language() -> str:
    """Return the language that was chosen: ``"en"`` or ``"de"``."""
    return _chosen


@cache
def messages(language: str) -> dict[str, Any]:
    """Return all messages of a language, as they stand in its table."""
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def words(key: str) -> Any:
    """Return a message, or a part of the table, with its gaps: a script fills them in.

    Raises
    ------
    KeyError
        If there is no such key.
    """
    found: Any = messages(_chosen)
    for name in key.split("."):
        found = found[name]
    return found


def say(key: str, /, **gaps: Any) -> str:
    """Return a message with its gaps filled in; numbers are written as the language has them.

    Raises
    ------
    KeyError
        If there is no such key, or a gap is left.
    """
    message = words(key)
    if isinstance(message, dict):
        message = message["one" if gaps["n"] == 1 else "many"]
    return _FORMATTER.vformat(message, (), gaps)


def say_html(key: str, /, **gaps: Any) -> Markup:
    """Return a message that is HTML; what is filled in is escaped, unless it is HTML too.

    Raises
    ------
    KeyError
        If there is no such key, or a gap is left.
    """
    from markupsafe import Markup, escape

    escaped = {name: escape(gap) if isinstance(gap, str) else gap for name, gap in gaps.items()}
    return Markup(say(key, **escaped))


def number(value: float, form: str = "") -> str:
    """Return a number as the language writes it: ``number(0.5, ".2f")`` is 0.50, or 0,50."""
    return _FORMATTER.format_field(value, form)


class _Formatter(Formatter):
    def format_field(self, value: Any, form: str) -> str:
        """Write a number with the point, the separator and the percent sign of the language."""
        text: str = super().format_field(value, form)
        if not isinstance(value, Number):
            return str(plain(text))
        signs = words("numbers")
        signs = {".": signs["point"], ",": signs["thousands"], "%": signs["percent"]}
        return text.translate(str.maketrans(signs))


_FORMATTER = _Formatter()
