"""Images sorted by hand, or by what is known of them: a gallery with a row for each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cliplab._core.arguments import checked
from cliplab._core.html import render
from cliplab._core.validation import require_count, require_rows, wrong_value
from cliplab.images.image_set import ImageSet
from cliplab.images.thumbnails import data_uri, thumbnail

if TYPE_CHECKING:
    import pandas as pd

NOT_SORTED = "not sorted yet"

# A gallery is to be looked at: more images than these are no longer sorted by hand.
_MOST_IMAGES = 200
_SIDE = 96


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Sorting:
    """The group of each image, under its name.

    Parameters
    ----------
    images : ImageSet
        At most 200 images.
    names : tuple of str
        The name of the group of each image, row by row.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> Sorting(load_storybook(n_images=3), ("dry", "wet", "wet"))
    Sorting of 3 images into 2 groups: dry (1), wet (2)
    """

    images: ImageSet
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        require_rows("names", len(self.names), len(self.images))

    @property
    def groups(self) -> dict[str, list[int]]:
        """The rows of the images of each group, by its name; the groups are in order."""
        names = np.array(self.names, dtype=object)
        return {name: np.flatnonzero(names == name).tolist() for name in sorted(set(self.names))}

    def to_pandas(self) -> pd.DataFrame:
        """Return the group of each image.

        Returns
        -------
        pandas.DataFrame
            One row for each image, with columns ``row`` and ``group``.
        """
        import pandas as pd

        return pd.DataFrame({"row": range(len(self.names)), "group": self.names})

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        groups = [f"{name} ({len(rows)})" for name, rows in self.groups.items()]
        into = f"{len(groups)} groups" if len(groups) != 1 else "one group"
        return f"Sorting of {len(self)} images into {into}: {', '.join(groups)}"

    def _repr_html_(self) -> str:
        known = self.images.attribution
        groups = [
            (name, [(row, self._small(row), known[row].title) for row in rows])
            for name, rows in self.groups.items()
        ]
        return render("course/templates/sorting.html", summary=repr(self), groups=groups)

    def _small(self, row: int) -> str:
        return data_uri(thumbnail(self.images.small_copy(row), _SIDE))


@checked
def sort_images(images: ImageSet, groups: Mapping[str, Iterable[int]] | Iterable[str]) -> Sorting:
    """Sort images into groups with names, and see each group in a row.

    Parameters
    ----------
    images : ImageSet
        At most 200 images.
    groups : mapping of str to rows, or iterable of str
        The numbers of the images of each group, by the group's name. An image that is in no group
        is "not sorted yet". Or the name of the group of every image, row by row.

    Returns
    -------
    Sorting
        Shows itself as a gallery at the end of a cell. Its `names` can be compared with those of
        another sorting.

    Raises
    ------
    ValueError
        If there is no such image, one is in two groups, or there is not one name for each image.
    TypeError
        If the images are no `ImageSet`.

    Examples
    --------
    >>> from cliplab import course, load_storybook
    >>> images = load_storybook(n_images=4)
    >>> mine = course.sort_images(images, {"dry": [0], "wet": [1, 2]})
    >>> mine.names
    ('dry', 'wet', 'wet', 'not sorted yet')
    """
    require_count("images", len(images), 1, _MOST_IMAGES, "how many can be looked at")
    if not isinstance(groups, Mapping):
        names = tuple(map(str, groups))
        if len(names) != len(images):
            must = f"be a name for each of the {len(images)} images"
            raise ValueError(wrong_value("groups", must, len(names)))
        return Sorting(images, names)
    group_of: dict[int, str] = {}
    for name, rows in groups.items():
        for row in rows:
            require_count("groups", row, 0, len(images) - 1, "the last image")
            if group_of.setdefault(row, str(name)) != str(name):
                must = "put an image into one group only"
                both = f" in {group_of[row]!r} and {name!r}"
                raise ValueError(wrong_value("groups", must, row, both))
    return Sorting(images, tuple(group_of.get(row, NOT_SORTED) for row in range(len(images))))
