"""Thumbnails for the hover: of few images beforehand, of very many when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cliplab.explorer.model.hover_fields import Texts, hover_texts
from cliplab.explorer.style.theme import THUMBNAIL_SIZE
from cliplab.images.thumbnails import sheets

if TYPE_CHECKING:
    from cliplab.explorer.model.small_images import SmallImages
    from cliplab.explorer.notebook.tasks import Worker
    from cliplab.explorer.plots.hover import Hover
    from cliplab.images.image_set import ImageSet


class _Answer(NamedTuple):
    row: int
    uri: str
    texts: Texts


class HoverImages:
    """Sends the hover its thumbnails.

    Parameters
    ----------
    hover : Hover
        What shows them.
    images : ImageSet
        The images, row by row.
    small : SmallImages
        Their small copies.
    worker : Worker
        Where they are read; it has to keep all items.
    reveals : callable
        Says whether names and classes may be seen.
    """

    def __init__(
        self,
        hover: Hover,
        images: ImageSet,
        small: SmallImages,
        worker: Worker[Any],
        reveals: Callable[[], bool] = lambda: True,
    ) -> None:
        self._hover, self._images, self._small = hover, images, small
        self._worker = worker
        self._reveals = reveals
        hover.on_request(self._ask)

    def begin(self) -> None:
        """Send what is sent beforehand, unless it is there."""
        # What was asked for when the page was closed has no answer; it can be asked for anew.
        self._hover.forget()
        if not all(self._hover.sheets.data["uri"]):
            thumbnails = sheets(self._images, THUMBNAIL_SIZE)
            self._worker.start("sheets", thumbnails, self._hover.show_sheet)

    def complete(self) -> None:
        """Send it all now: for a page that is saved there is no later."""
        if not all(self._hover.sheets.data["uri"]):
            for sheet in sheets(self._images, THUMBNAIL_SIZE):
                self._hover.show_sheet(sheet)

    def _ask(self, row: int) -> None:
        reveals = self._reveals()

        def show(answer: _Answer) -> None:
            if reveals == self._reveals():
                self._hover.show_answer(*answer)
            else:  # Meanwhile more may be said of it.
                self._ask(row)

        if (row, reveals) != self._worker.task:
            self._worker.start((row, reveals), self._read(row, reveals), show)

    def _read(self, row: int, reveals: bool) -> Iterator[_Answer]:
        yield _Answer(row, self._small.uri(row), hover_texts(self._images, [row], reveals))
