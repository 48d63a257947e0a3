"""Groups of one's own: images that a learner has put together, with a name and a note."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.kinds import PLAIN, either, several
from cliplab._core.language import say
from cliplab._core.validation import is_count, wrong_value
from cliplab.evaluation.result_html import result_html

if TYPE_CHECKING:
    import pandas as pd

MOST_GROUPS = 20
MOST_NAME, MOST_NOTE = 40, 500
NO_GROUP = -1

# Ends of lines and other control characters, and halves of characters, which no file can hold.
_NOT_TEXT = frozenset(["Cc", "Cs", "Zl", "Zp"])


# One row or several, also as a set or a generator has them.
_ROWS = either(PLAIN["int"], several(Iterable, PLAIN["int"]))._replace(
    words="rows of images, at least one"
)


@checked(rows=_ROWS, name=PLAIN["Any"], note=PLAIN["Any"])
@dataclass(frozen=True, repr=False)
class NamedGroup:
    """Images that belong together in somebody's eyes, with a name and a note.

    Parameters
    ----------
    rows : iterable of int
        The rows of its images, at least one. They are stored sorted and without doubles.
    name : str
        What it is called, in 1 to 40 characters.
    note : str, default=""
        What there is to say about it, in at most 500 characters.

    Raises
    ------
    ValueError
        If there is no row, or name or note are no such texts.

    Examples
    --------
    >>> group = NamedGroup([7, 3], "cats", "mostly asleep")
    >>> group.rows, group
    ((3, 7), NamedGroup 'cats' of 2 images)
    """

    rows: tuple[int, ...]
    name: str
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _text("name", self.name, 1, MOST_NAME))
        object.__setattr__(self, "note", _text("note", self.note, 0, MOST_NOTE))
        object.__setattr__(self, "rows", _rows(self.rows))

    def to_pandas(self) -> pd.DataFrame:
        """Return its images.

        Returns
        -------
        pandas.DataFrame
            One row for each image, with columns ``row`` and ``group``, the group's name.
        """
        import pandas as pd

        return pd.DataFrame({"row": self.rows, "group": self.name})

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"NamedGroup {self.name!r} of {len(self):,} image{'s' if len(self) != 1 else ''}"

    def _repr_html_(self) -> str:
        return result_html(repr(self), note=self.note)


def require_groups(groups: Any, n_images: int) -> tuple[NamedGroup, ...]:
    """Return groups as a tuple, if they are some of these images.

    Parameters
    ----------
    groups : iterable of NamedGroup
        The groups.
    n_images : int
        How many images there are.

    Raises
    ------
    ValueError
        If they are more than 20 or no groups, if two have one name, or if a row is no image's or
        is in two of them.
    """
    given = tuple(groups) if isinstance(groups, Iterable) else (groups,)
    wrong = [each for each in given if not isinstance(each, NamedGroup)]
    if wrong:
        must = "hold values such as NamedGroup([3, 7], 'cats')"
        raise ValueError(wrong_value("groups", must, type(wrong[0])))
    if len(given) > MOST_GROUPS:
        raise ValueError(wrong_value("groups", f"be at most {MOST_GROUPS}", len(given)))
    name, n_alike = _commonest(each.name for each in given)
    if n_alike > 1:
        raise ValueError(wrong_value("groups", "have names that differ", name, " twice"))
    highest = max((each.rows[-1] for each in given), default=0)
    if highest >= n_images:
        must = f"hold rows from 0 to {n_images - 1}"
        raise ValueError(wrong_value("groups", must, highest))
    row, n_alike = _commonest(row for each in given for row in each.rows)
    if n_alike > 1:
        names = " and ".join(repr(each.name) for each in given if row in each.rows)
        must = "put an image into one group only"
        raise ValueError(wrong_value("groups", must, row, f" in {names}"))
    return given


def with_group(
    groups: tuple[NamedGroup, ...], new: NamedGroup
) -> tuple[tuple[NamedGroup, ...], str]:
    """Put images into a group, and take them out of the others.

    Parameters
    ----------
    groups : tuple of NamedGroup
        The groups so far.
    new : NamedGroup
        A new group, or more images for the one that has this name already.

    Returns
    -------
    groups : tuple of NamedGroup
        The groups then. One that has lost all of its images is gone.
    said : str
        What has become of the images, in sentences.
    """
    own = next((each for each in groups if each.name == new.name), None)
    before = own.rows if own else ()
    kept = NamedGroup((*before, *new.rows), new.name, new.note or (own.note if own else ""))
    after, said = [], [say("groups.has", name=new.name, n=len(kept))]
    for each in groups:
        rows = kept.rows if each is own else tuple(set(each.rows) - set(new.rows))
        if each is own:
            after.append(kept)
        elif rows:
            after.append(NamedGroup(rows, each.name, each.note))
        n_taken = len(each) - len(rows)
        if n_taken > 0:
            gone = "" if rows else say("groups.gone")
            said.append(say("groups.came_out", n=n_taken, name=each.name, gone=gone))
    return (*after, *(() if own else (kept,))), " ".join(said)


def group_labels(groups: tuple[NamedGroup, ...], n_images: int) -> NDArray[np.int64]:
    """Return for each image which group it is in, and -1 for none."""
    labels = np.full(n_images, NO_GROUP)
    for label, group in enumerate(groups):
        labels[list(group.rows)] = label
    return labels


def n_images_text(n_images: int) -> str:
    """Return a number of images in words."""
    return say("images.count", n=n_images)


def _rows(rows: Any) -> tuple[int, ...]:
    given = tuple(rows) if isinstance(rows, Iterable) and not isinstance(rows, str) else (rows,)
    are_rows = all(is_count(row, 0, sys.maxsize) for row in given)
    if not given or not are_rows:
        raise ValueError(wrong_value("rows", "be rows of images, at least one", rows))
    return tuple(sorted({int(row) for row in given}))


def _text(name: str, value: Any, least: int, most: int) -> str:
    text = value.strip() if isinstance(value, str) else None
    if text is None or not least <= len(text) <= most:
        must = f"have {least} to {most} characters" if least else f"have at most {most} characters"
        raise ValueError(wrong_value(name, must, value))
    if any(unicodedata.category(each) in _NOT_TEXT for each in text):
        raise ValueError(wrong_value(name, "be text on one line", value))
    return text


def _commonest(values: Iterable[Any]) -> tuple[Any, int]:
    return next(iter(Counter(values).most_common(1)), (None, 0))
