"""Figures saved: as images, and as pages that need neither a kernel nor a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bokeh.embed import file_html
from bokeh.resources import INLINE

from cliplab._core.cache import write_whole

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.explorer.plots.stills.still import Still

IMAGES = (".png", ".svg")
PAGE = ".html"


def save_still(still: Still, path: Path, *, transparent: bool) -> None:
    """Write a still as one file; its folder is made, and a file that is there is replaced.

    Parameters
    ----------
    still : Still
        The figure.
    path : pathlib.Path
        Where; it ends in one of `IMAGES`.
    transparent : bool
        Whether what is behind it shines through.

    Raises
    ------
    OSError
        If it cannot be written; then a file that was there is as it was.
    """
    write_whole(path, still.to_bytes(path.suffix.removeprefix("."), transparent=transparent))


def save_figure(figure: LayoutDOM, path: Path) -> None:
    """Write a figure as one HTML file, which holds all that it needs.

    Parameters
    ----------
    figure : LayoutDOM
        A figure, or a layout of figures.
    path : pathlib.Path
        Where. Its folder is made, and a file that is there is replaced.

    Raises
    ------
    OSError
        If it cannot be written; then a file that was there is as it was.
    """
    write_whole(path, figure_html(figure, path.stem).encode())


def figure_html(figure: LayoutDOM, title: str) -> str:
    """Return a figure as one HTML document, which holds all that it needs.

    Parameters
    ----------
    figure : LayoutDOM
        A figure, or a layout of figures.
    title : str
        The title of the document.
    """
    # Python is asked for thumbnails only, and only where there are too many to be in the page.
    return file_html(figure, INLINE, title=title, suppress_callback_warning=True)
