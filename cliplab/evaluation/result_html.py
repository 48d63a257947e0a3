"""A result in a notebook: a heading, a sentence and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cliplab._core.html import render

if TYPE_CHECKING:
    import pandas as pd


def result_html(heading: str, *tables: pd.DataFrame, note: str = "", number: str = "{:.3f}") -> str:
    """Return a result as HTML, with all text from data escaped.

    Parameters
    ----------
    heading : str
        What the result is.
    *tables : pandas.DataFrame
        Its numbers. Missing values are left blank.
    note : str, default=""
        A sentence between heading and tables.
    number : str, default="{:.3f}"
        The format of numbers that are not whole.

    Returns
    -------
    str
        A fragment of a page.

    Examples
    --------
    >>> print(result_html("1 < 2").strip())
    <p><b>1 &lt; 2</b></p>
    """
    return render(
        "evaluation/templates/result.html",
        heading=heading,
        tables=tables,
        note=note,
        number=number.format,
    )
