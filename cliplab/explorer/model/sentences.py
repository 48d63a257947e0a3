"""What the screen says of itself, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab._core.language import number, say
from cliplab.explorer.model.options import algorithm_title

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.explorer.model.options import Options
    from cliplab.projection.values import Projection


def map_title(options: Options, projection: Projection, is_running: bool) -> str:
    """Say how the map was made, and whether it was stopped before it had converged."""
    title = options.projections.get(projection.method, projection.method)
    perplexity = projection.parameters.get("perplexity")
    if perplexity is not None:
        title = say("titles.with_perplexity", title=title, perplexity=perplexity)
    share_done = projection.parameters.get("share_done", 1.0)
    if is_running or share_done == 1:
        return title
    return say("titles.stopped", title=title, share=share_done)


def space_title(options: Options, clustering: Clustering, space: str) -> str:
    """Say in which space, and by which distance, clusters were found."""
    title = options.spaces[space]
    if clustering.space == "centered embedding":
        title = say("spaces.centered", space=title)
    return say("spaces.cosine", space=title) if clustering.metric == "cosine" else title


def parameter_title(sweep: ClusterSweep) -> str:
    """Return what people call the parameter of a sweep."""
    return say("titles.k" if sweep.parameter == "n_clusters" else "titles.smallest_size")


def status_line(
    options: Options, clustering: Clustering, space: str, in_embedding: Clustering | None
) -> str:
    """Say in a line which clusters are on the screen, and in which space they were found.

    A score that was measured on a map is shown with the score of the same clusters among the
    embeddings, `in_embedding`.
    """
    found = say("status.found", n_clusters=clustering.n_clusters, n_images=len(clustering))
    if clustering.algorithm != "kmeans" or clustering.metric != "euclidean":
        algorithm = algorithm_title(clustering.algorithm, clustering.metric)
        found += say("status.by", algorithm=algorithm)
    if clustering.n_noise:
        found += say("status.noise", n_noise=clustering.n_noise)
    if clustering.is_sampled:
        found += say("status.measured", n_measured=clustering.n_measured)
    where = space_title(options, clustering, space)
    said = {"found": found, "where": where, "score": score_text(clustering)}
    if clustering.is_sampled and in_embedding is None:
        # What matters most comes first, for the line may be cut.
        return say("status.sampled", **said)
    if not np.isfinite(clustering.silhouette_score):
        return say("status.without_mean", **said)
    if in_embedding is None:
        return say("status.of_embedding", **said)
    return say("status.of_map", really=score_text(in_embedding), **said)


def score_title(sweep: ClusterSweep) -> str:
    """Return what is above the curve of mean silhouettes."""
    is_sampled = any(each.is_sampled for each in sweep.clusterings)
    return say("titles.scores_of_a_sample" if is_sampled else "titles.scores")


def elbow_title(sweep: ClusterSweep) -> str:
    """Return what is above the curve of inertias: where the elbow is, if there is one."""
    if sweep.parameter != "n_clusters":
        return say("titles.counts")
    if sweep.elbow is None:
        return say("titles.no_elbow")
    found = [elbow for elbow in sweep.elbows.values() if elbow is not None]
    low, high = min(found), max(found)
    moves = say("titles.elbow_moves", low=low, high=high) if low < high else ""
    return say("titles.elbow", k=sweep.elbow, moves=moves)


def silhouettes_title(clustering: Clustering, in_embedding: Clustering | None = None) -> str:
    """Return what is above the bars: k, the mean, and how many of the images were measured."""
    mean = clustering.silhouette_score
    words = say("titles.mean", score=mean) if np.isfinite(mean) else say("titles.no_mean")
    if clustering.is_sampled:
        # In a narrow window the end is cut; the status line says it too.
        score, n_measured = score_text(clustering), clustering.n_measured
        words = say("titles.mean_of_a_sample", score=score, n_measured=n_measured)
    if in_embedding is not None:
        words = say("titles.beside_clip", mean=words, score=in_embedding.silhouette_score)
    # Where there is much to say, the axis says what the bars are.
    what = "" if clustering.is_sampled else say("titles.silhouettes")
    return say("titles.bars", what=what, k=clustering.n_clusters, mean=words)


def score_text(clustering: Clustering) -> str:
    """Return a mean silhouette for reading, a sample's with its error; a dash where none is."""
    score, error = clustering.silhouette_score, clustering.silhouette_error
    if np.isnan(score):
        return "–"
    if not clustering.is_sampled or np.isnan(error):
        return number(score, ".3f")
    digits = ".3f" if error >= 0.0005 else ".4f"
    return f"{number(score, digits)} ± {number(error, digits)}"
