"""What arguments may be, for all that share such arguments."""

from __future__ import annotations

import numbers
from typing import Any

# What each kind is called, and where one comes from.
_KINDS = {
    "ClipEncoder": "a ClipEncoder, for example ClipEncoder('storybook')",
    "ClusterSweep": "a ClusterSweep, from sweep_clusters or, of one alone, "
    "ClusterSweep((clustering,))",
    "Clustering": "a Clustering, such as sweep[5]",
    "Embeddings": "Embeddings, from encode_images, Embeddings(array) or shards[::100]",
    "Evidence": "Evidence, from evidence_for_k",
    "ImageSet": "an ImageSet, from load_storybook or load_folder",
    "ClusterTransitions": "ClusterTransitions, from compare_clusterings",
    "Projection": "a Projection, from project",
}


def require_count(name: str, value: Any, least: int) -> None:
    """Refuse what is no whole number, or too small a one.

    Raises
    ------
    ValueError
        With the argument's name.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(
            f"`{name}` must be a whole number of at least {least}. Got {value!r} instead."
        )


def require_one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Refuse what is not among the names that there are.

    Raises
    ------
    ValueError
        With the argument's name.
    """
    if value not in allowed:
        names = ", ".join(repr(each) for each in allowed)
        raise ValueError(f"`{name}` must be one of {names}. Got {value!r} instead.")


def require_kind(name: str, value: object, *kinds: type) -> None:
    """Refuse what is of another kind: most often two arguments were swapped.

    Parameters
    ----------
    name : str
        The argument that is looked at.
    value : object
        What was given.
    *kinds : type
        Those of the package's own that it may be.

    Raises
    ------
    TypeError
        If it is of none of them.

    Examples
    --------
    >>> from cliplab import Clustering
    >>> require_kind("clustering", "photos", Clustering)
    Traceback (most recent call last):
    TypeError: `clustering` must be a Clustering, such as sweep[5]. Got str instead.
    """
    if not isinstance(value, kinds):
        allowed = ", or ".join(_KINDS[kind.__name__] for kind in kinds)
        raise TypeError(f"`{name}` must be {allowed}. Got {type(value).__name__} instead.")
