"""Pictures for the hover: those of few images beforehand, those of many when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cliplab.explorer.model.columns import hidden_name
from cliplab.explorer.style.theme import THUMBNAIL_SIZE
from cliplab.images.thumbnails import sheets

if TYPE_CHECKING:
    from cliplab.explorer.notebook.tasks import Lane
    from cliplab.explorer.plots.hover import Hover
    from cliplab.explorer.widgets.page_images import SmallPictures
    from cliplab.images.image_set import ImageSet


class _Answer(NamedTuple):
    row: int
    uri: str
    image_id: str
    class_name: str


class HoverPictures:
    """Sends the hover its pictures.

    Parameters
    ----------
    hover : Hover
        What shows them.
    images : ImageSet
        The images, row by row.
    small : SmallPictures
        Their pictures.
    lane : Lane
        Where they are read; it has to keep all items.
    reveals : callable
        Says whether names and classes may be seen.
    """

    def __init__(
        self,
        hover: Hover,
        images: ImageSet,
        small: SmallPictures,
        lane: Lane[Any],
        reveals: Callable[[], bool] = lambda: True,
    ) -> None:
        self._hover, self._images, self._small = hover, images, small
        self._lane = lane
        self._reveals = reveals
        hover.on_ask(self._ask)

    def begin(self) -> None:
        """Send what is sent beforehand, unless it is there."""
        # What was asked for when the page was closed has no answer; it can be asked for anew.
        self._hover.forget()
        if not all(self._hover.sheets.data["uri"]):
            pictures = sheets(self._images, THUMBNAIL_SIZE)
            self._lane.start("sheets", pictures, self._hover.show_sheet)

    def _ask(self, row: int) -> None:
        reveals = self._reveals()

        def show(answer: _Answer) -> None:
            if reveals == self._reveals():
                self._hover.show_answer(*answer)
            else:  # Meanwhile more may be said of it.
                self._ask(row)

        if (row, reveals) != self._lane.work_in_hand:
            self._lane.start((row, reveals), self._read(row, reveals), show)

    def _read(self, row: int, reveals: bool) -> Iterator[_Answer]:
        picture = self._small.uri(row)
        if not reveals:
            yield _Answer(row, picture, hidden_name(row), "")
            return
        names = [*self._images.class_names, ""]
        class_name = names[self._images.class_labels[row]]
        yield _Answer(row, picture, str(self._images.image_ids[row]), class_name)
