"""Values become columns: dicts of arrays for Bokeh's sources, grouped by what changes them.

A column bears the name of the field that it shows. Nothing here knows a screen, so that what a
plot will show can be tested without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering import NOISE
from cliplab.explorer.theme import (
    AMOUNT_COLORS,
    CATEGORY_COLORS,
    OTHER_COLOR,
    SIGN_COLORS,
)

if TYPE_CHECKING:
    from cliplab.clustering import Clustering, ClusterSweep
    from cliplab.images import ImageSet
    from cliplab.projection import Projection

Columns = dict[str, Any]
_MOST_WORDS = 23  # Lines of words beside the bars.


def image_columns(images: ImageSet, reveals: bool = True) -> Columns:
    """Return what a hover says of the images: their ids and known classes.

    Where classes are not to be seen yet, neither are ids: those of files often hold the class.
    """
    if not reveals:
        return {
            "image_ids": [hidden_name(i) for i in range(len(images))],
            "class_names": [""] * len(images),
        }
    names = [*images.class_names, ""]
    return {
        "image_ids": images.image_ids.tolist(),
        "class_names": [names[label] for label in images.class_labels],
    }


def hidden_name(row: int) -> str:
    """Return what an image is called as long as its name might give its class away."""
    return f"picture {row}"


def null_columns(n_rows: int) -> Columns:
    """Return what a hover says of null data, which are no images."""
    return {"image_ids": [f"null row {i}" for i in range(n_rows)], "class_names": [""] * n_rows}


def projection_columns(projection: Projection) -> Columns:
    """Return where each image stands in the plane: the first two columns of a projection."""
    coordinates = np.asarray(projection.coordinates, dtype=np.float32)
    if coordinates.shape[1] < 2:
        raise ValueError("`projection` must have two columns to be drawn. Got 1 instead.")
    return {"x": coordinates[:, 0], "y": coordinates[:, 1]}


def clustering_columns(clustering: Clustering) -> Columns:
    """Return each image's cluster, its silhouette and the place of its bar.

    Bars stand in blocks, one a cluster with a gap after it, the best silhouette of each on top.
    Noise, which has no silhouettes, keeps its room at the end.
    """
    labels, silhouettes = clustering.cluster_labels, clustering.silhouettes
    blocks = np.where(labels == NOISE, clustering.n_clusters, labels)
    order = np.lexsort((-silhouettes, blocks))
    positions = np.empty(len(labels), dtype=np.float32)
    positions[order] = np.arange(len(labels)) + _gap(clustering) * blocks[order]
    return {
        "cluster_labels": labels.astype(np.int8 if clustering.n_clusters < 128 else np.int32),
        "silhouettes": silhouettes.astype(np.float32),
        "bar_positions": positions,
    }


def number_columns(clustering: Clustering, projection: Projection) -> Columns:
    """Return where each cluster's number stands in the picture: at the median of its images."""
    members = _members(clustering)
    points = projection_columns(projection)
    medians = {
        axis: [float(np.median(column[rows])) for rows in members]
        for axis, column in points.items()
    }
    return {"names": _names(clustering), **medians}


def word_columns(clustering: Clustering) -> Columns:
    """Return what is to be said of each cluster beside its bars.

    That is its size, its mean silhouette and its share of negative silhouettes.
    """
    bars = clustering_columns(clustering)["bar_positions"]
    members = _members(clustering)
    own = [clustering.silhouettes[rows] for rows in members]
    names = _names(clustering)
    summaries = [f"{len(s):>4} {s.mean():>5.2f} {(s < 0).mean():>4.0%}" for s in own]
    if clustering.n_noise:
        members.append(np.flatnonzero(clustering.cluster_labels == NOISE))
        names.append("–")
        summaries.append(f"{clustering.n_noise:>4} noise     ")
    middles = [float(bars[rows].mean()) for rows in members]
    # Where there is no room for all, the largest clusters have theirs.
    by_size = sorted(range(len(members)), key=lambda i: -len(members[i]))
    shown = sorted(by_size[:_MOST_WORDS])
    return {
        "names": [names[i] for i in shown],
        "summaries": [summaries[i] for i in shown],
        "word_positions": _apart([middles[i] for i in shown], bars_end(clustering)),
    }


def _members(clustering: Clustering) -> list[NDArray[np.intp]]:
    labels = clustering.cluster_labels
    return [np.flatnonzero(labels == cluster) for cluster in range(clustering.n_clusters)]


def _names(clustering: Clustering) -> list[str]:
    return [str(cluster) for cluster in range(clustering.n_clusters)]


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


def bars_end(clustering: Clustering) -> float:
    """Return where the last block of bars ends."""
    n_blocks = clustering.n_clusters + (clustering.n_noise > 0)
    return len(clustering.cluster_labels) + _gap(clustering) * (n_blocks - 1)


def half_gap(n_images: int) -> float:
    """Return half of the room between two blocks of bars."""
    return n_images / 160


def _gap(clustering: Clustering) -> float:
    return 2 * half_gap(len(clustering))


def sweep_columns(sweep: ClusterSweep) -> Columns:
    """Return inertia and mean silhouette for every k, or other parameter, and k."""
    return {
        "parameter_values": np.asarray(sweep.parameter_values),
        "n_clusters": np.asarray(sweep.n_clusters),
        "inertias": np.asarray(sweep.inertias),
        "silhouette_scores": np.asarray(sweep.silhouette_scores),
    }


def band_columns(sweep: ClusterSweep, null_scores: NDArray[np.floating]) -> Columns:
    """Return between which mean silhouettes the control groups lie, for every k.

    `null_scores` has a row for each control group and a column for each k.
    """
    ranges = {
        value: ends
        for value, scores in zip(sweep.parameter_values, null_scores.T, strict=False)
        if (ends := null_range(scores)) is not None
    }
    lows, highs = np.array(list(ranges.values()), dtype=np.float32).reshape(-1, 2).T
    return {"parameter_values": np.array(list(ranges)), "low": lows, "high": highs}


def null_range(scores: NDArray[np.floating]) -> tuple[float, float] | None:
    """Return between which mean silhouettes control groups lie; None where none has any."""
    known = scores[np.isfinite(scores)]
    return (float(known.min()), float(known.max())) if known.size else None


@dataclass(frozen=True, eq=False)
class Coloring:
    """A number for every image and what colour the numbers stand for.

    `legend` pairs names with colours; for amounts the first and the last colour have names.
    """

    values: NDArray[Any]
    palette: tuple[str, ...]
    low: float
    high: float
    legend: tuple[tuple[str, str], ...]
    is_amount: bool = False


def color_titles(images: ImageSet) -> dict[str, str]:
    """Return what plots can be coloured by, as a title for each name."""
    choices = {"cluster": "cluster (found)", "class": "class (known)", "silhouette": "silhouette"}
    factors = {name: name for name in images.factors if name not in choices}
    if not images.class_names:
        del choices["class"]
    return choices | factors


def coloring_by_cluster(clustering: Clustering) -> Coloring:
    """Return a colour for each cluster, and grey for noise."""
    labels, names = clustering.cluster_labels, _names(clustering)
    return _categories(np.where(labels == NOISE, len(names), labels), names, "noise")


def likeness_coloring(scores: NDArray[np.floating]) -> Coloring:
    """Return colours of how like a text the images are; only their order means something."""
    return _amounts(scores, float(scores.min()), float(scores.max()), AMOUNT_COLORS)


def coloring(color_by: str, images: ImageSet | None, clustering: Clustering | None) -> Coloring:
    """Return the colours of all images by cluster, class, silhouette or a column."""
    if color_by in ("cluster", "silhouette"):
        if clustering is None:
            raise ValueError(
                f"`clustering` must be given to colour by {color_by}. Got None instead."
            )
        if color_by == "cluster":
            return coloring_by_cluster(clustering)
        known = clustering.silhouettes[np.isfinite(clustering.silhouettes)]
        reach = max(0.05, float(np.abs(known).max(initial=0)))
        return _amounts(clustering.silhouettes, -reach, reach, SIGN_COLORS)
    if images is None:
        raise ValueError(
            "`color_by` must be 'cluster' or 'silhouette' where there are no images. "
            f"Got {color_by!r} instead."
        )
    if color_by == "class":
        return _most_frequent(images.class_labels, images.class_names)
    if color_by not in images.factors:
        allowed = ", ".join(repr(name) for name in color_titles(images))
        raise ValueError(f"`color_by` must be one of {allowed}. Got {color_by!r} instead.")
    values = images.factor(color_by)
    if all(value is None or type(value) in (int, float) for value in values):
        amounts = np.array(values, dtype=np.float64)  # What is not known becomes NaN.
        finite = amounts[np.isfinite(amounts)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        return _amounts(amounts, low, max(high, low + 1e-9), AMOUNT_COLORS)
    words = ["" if value is None else str(value) for value in values]
    names = sorted(set(words) - {""})
    code_of = {name: code for code, name in enumerate(names)} | {"": -1}
    return _most_frequent(np.array([code_of[word] for word in words]), names)


def _amounts(values: NDArray[Any], low: float, high: float, palette: tuple[str, ...]) -> Coloring:
    legend = ((f"{low:.2f}", palette[0]), (f"{high:.2f}", palette[-1]))
    return Coloring(values.astype(np.float32), palette, low, high, legend, is_amount=True)


def _most_frequent(codes: NDArray[Any], names: Any) -> Coloring:
    """Give the most frequent categories a colour of their own and the rest, if any, one."""
    known = codes[codes >= 0]
    counts = np.bincount(known, minlength=len(names))
    room = len(CATEGORY_COLORS)
    shown = np.flatnonzero(counts)
    if len(shown) > room:
        shown = np.sort(np.argsort(-counts, kind="stable")[:room])
    place = np.full(len(names) + 1, len(shown))
    place[shown] = np.arange(len(shown))
    return _categories(place[codes], [names[code] for code in shown])


def _categories(codes: NDArray[Any], names: list[str], rest: str = "other") -> Coloring:
    colors = [CATEGORY_COLORS[i % len(CATEGORY_COLORS)] for i in range(len(names))]
    legend = list(zip(names, colors, strict=True))
    if (codes >= len(names)).any():
        legend.append((rest, OTHER_COLOR))
        colors.append(OTHER_COLOR)
    # The palette is filled up to a fixed length, so that only values travel when k moves.
    palette = tuple(colors + [OTHER_COLOR] * (len(CATEGORY_COLORS) + 1 - len(colors)))
    values = codes.astype(np.min_scalar_type(len(palette)))
    return Coloring(values, palette, -0.5, len(palette) - 0.5, tuple(legend))
