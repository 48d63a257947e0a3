"""What the Explorer has computed so far, and how it computes what is not there yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cliplab.clustering import ClusterSweep, sweep_clusters
from cliplab.explorer.choices import GIVEN_SPACE
from cliplab.projection import Projection, project, settle
from cliplab.tsne import StagedTSNE

if TYPE_CHECKING:
    from cliplab.embeddings import Embeddings
    from cliplab.explorer.state import ExplorerState


class ProjectionKey(NamedTuple):
    """Which projection: what does not matter for a method is None."""

    method: str
    perplexity: float | None
    random_state: int | None


class SweepKey(NamedTuple):
    """Which sweep: of the embeddings (None), of a projection, or the one that was given."""

    projection: ProjectionKey | None
    random_state: int | None


class Results:
    """Projections and sweeps, each computed once and kept.

    Parameters
    ----------
    embeddings : Embeddings
        What is projected and clustered.
    n_clusters : sequence of int
        The ks of every sweep.
    """

    def __init__(self, embeddings: Embeddings, n_clusters: Sequence[int]) -> None:
        self._embeddings = embeddings
        self._n_clusters = n_clusters
        self._stages: StagedTSNE | None = None
        self.projections: dict[ProjectionKey, Projection] = {}
        self.sweeps: dict[SweepKey, ClusterSweep] = {}

    def projection_key(self, state: ExplorerState, method: str | None = None) -> ProjectionKey:
        """Say which projection the state asks for, or which of a method."""
        method = method or state.projection
        return ProjectionKey(
            method,
            state.perplexity if method == "tsne" else None,
            state.random_state if method in ("tsne", "umap") else None,
        )

    def own_key(self, state: ExplorerState, projection: Projection) -> ProjectionKey:
        """Say by which key a projection that was given will be asked for."""
        key, told = self.projection_key(state), projection.parameters
        if key.perplexity is not None:
            key = key._replace(perplexity=told.get("perplexity", key.perplexity))
        if key.random_state is not None:
            key = key._replace(random_state=int(told.get("random_state", key.random_state)))
        return key

    def sweep_key(self, state: ExplorerState) -> SweepKey:
        """Say which sweep the state asks for."""
        if state.space == GIVEN_SPACE:
            return SweepKey(None, None)
        if state.space == "embedding":
            return SweepKey(None, state.random_state)
        return SweepKey(self.projection_key(state, state.space), state.random_state)

    def compute_projection(
        self, key: ProjectionKey, standing: Projection | None
    ) -> Iterator[Projection]:
        """Yield a projection as it settles; t-SNE goes on from a t-SNE that has settled."""
        seed = key.random_state or 0
        if key.method != "tsne":
            yield project(self._embeddings, key.method, random_state=seed)
            return
        # Another lane may be at it with another seed, so what is used here has a name here.
        stages = self._stages
        if stages is None or stages.random_state != seed:
            stages = self._stages = StagedTSNE(self._embeddings, random_state=seed)
        # Another seed is to show what chance does, so it starts from the beginning.
        goes_on = (
            standing is not None
            and standing.method == "tsne"
            and standing.parameters.get("random_state") == seed
        )
        yield from settle(stages, key.perplexity, standing if goes_on else None)

    def compute_sweep(self, key: SweepKey, picture: Projection | None) -> Iterator[ClusterSweep]:
        """Yield the sweep of a space; of a projection that is not there yet, it is made first."""
        data: Embeddings | Projection = self._embeddings
        if key.projection is not None:
            if picture is None:
                *_, picture = self.compute_projection(key.projection, None)
                self.projections[key.projection] = picture
            data = picture
        seed = key.random_state or 0
        self.sweeps[key] = sweep_clusters(data, self._n_clusters, random_state=seed)
        yield self.sweeps[key]

    def keep_projection(self, key: ProjectionKey, projection: Projection) -> None:
        """Keep a projection that has settled, and forget sweeps of what it was before."""
        self.projections[key] = projection
        for sweep_key in [each for each in self.sweeps if each.projection == key]:
            del self.sweeps[sweep_key]
