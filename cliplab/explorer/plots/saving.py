"""Figures saved as pages that need neither a kernel nor a network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bokeh.embed import file_html
from bokeh.resources import INLINE

from cliplab._core.cache import write_whole

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM


def save_figure(figure: LayoutDOM, path: str | os.PathLike[str]) -> None:
    """Write a figure as one HTML file, which holds all that it needs.

    Parameters
    ----------
    figure : LayoutDOM
        A figure, or a layout of figures.
    path : path-like
        Where; it ends in ``.html``. Its folder is made, and a file that is there is replaced.

    Raises
    ------
    ValueError
        If the path ends in something else.
    OSError
        If it cannot be written; then a file that was there is as it was.
    """
    path = Path(path)
    if path.suffix != ".html":
        raise ValueError(
            f"`path` must end in .html, because a figure is saved as a page. Got {str(path)!r} "
            "instead."
        )
    # Python is asked for thumbnails only, and only where there are too many to be in the page.
    page = file_html(figure, INLINE, title=path.stem, suppress_callback_warning=True)
    write_whole(path, page.encode())
