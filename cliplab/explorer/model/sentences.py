"""What the screen says of itself, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab.clustering.algorithms import title_of
from cliplab.explorer.model.options import MAP_TITLES

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.explorer.model.options import Options
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.projection.values import Projection


def map_title(options: Options, projection: Projection, is_running: bool) -> str:
    """Say how the map was made, and whether it was stopped before it had converged."""
    title = options.projections.get(projection.method, projection.method)
    perplexity = projection.parameters.get("perplexity")
    if perplexity is not None:
        title = f"{title} · perplexity {perplexity:g}"
    share_done = projection.parameters.get("share_done", 1.0)
    return title if is_running or share_done == 1 else f"{title} · stopped at {share_done:.0%}"


def space_title(options: Options, clustering: Clustering, space: str) -> str:
    """Say in which space, and by which distance, clusters were found."""
    title = options.spaces[space]
    if clustering.space == "centered embedding":
        title += ", centred"
    return f"{title}, cosine" if clustering.metric == "cosine" else title


def space_in_words(space: str) -> str:
    """Return what people call the space of a clustering that no Explorer offers."""
    method, _, n_components = space.partition("-")
    if n_components and method == "pca":
        return f"{n_components} principal components"
    title = MAP_TITLES.get(method)
    if title is None:
        return space
    return f"the {title} map" if not n_components else f"{title} in {n_components} dimensions"


def status(session: ExplorerSession) -> str:
    """Say what is being computed, or else which clusters are on the screen."""
    options, state = session.options, session.state
    if "map" in session.running:
        return f"Computing {options.projections[state.projection]} …"
    if "sweep" in session.running:
        return f"Clustering {options.spaces[state.space]} …"
    if "neighbors" in session.running:
        return "Finding neighbours …"
    if "wall" in session.running:
        return "Building the wall …"
    if "null data" in session.running:
        return "Computing null data …"
    measured = session.in_embedding
    in_embedding = None if measured is None else measured[session.value]
    return status_line(options, session.clustering, session.space, in_embedding)


def status_line(
    options: Options, clustering: Clustering, space: str, in_embedding: Clustering | None
) -> str:
    """Say in a line which clusters are on the screen, and in which space they were found.

    A score that was measured on a map is shown with the score of the same clusters among the
    embeddings, `in_embedding`.
    """
    found = f"{clustering.n_clusters} clusters of {len(clustering):,} images"
    if clustering.algorithm != "kmeans" or clustering.metric != "euclidean":
        found += f" by {title_of(clustering.algorithm, clustering.metric)}"
    if clustering.n_noise:
        found += f", {clustering.n_noise} noise"
    if clustering.is_sampled:
        found += f" ({clustering.n_measured:,} measured)"
    where = space_title(options, clustering, space)
    score = score_text(clustering)
    if clustering.is_sampled and in_embedding is None:
        # What matters most comes first, for the line may be cut.
        return f"Mean silhouette {score} in {where} · {found}"
    if in_embedding is None:
        return f"{found}, found in {where} · mean silhouette there {score}"
    really = score_text(in_embedding)
    return f"⚠ Mean silhouette {score} in {where}, but {really} in CLIP space · {found}"


def score_title(sweep: ClusterSweep) -> str:
    """Return what is above the curve of mean silhouettes."""
    is_sampled = any(each.is_sampled for each in sweep.clusterings)
    return "Mean silhouette ± 2 errors" if is_sampled else "Mean silhouette"


def elbow_title(sweep: ClusterSweep) -> str:
    """Return what is above the curve of inertias: where the elbow is, if there is one."""
    if sweep.parameter != "n_clusters":
        return "Clusters found"
    if sweep.elbow is None:
        return "Inertia · no clear elbow"
    found = [elbow for elbow in sweep.elbows.values() if elbow is not None]
    moves = f" ({min(found)}–{max(found)} by range)" if min(found) < max(found) else ""
    return f"Inertia · elbow at k = {sweep.elbow}{moves}"


def silhouettes_title(clustering: Clustering, in_embedding: Clustering | None = None) -> str:
    """Return what is above the bars: k, the mean, and how many of the images were measured."""
    mean = clustering.silhouette_score
    words = f"mean {mean:.2f}" if np.isfinite(mean) else "no mean"
    if clustering.is_sampled:
        # In a narrow window the end is cut; the status line says it too.
        words = f"mean {score_text(clustering)} of {clustering.n_measured:,}"
    if in_embedding is not None:
        words = f"⚠ {words} (CLIP {in_embedding.silhouette_score:.2f})"
    # Where there is much to say, the axis says what the bars are.
    what = "" if clustering.is_sampled else "Silhouettes · "
    return f"{what}k = {clustering.n_clusters} · {words}"


def score_text(clustering: Clustering) -> str:
    """Return a mean silhouette for reading, a sample's with its error; a dash where none is."""
    score, error = clustering.silhouette_score, clustering.silhouette_error
    if np.isnan(score):
        return "–"
    if not clustering.is_sampled or np.isnan(error):
        return f"{score:.3f}"
    return f"{score:.3f} ± {error:.3f}" if error >= 0.0005 else f"{score:.4f} ± {error:.4f}"
