"""HTML from templates, in which all that comes from data is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cliplab._core.language import number, say_html
from cliplab._core.plain_text import plain

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_PACKAGE = Path(__file__).parents[1]


def render(template: str, **values: Any) -> Markup:
    """Fill in a template.

    Parameters
    ----------
    template : str
        Its path inside the package, for example ``"images/templates/credits.html"``. Templates
        are in a folder ``templates`` of the room that uses them.
    **values
        What it is filled with. Strings are escaped; what `render` has returned is not escaped
        again.

    Returns
    -------
    markupsafe.Markup
        Safe to be put into a page, and a string.

    Raises
    ------
    jinja2.UndefinedError
        If the template names a value that was not given.
    """
    from markupsafe import Markup

    return Markup(_environment().get_template(template).render(values))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals |= {"say": say_html, "number": number}
    return environment


def _shown(value: Any) -> Any:
    """Return what a template shows of a value: of texts that are not HTML yet, the plain text."""
    return plain(value) if type(value) is str else value
