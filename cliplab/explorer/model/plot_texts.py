"""What each plot shows, in a sentence, for whoever does not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab._core.language import say
from cliplab.explorer.model.sentences import parameter_title

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering


def plot_texts(sweep: ClusterSweep, value: int) -> dict[str, str]:
    """Return what is shown of one clustering of a sweep: a sentence for each plot, by its name.

    Parameters
    ----------
    sweep : ClusterSweep
        All clusterings.
    value : int
        Which one: k, or another parameter of the algorithm.

    Returns
    -------
    dict of str to str
        For the map (``"scatter"``), the ``"silhouettes"``, and the curves ``"elbow"`` and
        ``"score"``.
    """
    clustering = sweep[value]
    is_by_k = sweep.parameter == "n_clusters"
    texts = {
        "scatter": _sizes_text(clustering),
        "silhouettes": _silhouettes_text(clustering),
        "elbow": _inertia_text(sweep, value) if is_by_k else _count_text(sweep, value),
        "score": _score_text(sweep, value),
    }
    return {name: f"{text[0].upper()}{text[1:]}." for name, text in texts.items()}


def _sizes_text(clustering: Clustering) -> str:
    """Say how many clusters there are, and which is the largest."""
    labels, n_clusters = clustering.cluster_labels, clustering.n_clusters
    sizes = np.bincount(labels[labels >= 0], minlength=n_clusters)
    noise = say("plots.noise", n=clustering.n_noise) if clustering.n_noise else ""
    if n_clusters == 0:
        return say("plots.no_cluster", noise=noise)
    largest = int(sizes.argmax())
    said = {"n_clusters": n_clusters, "largest": largest, "noise": noise}
    name = "plots.one_cluster" if n_clusters == 1 else "plots.sizes"
    return say(name, n=int(sizes[largest]), **said)


def _silhouettes_text(clustering: Clustering) -> str:
    labels, silhouettes = clustering.cluster_labels, clustering.silhouettes
    is_known = np.isfinite(silhouettes)
    means = {
        cluster: float(silhouettes[is_known & (labels == cluster)].mean())
        for cluster in np.unique(labels[is_known]).tolist()
    }
    if not means:
        return say("plots.no_silhouettes")
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    n_negative = int((silhouettes[is_known] < 0).sum())
    ends = ""
    if len(means) > 1:
        said = {"best": best, "highest": means[best], "worst": worst, "lowest": means[worst]}
        ends = say("plots.means", **said)
    return say("plots.negative", ends=ends, n_negative=n_negative, n=int(is_known.sum()))


def _inertia_text(sweep: ClusterSweep, value: int) -> str:
    inertias = dict(zip(sweep.parameter_values, sweep.inertias, strict=True))
    first, last = sweep.parameter_values[0], sweep.parameter_values[-1]
    return say(
        "plots.inertia",
        first=inertias[first],
        last=inertias[last],
        now=inertias[value],
        from_k=_at(sweep, first),
        to_k=_at(sweep, last),
        now_k=_at(sweep, value),
    )


def _count_text(sweep: ClusterSweep, value: int) -> str:
    counts = dict(zip(sweep.parameter_values, sweep.n_clusters, strict=True))
    first, last = sweep.parameter_values[0], sweep.parameter_values[-1]
    return say(
        "plots.counts",
        first=counts[first],
        last=counts[last],
        now=counts[value],
        from_k=_at(sweep, first),
        to_k=_at(sweep, last),
        now_k=_at(sweep, value),
    )


def _score_text(sweep: ClusterSweep, value: int) -> str:
    scores = {
        each: float(score)
        for each, score in zip(sweep.parameter_values, sweep.silhouette_scores, strict=True)
        if np.isfinite(score)
    }
    if not scores:
        return say("plots.no_silhouettes")
    best = max(scores, key=scores.__getitem__)
    said = {"highest": scores[best], "best_k": _at(sweep, best), "now_k": _at(sweep, value)}
    if value not in scores:
        return say("plots.no_score", **said)
    return say("plots.score", now=scores[value], **said)


def _at(sweep: ClusterSweep, value: int) -> str:
    return f"{parameter_title(sweep)} = {value}"
