"""Null data, treated as the images are, and the silhouettes that they reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.null import null_data
from cliplab.explorer.model.results import ProjectionKey, Results, SweepKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.projection.values import Projection

N_GROUPS = 10


@dataclass(frozen=True, eq=False)
class NullGroup:
    """Null data as they are shown below the images.

    Attributes
    ----------
    kind : str
        Which null data, as `null_data` has it.
    keys : pair of ProjectionKey and SweepKey
        How they were projected and clustered.
    projection, sweep
        Of the first group.
    scores : ndarray of shape (n_groups, n_values)
        The mean silhouettes of all draws so far.
    """

    kind: str
    keys: tuple[ProjectionKey, SweepKey]
    projection: Projection
    sweep: ClusterSweep
    scores: NDArray[np.float64] = field(repr=False)


def null_groups(
    embeddings: Embeddings,
    kind: str,
    keys: tuple[ProjectionKey, SweepKey],
    values: tuple[Sequence[int], Sequence[int]],
    earlier: NullGroup | None = None,
) -> Iterator[NullGroup]:
    """Yield null data, and then again with the silhouettes of one more draw, up to ten.

    Parameters
    ----------
    embeddings : Embeddings
        The vectors of the images.
    kind : str
        Which null data.
    keys : pair of ProjectionKey and SweepKey
        How the images are projected and clustered.
    values : pair of sequence of int
        Every k and every smallest size of a cluster, as for the images.
    earlier : NullGroup, optional
        One of the same kind: where it was clustered in the same way, only its map is computed
        anew.
    """
    projection_key, sweep_key = keys
    first = Results(_null(embeddings, kind, 0), *values)
    *_, projection = first.compute_projection(projection_key, None)
    if earlier is not None and earlier.keys[1] == sweep_key and len(earlier.scores) == N_GROUPS:
        yield replace(earlier, keys=keys, projection=projection)
        return
    first.projections[projection_key] = projection
    group: NullGroup | None = None
    for seed in range(N_GROUPS):
        results = first if seed == 0 else Results(_null(embeddings, kind, seed), *values)
        its_map = results.projections.get(sweep_key.projection) if sweep_key.projection else None
        *_, sweep = results.compute_sweep(sweep_key, its_map)
        scores = sweep.silhouette_scores[None]
        if group is None:
            group = NullGroup(kind, keys, projection, sweep, scores)
        else:
            group = replace(group, scores=np.vstack([group.scores, scores]))
        yield group


def _null(embeddings: Embeddings, kind: str, seed: int) -> Embeddings:
    null = null_data(embeddings, kind, random_state=seed)
    assert isinstance(null, Embeddings)
    return null
