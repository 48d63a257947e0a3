"""Which images are in a sample, and which of its classes an image gets."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from cliplab._core.validation import wrong_value

if TYPE_CHECKING:
    from cliplab.sources.openimages.index import Index

# The one licence of Open Images; an image with another, or with none, is left out.
LICENSE_URL = "https://creativecommons.org/licenses/by/2.0/"

#: The most common classes of Open Images that show a person, for ``exclude_classes``.
PEOPLE = frozenset({
    "Person", "People", "Human", "Man", "Woman", "Boy", "Girl", "Child", "Toddler", "Infant",
    "Baby", "Adult", "Crowd", "Face", "Selfie", "Portrait", "Bride", "Groom", "Family",
    "Human body", "Human face", "Human head", "Human eye", "Human ear", "Human mouth",
    "Human nose", "Human hair", "Human beard", "Human hand", "Human arm", "Human leg",
    "Human foot",
})  # fmt: skip


def find_population(index: Index, population: str, exclude_classes: Collection[str]) -> list[int]:
    """Return the rows that a sample is drawn from.

    Parameters
    ----------
    index : Index
        All images of a split.
    population : {"verified", "all"}
        Images with at least one class that people have seen in them, or every image.
    exclude_classes : collection of str
        Images with any of these in them are left out.

    Returns
    -------
    list of int
        Rows of the index.

    Raises
    ------
    ValueError
        If one of the classes does not exist.
    """
    table = index.table
    licenses, present = table["license_url"].to_pylist(), table["labels_present"].to_pylist()
    excluded = set(_known(exclude_classes, present, "exclude_classes"))
    return [
        row
        for row, names in enumerate(present)
        if licenses[row] == LICENSE_URL
        and (names or population == "all")
        and excluded.isdisjoint(names)
    ]


def find_class_members(
    index: Index, rows: Sequence[int], classes: Sequence[str]
) -> dict[str, list[str]]:
    """Return for each class the ids of the images that have it and none of the others.

    Parameters
    ----------
    index : Index
        All images of a split.
    rows : sequence of int
        The rows that may be returned.
    classes : sequence of str
        Names of classes, at least two.

    Returns
    -------
    dict of str to list of str
        Ids, in the order of the rows.

    Raises
    ------
    ValueError
        If one of the classes does not exist or there are too few.
    """
    present = index.table["labels_present"].to_pylist()
    wanted = list(dict.fromkeys(_known(classes, present, "classes")))
    if len(wanted) < 2:
        raise ValueError(wrong_value("classes", "name at least 2 classes", list(classes)))
    ids = index.image_ids
    members: dict[str, list[str]] = {name: [] for name in wanted}
    for row in rows:
        shared = members.keys() & present[row]
        if len(shared) == 1:
            members[shared.pop()].append(ids[row])
    return members


def primary_labels(labels: Sequence[Sequence[str]], population: Counter[str]) -> list[str | None]:
    """Choose one of the classes in each image as its known class.

    It is the class that is rarest in the population among those that enough images of the
    sample have (one in a hundred, and at least three), so that it is specific, and shared with
    others. Where an image has no such class, its most frequent one is chosen.

    Parameters
    ----------
    labels : sequence of sequence of str
        The classes in each image of the sample.
    population : collections.Counter
        How many images of the population each class is in.

    Returns
    -------
    list of str or None
        None for an image without any class.

    Examples
    --------
    >>> sample = [["Animal", "Dog"], ["Animal", "Dog"], ["Dog"], ["Animal", "Okapi"]]
    >>> primary_labels(sample, Counter({"Animal": 500, "Dog": 90, "Okapi": 1}))
    ['Dog', 'Dog', 'Dog', 'Animal']
    """
    in_sample = Counter(name for names in labels for name in set(names))
    enough = max(3, len(labels) // 100)

    def choose(names: Sequence[str]) -> str | None:
        shared = [name for name in names if in_sample[name] >= enough]
        if shared:
            return min(shared, key=lambda name: (population[name], name))
        return max(names, key=lambda name: (population[name], name), default=None)

    return [choose(names) for names in labels]


def _known(names: Collection[str], present: Sequence[Sequence[str]], argument: str) -> list[str]:
    """Spell class names as Open Images does, and refuse those that no image has."""
    every = {name.casefold(): name for some in present for name in some}
    spelled = []
    for name in names:
        if name.casefold() in every:
            spelled.append(every[name.casefold()])
        elif argument == "classes" or name not in PEOPLE:  # Not every split has all of those.
            near = difflib.get_close_matches(name.casefold(), every, n=5)
            hint = ", ".join(repr(every[each]) for each in near) or "a name such as 'Cat'"
            must = f"hold classes that people have found in this split: {hint}"
            raise ValueError(wrong_value(argument, must, name))
    return spelled
