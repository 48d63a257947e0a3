"""What a hover says of an image: one table, one line a field.

From it come the columns that are sent to the browser, the lines of the tooltip, the texts that its
script makes, and what is hidden until a k has been committed to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from cliplab._core.language import say, words
from cliplab.explorer.style.theme import MOST_AT_ONCE

if TYPE_CHECKING:
    from cliplab.images.image_set import ImageSet

Texts = dict[str, list[str]]


class HoverField(NamedTuple):
    """A line of the hover.

    Attributes
    ----------
    column : str
        The column that it is read from.
    texts : callable, optional
        Returns the text of each of some rows of an `ImageSet`. None for what follows the
        clustering, or the map: the plots have it already.
    is_hidden : bool
        Whether the text may give the class away, so that it is hidden until a k has been committed
        to.
    look : str
        A class of ``hover.css``: ``"strong"``, ``"quiet"`` or none.
    format : str
        How ``hover.js`` makes the text.
    """

    column: str
    texts: Callable[[ImageSet, Sequence[int]], list[str]] | None = None
    is_hidden: bool = False
    look: Literal["strong", "quiet", ""] = ""
    format: Literal["text", "cluster", "silhouette", "kept", "count"] = "text"

    @property
    def label(self) -> str:
        """What is written before the text, if anything."""
        return str(words("hover.labels").get(self.column, ""))

    @property
    def placeholder(self) -> str:
        """What is said while the text is hidden, or has not come yet; ``{row}`` is the row."""
        return str(words("hover.placeholders").get(self.column, ""))


def _class_names(images: ImageSet, rows: Sequence[int]) -> list[str]:
    names = [*images.class_names, ""]
    return [names[images.class_labels[row]] for row in rows]


def _image_ids(images: ImageSet, rows: Sequence[int]) -> list[str]:
    return [str(images.image_ids[row]) for row in rows]


HOVER_FIELDS = (
    HoverField("class_names", _class_names, is_hidden=True, look="strong"),
    HoverField("cluster_labels", format="cluster"),
    HoverField("silhouettes", format="silhouette"),
    # Nothing is said of neighbours as long as nobody has asked for them.
    HoverField("neighbors_kept", format="kept"),
    HoverField("neighbor_counts", format="count"),
    # Ids of files and titles often hold the class.
    HoverField("image_ids", _image_ids, is_hidden=True, look="quiet"),
)


def hover_texts(images: ImageSet, rows: Sequence[int], is_revealed: bool = True) -> Texts:
    """Return what a hover says of some images, with a column a field and an entry a row."""
    columns = {}
    for field in HOVER_FIELDS:
        if field.texts is None:
            continue
        if field.is_hidden and not is_revealed:
            columns[field.column] = [field.placeholder.format(row=row) for row in rows]
        else:
            columns[field.column] = field.texts(images, rows)
    return columns


def image_columns(images: ImageSet, is_revealed: bool = True) -> Texts:
    """Return what a hover says of all images, to be sent beforehand.

    Of very many images nothing is sent beforehand: their texts are sent one by one, with the
    thumbnail, when they are asked for.
    """
    if len(images) > MOST_AT_ONCE:
        return {}
    return hover_texts(images, range(len(images)), is_revealed)


def hidden_name(row: int) -> str:
    """Return what an image is called as long as its id might give its class away."""
    return say("hover.placeholders.image_ids", row=row)


def hover_words() -> dict[str, Any]:
    """Return what the script of the hover says, with gaps that it fills in."""
    return {**words("hover.script"), "point": words("numbers.point")}
