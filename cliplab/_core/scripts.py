"""Scripts that run in the browser, each in a file of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


@cache
def script(path: str) -> str:
    """Return the functions of a script, for code that calls one of them.

    A script is a module whose functions are exported, so that it can be linted and its functions
    tested. Bokeh and Jupyter run code that is no module, so here the word ``export`` is left out,
    and what the script imports has to be put before it.

    Parameters
    ----------
    path : str
        Where the script is inside the package, for example ``"explorer/style/scripts/hover.js"``.

    Returns
    -------
    str
        Its text; whatever is added to it can call the functions.

    Raises
    ------
    FileNotFoundError
        If there is no such script.
    """
    text = (_PACKAGE / path).read_text(encoding="utf-8")
    text = re.sub(r"^import [^;]*;\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^export ", "", text, flags=re.MULTILINE)


def module(paths: Sequence[str], name: str, function: str = "") -> str:
    """Return several scripts as one module, for those who take no more than one file.

    Parameters
    ----------
    paths : sequence of str
        Where the scripts are inside the package. No name may be defined in two of them.
    name : str
        Under which name the module exports a function, in an object, as its default.
    function : str, default=""
        That function, if it has another name.

    Returns
    -------
    str
        The text of the module.

    Raises
    ------
    FileNotFoundError
        If there is no such script.
    """
    return "\n".join([*map(script, paths), f"export default {{ {name}: {function or name} }};\n"])
