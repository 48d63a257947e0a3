"""The arguments of a sample of Open Images: with the same ones it is drawn again."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from cliplab._core.validation import require_count, require_one_of, wrong_value
from cliplab.sources.openimages.host import SPLITS

POPULATIONS = ("verified", "all")


@dataclass(frozen=True)
class Sample:
    """The arguments of `fetch_open_images` that decide which images are in the sample.

    Raises
    ------
    ValueError
        If one of them is out of its range.
    """

    n_images: int
    split: str
    random_state: int
    classes: tuple[str, ...] | None
    per_class: int | None
    population: str
    exclude_classes: tuple[str, ...]

    def __post_init__(self) -> None:
        require_count("n_images", self.n_images, least=1)
        require_count("random_state", self.random_state, least=0)
        require_one_of("split", self.split, SPLITS)
        require_one_of("population", self.population, POPULATIONS)
        for name in ("n_images", "random_state"):  # JSON refuses numpy's numbers.
            object.__setattr__(self, name, int(getattr(self, name)))
        if self.per_class is not None:
            require_count("per_class", self.per_class, least=1)
            if self.classes is None:
                must = "come with `classes`"
                raise ValueError(wrong_value("per_class", must, self.per_class, " alone"))
            object.__setattr__(self, "per_class", int(self.per_class))

    @property
    def n_each(self) -> int:
        """How many images of each class; of a random sample, how many in all."""
        if self.classes is None:
            return self.n_images
        return self.per_class or max(self.n_images // len(self.classes), 1)

    @property
    def provenance(self) -> dict[str, Any]:
        """The arguments as a dict that JSON can hold."""
        return dataclasses.asdict(self)


def class_names(argument: str, names: Collection[str]) -> tuple[str, ...]:
    """Return class names as a tuple; one name instead of a list of them is refused.

    Raises
    ------
    ValueError
        With the argument's name.
    """
    if isinstance(names, str):
        raise ValueError(wrong_value(argument, "be a list of class names", names))
    return tuple(names)
