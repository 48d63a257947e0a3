"""One figure with its thumbnails: shown in a cell, or saved as a page or an image."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cliplab._core.validation import require_file_name
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.host import HostedModel, show
from cliplab.explorer.notebook.stored_copy import Content, StoredCopy
from cliplab.explorer.plots.saving import IMAGES, PAGE, figure_html, save_figure, save_still
from cliplab.explorer.plots.stills.stored_still import stored_still_of

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.explorer.plots.stills.still import Still
    from cliplab.explorer.widgets.serving import HoverImages


@dataclass(frozen=True, eq=False)
class FigureDisplay:
    """A figure that shows itself at the end of a cell.

    Attributes
    ----------
    figure : LayoutDOM
        Bokeh's figure, or layout of figures.
    still : Still
        The same figure as an image.
    sentence : str
        What it shows, in words.

    Examples
    --------
    >>> from cliplab import show_elbow, sweep_clusters
    >>> import numpy as np
    >>> points = np.random.default_rng(0).normal(size=(50, 4))
    >>> display = show_elbow(sweep_clusters(points, range(2, 9)))
    >>> len(display.figure.children)
    2
    """

    figure: LayoutDOM
    still: Still = field(repr=False)
    sentence: str = field(repr=False)
    _thumbnails: HoverImages | None = field(default=None, repr=False)
    _hosted: list[HostedModel] = field(default_factory=list, repr=False)

    def save(self, path: str | os.PathLike[str], *, transparent: bool = False) -> None:
        """Write the figure as an image, or as a page that needs neither a kernel nor a network.

        Parameters
        ----------
        path : path-like
            Where. Its end says as what: ``.png`` or ``.svg`` for an image, ``.html`` for a page
            with hover. Its folder is made, and a file that is there is replaced.
        transparent : bool, default=False
            Whether what is behind an image shines through, as on a coloured slide; it is white
            otherwise. A page is always as light or dark as what it is shown in.

        Raises
        ------
        ValueError
            If the path ends in something else.
        OSError
            If it cannot be written; then a file that was there is as it was.

        Examples
        --------
        >>> import os, tempfile
        >>> from cliplab import show_elbow, sweep_clusters
        >>> import numpy as np
        >>> points = np.random.default_rng(0).normal(size=(50, 4))
        >>> display = show_elbow(sweep_clusters(points, range(2, 9)))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     for kind in ("html", "png", "svg"):
        ...         display.save(f"{folder}/elbow.{kind}")
        ...     sorted(os.listdir(folder))
        ['elbow.html', 'elbow.png', 'elbow.svg']
        """
        path = require_file_name(path, (*IMAGES, PAGE))
        if path.suffix != PAGE:
            save_still(self.still, path, transparent=transparent)
            return
        self._complete()
        save_figure(self.figure, path)

    @cached_property
    def _copy(self) -> StoredCopy:
        height = round(self.figure.height or self.still.height) + _AROUND
        content = Content(
            lambda: self.sentence, lambda: stored_still_of(self.still), self._page, height
        )
        return StoredCopy(content, self.figure)

    def _page(self) -> str:
        self._complete()
        return figure_html(self.figure, self.sentence)

    def _complete(self) -> None:
        if self._thumbnails is not None:
            self._thumbnails.complete()

    def _ipython_display_(self) -> None:
        # A figure is on the screen once: shown again, it is shown there.
        while self._hosted:
            self._hosted.pop().close()
        event_loop, copy = EventLoop(), self._copy
        hosted = HostedModel(self.figure, event_loop, layout={"width": "100%"})
        hosted.on_painted(copy.refresh)
        self._hosted.append(hosted)

        def close() -> None:
            copy.leave()
            hosted.close()

        show(hosted, close, copy, event_loop)
        if self._thumbnails is not None:
            self._thumbnails.begin()


_AROUND = 40  # Pixels that a page needs around its figure.
