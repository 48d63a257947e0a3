"""t-SNE maps of many perplexities and seeds, one after the other, all laid on the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cliplab.course.map_alignment import aligned_to, unit_size
from cliplab.evaluation.null import null_data
from cliplab.projection.projecting import settle
from cliplab.projection.tsne import StagedTSNE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cliplab.embeddings.values import Embeddings
    from cliplab.projection.values import Projection


class MapKey(NamedTuple):
    """Which map of a grid.

    Attributes
    ----------
    perplexity : float
        Its perplexity.
    random_state : int
        Its seed.
    is_null : bool
        Whether it is of null data.
    """

    perplexity: float
    random_state: int
    is_null: bool = False

    @property
    def title(self) -> str:
        """What it is, in few words."""
        which = "null data" if self.is_null else f"seed {self.random_state}"
        return f"perplexity {self.perplexity:g}, {which}"


Maps = Mapping[MapKey, "Projection"]


def settle_maps(
    embeddings: Embeddings | ArrayLike, keys: list[MapKey], done: Maps
) -> Iterator[Maps]:
    """Let one map after the other settle, and yield all that there are at each frame.

    Each is as large as any other, and around the same middle. It is turned and mirrored to lie on
    the first of its kind, as it moves too.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        The images.
    keys : list of MapKey
        Which maps; those of null data are of one draw, with the seed of the first.
    done : mapping of MapKey to Projection
        Those that have settled before.

    Returns
    -------
    iterator of mapping
        All maps so far; those that have settled are the same from then on.
    """
    maps = {key: each for key, each in done.items() if is_settled(each)}
    stages: dict[tuple[int, bool], StagedTSNE] = {}
    for key in keys:
        if key in maps:
            continue
        first = next(each for each in keys if each.is_null == key.is_null)
        kind = key.random_state, key.is_null
        if kind not in stages:  # Neighbours are the same for every perplexity.
            vectors = embeddings
            if key.is_null:
                vectors = null_data(embeddings, random_state=first.random_state)
            stages[kind] = StagedTSNE(np.asarray(vectors), key.random_state)
        reference = None if key == first else maps[first].coordinates
        for frame in settle(stages[kind], key.perplexity):
            coordinates = unit_size(frame.coordinates)
            if reference is not None:
                coordinates = aligned_to(coordinates, reference)
            maps = {**maps, key: replace(frame, coordinates=coordinates.astype(np.float32))}
            yield maps


def is_settled(projection: Projection) -> bool:
    """Say whether a t-SNE is at its end."""
    return projection.parameters.get("share_done", 1.0) >= 1.0
