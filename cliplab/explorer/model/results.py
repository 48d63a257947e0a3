"""What has been computed for the screen so far, and how the rest is computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cliplab.clustering.algorithms import ALGORITHMS
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.measuring import remeasure
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.embeddings.spaces import split_space
from cliplab.explorer.model.options import GIVEN_SPACE
from cliplab.projection.projecting import METHODS, project, settle
from cliplab.projection.tsne import StagedTSNE
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    from cliplab.embeddings.values import Embeddings
    from cliplab.explorer.model.state import ExplorerState


class ProjectionKey(NamedTuple):
    """Which projection: what does not matter for a method is None."""

    method: str
    perplexity: int | None
    random_state: int | None


class SweepKey(NamedTuple):
    """Which sweep: of the embeddings (no projection), of a projection, or the one given."""

    projection: ProjectionKey | None
    random_state: int | None
    algorithm: str = "kmeans"
    metric: str = "euclidean"
    is_centered: bool = False


class Results:
    """Projections and sweeps, each computed once.

    Parameters
    ----------
    embeddings : Embeddings
        What is projected and clustered.
    n_clusters, min_cluster_sizes : sequence of int
        What every sweep runs over, whichever its algorithm needs.

    Attributes
    ----------
    projections, sweeps : dict
        What there is, by its key.
    data : dict of SweepKey to Embeddings, Projection or None
        What each sweep is of; None for one that was made elsewhere.
    in_embedding : dict of SweepKey to ClusterSweep
        The clusters found in projections, measured among the embeddings.
    foreign : set of ProjectionKey
        Projections that were given and cannot be computed here.
    """

    def __init__(
        self,
        embeddings: Embeddings,
        n_clusters: Sequence[int],
        min_cluster_sizes: Sequence[int],
    ) -> None:
        self.embeddings = embeddings
        self._n_clusters = n_clusters
        self._min_cluster_sizes = min_cluster_sizes
        self._stages: StagedTSNE | None = None
        self.projections: dict[ProjectionKey, Projection] = {}
        self.sweeps: dict[SweepKey, ClusterSweep] = {}
        self.data: dict[SweepKey, Embeddings | Projection | None] = {}
        self.in_embedding: dict[SweepKey, ClusterSweep] = {}
        self.foreign: set[ProjectionKey] = set()

    def projection_key(self, state: ExplorerState, method: str | None = None) -> ProjectionKey:
        """Return the key of the projection that the state asks for, or of a method."""
        method = method or state.projection
        return ProjectionKey(
            method,
            int(state.perplexity) if method == "tsne" else None,
            state.random_state if method in ("tsne", "umap") else None,
        )

    def own_key(self, state: ExplorerState, projection: Projection) -> ProjectionKey:
        """Return the key by which a projection that was given will be asked for."""
        key, parameters = self.projection_key(state), projection.parameters
        if key.perplexity is not None:
            # A choice is a whole number; a map that was given may lie between two.
            key = key._replace(perplexity=round(parameters.get("perplexity", key.perplexity)))
        if key.random_state is not None:
            seed = parameters.get("random_state", key.random_state)
            # A parameter is a float, and so only nearly a seed above 2**53.
            if seed != float(key.random_state):
                key = key._replace(random_state=int(seed))
        return key

    def sweep_key(self, state: ExplorerState) -> SweepKey:
        """Return the key of the sweep that the state asks for."""
        if state.space == GIVEN_SPACE:
            return SweepKey(None, None, GIVEN_SPACE)
        is_vectors = state.space == "embedding" or state.space.startswith("pca-")
        # A map has no origin from which an angle would mean anything.
        has_metric = is_vectors and state.metric in ALGORITHMS[state.algorithm].metrics
        metric = state.metric if has_metric else "euclidean"
        if state.space == "embedding":
            return SweepKey(None, state.random_state, state.algorithm, metric, state.centered)
        projection = self.projection_key(state, state.space)
        return SweepKey(projection, state.random_state, state.algorithm, metric)

    def add_projection(self, key: ProjectionKey, projection: Projection) -> None:
        """Add a projection that was given; not every one can be computed here."""
        self.projections[key] = projection
        is_flat = projection.coordinates.shape[1] == 2
        if projection.method not in METHODS or not is_flat:
            self.foreign.add(key)

    def add_given_sweep(self, key: SweepKey, sweep: ClusterSweep) -> None:
        """Add a sweep that was given, and find out what it is of."""
        data: Embeddings | Projection | None = None
        if key.algorithm == GIVEN_SPACE:
            pass
        elif key.projection is None:
            data = self.embeddings.centered() if key.is_centered else self.embeddings
        else:
            data = self.projections.get(key.projection)
        self._add_sweep(key, sweep, data)

    def can_be_repeated(self, state: ExplorerState) -> bool:
        """Return whether what the state asks for can be computed of other data too."""
        projection_key, sweep_key = self.projection_key(state), self.sweep_key(state)
        return not (
            sweep_key.algorithm == GIVEN_SPACE
            or projection_key in self.foreign
            or sweep_key.projection in self.foreign
        )

    def compute_projection(
        self, key: ProjectionKey, start: Projection | None
    ) -> Iterator[Projection]:
        """Yield a projection as it converges; t-SNE continues from a t-SNE that has converged."""
        seed = key.random_state or 0
        if key.method != "tsne":
            method, n_components = split_space(key.method)
            yield project(
                self.embeddings, method, n_components=n_components or 2, random_state=seed
            )
            return
        # A task with another seed may replace the attribute meanwhile.
        stages = self._stages
        if stages is None or stages.random_state != seed:
            stages = self._stages = StagedTSNE(self.embeddings, random_state=seed)
        # Another seed shows what chance does, so it starts from the beginning.
        continues = (
            start is not None
            and start.method == "tsne"
            and start.parameters.get("random_state") == float(seed)
        )
        yield from settle(stages, key.perplexity, start if continues else None)

    def compute_sweep(self, key: SweepKey, projection: Projection | None) -> Iterator[ClusterSweep]:
        """Yield the sweep of a space; a projection that is missing is computed first."""
        if key.projection is not None and projection is None:
            *_, projection = self.compute_projection(key.projection, None)
            self.projections[key.projection] = projection
        data: Embeddings | Projection = self.embeddings
        if projection is not None:
            data = projection
        elif key.is_centered:
            data = self.embeddings.centered()
        sweep = sweep_clusters(
            data,
            self._n_clusters,
            random_state=key.random_state or 0,
            algorithm=key.algorithm,
            metric=key.metric,
            min_cluster_sizes=self._min_cluster_sizes,
        )
        newest = data if key.projection is None else self.projections.get(key.projection, data)
        if newest is not data:
            return  # The map has gone on meanwhile, and nobody waits for these clusters any more.
        self._add_sweep(key, sweep, data)
        yield sweep

    def _add_sweep(
        self, key: SweepKey, sweep: ClusterSweep, data: Embeddings | Projection | None
    ) -> None:
        """Add a sweep; one of a projection is measured among the embeddings too."""
        if sweep.space not in ("embedding", "centered embedding", "array"):
            self.in_embedding[key] = remeasure(self.embeddings, sweep)
        self.data[key] = data
        self.sweeps[key] = sweep

    def replace_projection(self, key: ProjectionKey, projection: Projection) -> None:
        """Add a projection that has converged, and forget sweeps of what it was before."""
        self.projections[key] = projection
        for sweep_key in [each for each in self.sweeps if each.projection == key]:
            del self.sweeps[sweep_key]
