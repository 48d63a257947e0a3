"""The control group: null data under the same treatment, and the silhouettes that they reach."""

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
    told: tuple[Sequence[int], Sequence[int]],
    standing: ControlGroup | None = None,
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
    told : pair of sequence of int
        Every k and every smallest size of a cluster, as for the real ones.
    standing : ControlGroup, optional
        One of the same kind: where it was clustered in the same way, only its picture is made
        anew.
    """
    projection_key, sweep_key = keys
    first = Results(_null(embeddings, kind, 0), *told)
    *_, projection = first.compute_projection(projection_key, None)
    if standing is not None and standing.keys[1] == sweep_key and len(standing.scores) == N_GROUPS:
        yield replace(standing, keys=keys, projection=projection)
        return
    first.projections[projection_key] = projection
    group: ControlGroup | None = None
    for seed in range(N_GROUPS):
        results = first if seed == 0 else Results(_null(embeddings, kind, seed), *told)
        picture = results.projections.get(sweep_key.projection) if sweep_key.projection else None
        *_, sweep = results.compute_sweep(sweep_key, picture)
        scores = sweep.silhouette_scores[None]
        if group is None:
            group = ControlGroup(kind, keys, projection, sweep, scores)
        else:
            group = replace(group, scores=np.vstack([group.scores, scores]))
        yield group


def _null(embeddings: Embeddings, kind: str, seed: int) -> Embeddings:
    null = null_data(embeddings, kind, random_state=seed)
    assert isinstance(null, Embeddings)
    return null
