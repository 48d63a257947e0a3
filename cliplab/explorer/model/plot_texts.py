"""What each plot shows, in a sentence, for whoever does not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    noise = f"; {_images(clustering.n_noise)} in no cluster" if clustering.n_noise else ""
    if n_clusters == 0:
        return f"no cluster{noise}"
    if n_clusters == 1:
        return f"1 cluster of {_images(int(sizes[0]))}{noise}"
    largest = int(sizes.argmax())
    return (
        f"{n_clusters} clusters; the largest, {largest}, has {_images(int(sizes[largest]))}{noise}"
    )


def _silhouettes_text(clustering: Clustering) -> str:
    labels, silhouettes = clustering.cluster_labels, clustering.silhouettes
    is_known = np.isfinite(silhouettes)
    means = {
        cluster: float(silhouettes[is_known & (labels == cluster)].mean())
        for cluster in np.unique(labels[is_known]).tolist()
    }
    if not means:
        return "no silhouettes"
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    n_negative = int((silhouettes[is_known] < 0).sum())
    ends = (
        f"cluster {best} has the highest mean, {means[best]:.2f}, "
        f"and cluster {worst} the lowest, {means[worst]:.2f}; "
        if len(means) > 1
        else ""
    )
    return f"{ends}{n_negative:,} of {_images(int(is_known.sum()))} are negative"


def _inertia_text(sweep: ClusterSweep, value: int) -> str:
    inertias = dict(zip(sweep.parameter_values, sweep.inertias, strict=True))
    first, last = sweep.parameter_values[0], sweep.parameter_values[-1]
    return (
        f"from {inertias[first]:,.4g} at {_at(sweep, first)} "
        f"to {inertias[last]:,.4g} at {_at(sweep, last)}; "
        f"it is {inertias[value]:,.4g} at {_at(sweep, value)}"
    )


def _count_text(sweep: ClusterSweep, value: int) -> str:
    counts = dict(zip(sweep.parameter_values, sweep.n_clusters, strict=True))
    first, last = sweep.parameter_values[0], sweep.parameter_values[-1]
    return (
        f"from {counts[first]} at {_at(sweep, first)} to {counts[last]} at {_at(sweep, last)}; "
        f"there are {counts[value]} at {_at(sweep, value)}"
    )


def _score_text(sweep: ClusterSweep, value: int) -> str:
    scores = {
        each: float(score)
        for each, score in zip(sweep.parameter_values, sweep.silhouette_scores, strict=True)
        if np.isfinite(score)
    }
    if not scores:
        return "no silhouettes"
    best = max(scores, key=scores.__getitem__)
    highest = f"the highest, {scores[best]:.2f}, is at {_at(sweep, best)}"
    if value not in scores:
        return f"{highest}; there is none at {_at(sweep, value)}"
    return f"{highest}; it is {scores[value]:.2f} at {_at(sweep, value)}"


def _at(sweep: ClusterSweep, value: int) -> str:
    return f"{sweep.parameter_title} = {value}"


def _images(n: int) -> str:
    return f"{n:,} image" if n == 1 else f"{n:,} images"
