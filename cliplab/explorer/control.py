"""The control group: null data under the same treatment, and the silhouettes that they reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab.embeddings import Embeddings
from cliplab.explorer.results import ProjectionKey, Results, SweepKey
from cliplab.null import null_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cliplab.clustering import ClusterSweep
    from cliplab.projection import Projection

N_GROUPS = 10


@dataclass(frozen=True, eq=False)
class ControlGroup:
    """Null data as they are drawn below the real ones.

    Attributes
    ----------
    kind : str
        Which null data, as `null_data` has it.
    keys : pair of ProjectionKey and SweepKey
        How they were drawn and clustered.
    projection, sweep
        Of the first group.
    scores : ndarray of shape (n_groups, n_values)
        The mean silhouettes of all groups so far.
    """

    kind: str
    keys: tuple[ProjectionKey, SweepKey]
    projection: Projection
    sweep: ClusterSweep
    scores: NDArray[np.float64] = field(repr=False)


def draw_control_groups(
    embeddings: Embeddings,
    kind: str,
    keys: tuple[ProjectionKey, SweepKey],
    n_clusters: Sequence[int],
    min_cluster_sizes: Sequence[int],
) -> Iterator[ControlGroup]:
    """Yield a control group, and then again with the silhouettes of one more, up to ten.

    Parameters
    ----------
    embeddings : Embeddings
        The real ones.
    kind : str
        Which null data.
    keys : pair of ProjectionKey and SweepKey
        How the real ones are drawn and clustered.
    n_clusters, min_cluster_sizes : sequence of int
        As for the real ones.
    """
    projection_key, sweep_key = keys
    first: tuple[Projection, ClusterSweep] | None = None
    scores = []
    for seed in range(N_GROUPS):
        null = null_data(embeddings, kind, seed)
        assert isinstance(null, Embeddings)
        results = Results(null, n_clusters, min_cluster_sizes)
        if first is None:
            *_, projection = results.compute_projection(projection_key, None)
            results.projections[projection_key] = projection
        picture = results.projections.get(sweep_key.projection) if sweep_key.projection else None
        *_, sweep = results.compute_sweep(sweep_key, picture)
        first = first or (projection, sweep)
        scores.append(sweep.silhouette_scores)
        yield ControlGroup(kind, keys, *first, scores=np.array(scores))
