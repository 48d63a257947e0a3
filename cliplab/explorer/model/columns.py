"""Values become columns: dicts of arrays for Bokeh's sources, grouped by what changes them.

A column bears the name of the field that it shows. Nothing here knows a screen, so that what a
plot will show can be tested without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.values import NOISE
from cliplab.explorer.style.theme import cluster_color, ink_on

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.projection.values import Projection

Columns = dict[str, Any]
PILL = ("clusters", "names", "sizes", "colors", "inks")  # The number of a cluster, and its looks.
BESIDE_BARS = (*PILL, "word_positions")
_MOST_WORDS = 20  # Numbers beside the bars.


def projection_columns(projection: Projection) -> Columns:
    """Return where each image is in the plane: the first two columns of a projection."""
    coordinates = np.asarray(projection.coordinates, dtype=np.float32)
    if coordinates.shape[1] < 2:
        raise ValueError("`projection` must have two columns to be drawn. Got 1 instead.")
    return {"x": coordinates[:, 0], "y": coordinates[:, 1]}


def label_columns(clustering: Clustering) -> Columns:
    """Return each image's cluster."""
    smallest = np.min_scalar_type(-max(1, clustering.n_clusters))  # It holds -1 for noise too.
    return {"cluster_labels": clustering.cluster_labels.astype(smallest)}


def bar_columns(clustering: Clustering) -> Columns:
    """Return each image's silhouette and the place of its bar.

    Bars are in blocks, one a cluster with a gap after it, the best silhouette of each on top.
    Noise, which has no silhouettes, keeps its room at the end. Images that were not measured have
    no bar and no place.
    """
    labels, silhouettes = clustering.cluster_labels, clustering.silhouettes
    rows = bar_rows(clustering)
    blocks = np.where(labels == NOISE, clustering.n_clusters, labels)[rows]
    order = np.lexsort((-silhouettes[rows], blocks))
    places = np.arange(len(rows)) + _gap(len(rows)) * blocks[order]
    if len(rows) == len(labels):
        positions = np.empty(len(labels), np.uint16 if places[-1] < 2**16 else np.int32)
    else:
        positions = np.full(len(labels), np.nan, dtype=np.float32)
    positions[rows[order]] = places
    return {"silhouettes": silhouettes.astype(np.float32), "bar_positions": positions}


def bar_rows(clustering: Clustering) -> NDArray[np.intp]:
    """Return which images have a bar: all, or those of a sample that were measured, and noise."""
    if not clustering.is_sampled:
        return np.arange(len(clustering))
    is_noise = clustering.cluster_labels == NOISE
    return np.flatnonzero(is_noise | np.isfinite(clustering.silhouettes))


def number_columns(clustering: Clustering, projection: Projection) -> Columns:
    """Return each cluster's pill, where it is on the map, and the row of its typical image.

    It is at the median of its images.
    """
    members = _members(clustering)
    points = projection_columns(projection)
    medians = {
        axis: [float(np.median(column[rows])) for rows in members]
        for axis, column in points.items()
    }
    pills = _pills(list(range(clustering.n_clusters)), members)
    return {**pills, **medians, "typical": list(most_typical(clustering))}


def word_columns(clustering: Clustering) -> Columns:
    """Return each cluster's pill and its place beside the bars, one below the other."""
    bars = bar_columns(clustering)["bar_positions"]
    clusters, members = list(range(clustering.n_clusters)), _members(clustering)
    if clustering.n_noise:
        clusters.append(NOISE)
        members.append(np.flatnonzero(clustering.cluster_labels == NOISE))
    middles = [_middle(bars[rows]) for rows in members]
    # Where there is no room for all, the largest clusters have theirs.
    by_size = sorted(range(len(members)), key=lambda i: -len(members[i]))
    shown = sorted(by_size[:_MOST_WORDS])
    return {
        **_pills([clusters[i] for i in shown], [members[i] for i in shown]),
        "word_positions": _apart([middles[i] for i in shown], bars_end(clustering)),
    }


def _pills(clusters: list[int], members: list[NDArray[np.intp]]) -> Columns:
    """Return what stands on the pill of each cluster, and in which colours."""
    colors = [cluster_color(cluster) for cluster in clusters]
    return {
        "clusters": clusters,
        "names": ["–" if cluster == NOISE else str(cluster) for cluster in clusters],
        "sizes": [len(rows) for rows in members],
        "colors": colors,
        "inks": [ink_on(color) for color in colors],
    }


def most_typical(clustering: Clustering) -> tuple[int, ...]:
    """Return the row of the image with the highest silhouette in each cluster."""
    rows = []
    for members in _members(clustering):
        # One cluster alone has no silhouettes, and of a sample not every image has.
        scores = np.nan_to_num(clustering.silhouettes[members], nan=-np.inf)
        rows.append(int(members[scores.argmax()]))
    return tuple(rows)


def _middle(positions: NDArray[Any]) -> float:
    """Return where the middle of some bars is; at the top where there are none."""
    known = positions[np.isfinite(positions)]
    return float(known.mean()) if known.size else 0.0


def _members(clustering: Clustering) -> list[NDArray[np.intp]]:
    labels = clustering.cluster_labels
    return [np.flatnonzero(labels == cluster) for cluster in range(clustering.n_clusters)]


def _apart(positions: list[float], end: float) -> list[float]:
    """Move positions apart until lines of words fit between them, and none beyond the end."""
    room = end / (_MOST_WORDS + 1)
    spread = np.array(positions, dtype=float)
    for i in range(1, len(spread)):
        spread[i] = max(spread[i], spread[i - 1] + room)
    last = end
    for i in reversed(range(len(spread))):
        spread[i] = min(spread[i], last)
        last = spread[i] - room
    return [float(position) for position in spread]


def bars_end(clustering: Clustering) -> int:
    """Return where the last block of bars ends."""
    n_blocks, n_bars = clustering.n_clusters + (clustering.n_noise > 0), len(bar_rows(clustering))
    return n_bars + _gap(n_bars) * (n_blocks - 1)


def half_gap(n_bars: int) -> float:
    """Return half of the room between two blocks of bars."""
    return _gap(n_bars) / 2


def _gap(n_bars: int) -> int:
    return max(1, n_bars // 80)


def sweep_columns(sweep: ClusterSweep) -> Columns:
    """Return inertia and mean silhouette for every k, or other parameter, and k.

    Where silhouettes were sampled, the mean of all lies between low and high in 19 of 20 samples.
    """
    scores, errors = np.asarray(sweep.silhouette_scores), np.asarray(sweep.silhouette_errors)
    return {
        "parameter_values": np.asarray(sweep.parameter_values),
        "n_clusters": np.asarray(sweep.n_clusters),
        "inertias": np.asarray(sweep.inertias),
        "silhouette_scores": scores,
        "low": scores - 2 * errors,
        "high": scores + 2 * errors,
    }


def band_columns(sweep: ClusterSweep, null_scores: NDArray[np.floating]) -> Columns:
    """Return the range of the mean silhouettes of null data, for every k.

    `null_scores` has a row for each draw of null data and a column for each k.
    """
    ranges = {
        value: ends
        for value, scores in zip(sweep.parameter_values, null_scores.T, strict=False)
        if (ends := null_range(scores)) is not None
    }
    lows, highs = np.array(list(ranges.values()), dtype=np.float32).reshape(-1, 2).T
    return {"parameter_values": np.array(list(ranges)), "low": lows, "high": highs}


def ends_of(*columns: Any) -> tuple[float, float]:
    """Return between which ends a curve is drawn that holds all these numbers, with some air."""
    numbers = np.concatenate([np.asarray(column, dtype=float) for column in columns])
    known = numbers[np.isfinite(numbers)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    air = 0.05 * (high - low) or 1.0
    return low - air, high + air


def null_range(scores: NDArray[np.floating]) -> tuple[float, float] | None:
    """Return the range of mean silhouettes of null data; None where none has any."""
    known = scores[np.isfinite(scores)]
    return (float(known.min()), float(known.max())) if known.size else None
