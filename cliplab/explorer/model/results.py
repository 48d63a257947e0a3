"""What the Explorer has computed so far, and how it computes what is not there yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cliplab.clustering.algorithms import ALGORITHMS
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.measuring import remeasure
from cliplab.clustering.sweeping import sweep_clusters
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
    perplexity: float | None
    random_state: int | None


class SweepKey(NamedTuple):
    """Which sweep: of the embeddings (no projection), of a projection, or the one given."""

    projection: ProjectionKey | None
    random_state: int | None
    algorithm: str = "kmeans"
    metric: str = "euclidean"
    is_centered: bool = False


class Results:
    """Projections and sweeps, each computed once and kept.

    Parameters
    ----------
    embeddings : Embeddings
        What is projected and clustered.
    n_clusters, min_cluster_sizes : sequence of int
        What every sweep is told, as its algorithm wants it.

    Attributes
    ----------
    projections, sweeps : dict
        What there is, by its key.
    data : dict of SweepKey to Embeddings, Projection or None
        What each sweep is of; None for one that was made elsewhere.
    in_embedding : dict of SweepKey to ClusterSweep
        The clusters found in projections, measured among the embeddings.
    foreign : set of ProjectionKey
        Projections that were given and cannot be made anew.
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
            return SweepKey(None, None, GIVEN_SPACE)
        is_vectors = state.space == "embedding" or state.space.startswith("pca-")
        # In a picture there is no point from which an angle would mean anything.
        knows = is_vectors and state.metric in ALGORITHMS[state.algorithm].metrics
        metric = state.metric if knows else "euclidean"
        if state.space == "embedding":
            return SweepKey(None, state.random_state, state.algorithm, metric, state.centered)
        picture = self.projection_key(state, state.space)
        return SweepKey(picture, state.random_state, state.algorithm, metric)

    def keep_given(
        self, keys: tuple[ProjectionKey, SweepKey], projection: Projection, sweep: ClusterSweep
    ) -> None:
        """Keep what was given, and find out what the sweep is of."""
        projection_key, sweep_key = keys
        self.projections[projection_key] = projection
        is_flat = projection.coordinates.shape[1] == 2
        if projection.method not in METHODS or not is_flat:
            self.foreign.add(projection_key)
        data: Embeddings | Projection | None = None
        if sweep_key.algorithm == GIVEN_SPACE:
            pass
        elif sweep_key.projection is None:
            data = self.embeddings.centered() if sweep_key.is_centered else self.embeddings
        elif sweep_key.projection == projection_key:
            data = projection
        self.keep_sweep(sweep_key, sweep, data)

    def compute_projection(
        self, key: ProjectionKey, standing: Projection | None
    ) -> Iterator[Projection]:
        """Yield a projection as it settles; t-SNE goes on from a t-SNE that has settled."""
        seed = key.random_state or 0
        if key.method != "tsne":
            method, _, n_components = key.method.partition("-")
            yield project(
                self.embeddings, method, n_components=int(n_components or 2), random_state=seed
            )
            return
        # Another lane may be at it with another seed, so what is used here has a name here.
        stages = self._stages
        if stages is None or stages.random_state != seed:
            stages = self._stages = StagedTSNE(self.embeddings, random_state=seed)
        # Another seed is to show what chance does, so it starts from the beginning.
        goes_on = (
            standing is not None
            and standing.method == "tsne"
            and standing.parameters.get("random_state") == seed
        )
        yield from settle(stages, key.perplexity, standing if goes_on else None)

    def compute_sweep(self, key: SweepKey, picture: Projection | None) -> Iterator[ClusterSweep]:
        """Yield the sweep of a space; of a projection that is not there yet, it is made first."""
        if key.projection is not None and picture is None:
            *_, picture = self.compute_projection(key.projection, None)
            self.projections[key.projection] = picture
        data: Embeddings | Projection = self.embeddings
        if picture is not None:
            data = picture
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
        self.keep_sweep(key, sweep, data)
        yield sweep

    def keep_sweep(
        self, key: SweepKey, sweep: ClusterSweep, data: Embeddings | Projection | None
    ) -> None:
        """Keep a sweep and what it is of; one of a projection is measured among the embeddings."""
        if sweep.space not in ("embedding", "centered embedding", "array"):
            self.in_embedding[key] = remeasure(self.embeddings, sweep)
        self.data[key] = data
        self.sweeps[key] = sweep

    def keep_projection(self, key: ProjectionKey, projection: Projection) -> None:
        """Keep a projection that has settled, and forget sweeps of what it was before."""
        self.projections[key] = projection
        for sweep_key in [each for each in self.sweeps if each.projection == key]:
            del self.sweeps[sweep_key]
