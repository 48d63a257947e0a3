"""Views: what the screen shows for a sweep and a k, as plain arrays, numbers and strings.

A view is a dict. Equal inputs give equal views, and a view knows no screen: it can be written to a
file and drawn elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.language import say
from cliplab.evaluation.evidence.answers import STABLE
from cliplab.evaluation.line import VALLEY
from cliplab.evaluation.valley import Valley
from cliplab.explorer.model.colors import coloring_by_cluster
from cliplab.explorer.model.columns import (
    band_columns,
    bar_columns,
    bar_rows,
    bars_end,
    label_columns,
    null_range,
    number_columns,
    projection_columns,
    sweep_columns,
    word_columns,
)
from cliplab.explorer.model.sentences import (
    elbow_title,
    parameter_title,
    score_title,
    silhouettes_title,
)

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.evaluation.evidence.judging import Evidence
    from cliplab.explorer.model.null_group import NullGroup
    from cliplab.projection.values import Projection

View = dict[str, Any]


def clustering_view(
    sweep: ClusterSweep, value: int, in_embedding: ClusterSweep | None = None
) -> View:
    """Return what is shown of one clustering: labels, bars, words beside them, and marks.

    Parameters
    ----------
    sweep : ClusterSweep
        All clusterings.
    value : int
        Which one: k, or another parameter of the algorithm.
    in_embedding : ClusterSweep, optional
        The same clusters measured among the embeddings, if they were found on a map.

    Returns
    -------
    dict
        Of arrays, numbers and strings. ``silhouettes`` and ``bar_positions`` have a row for each
        image; ``bar_rows`` are those that have a bar.
    """
    clustering = sweep[value]
    measured = None if in_embedding is None else in_embedding[value]
    return {
        **label_columns(clustering),
        **bar_columns(clustering),
        **word_columns(clustering),
        "bar_rows": bar_rows(clustering),
        "bars_range": _bars_range(clustering),
        "value": value,
        "mean_silhouette": float(clustering.silhouette_score),
        "title": silhouettes_title(clustering, measured),
    }


def _bars_range(clustering: Clustering) -> tuple[float, float]:
    """Return from where to where the axis of the bars reaches: the first block is on top."""
    end = bars_end(clustering)
    return 1.01 * end, -0.01 * end


def sweep_view(sweep: ClusterSweep, where: str = "") -> View:
    """Return what is shown of all clusterings of a sweep: the curves over k.

    Parameters
    ----------
    sweep : ClusterSweep
        The clusterings.
    where : str, default=""
        What people call the space in which they were found.

    Returns
    -------
    dict
        ``curves`` are columns; ``lowest`` and ``highest`` are the ends of the scale of the
        silhouettes; ``elbow`` is NaN where there is none.
    """
    known = [each.silhouettes[np.isfinite(each.silhouettes)] for each in sweep.clusterings]
    lowest = min(0.0, *(float(values.min(initial=0)) for values in known))
    highest = max(float(values.max(initial=0)) for values in known)
    axis = f" · {where}" if where else ""
    return {
        "curves": sweep_columns(sweep),
        "parameter": sweep.parameter,
        "elbow": np.nan if sweep.elbow is None else float(sweep.elbow),
        "lowest": lowest,
        "highest": max(highest, lowest + 0.1),
        "parameter_title": parameter_title(sweep),
        "curves_axis": f"{parameter_title(sweep)}{axis}",
        "bars_axis": f"{say('titles.silhouette')}{axis}",
        "elbow_title": elbow_title(sweep),
        "score_title": score_title(sweep),
    }


def band_view(sweep: ClusterSweep, group: NullGroup | None) -> View:
    """Return the mean silhouettes that null data reach for each k, and what to say of them."""
    scores = _scores(group, sweep)
    about = "" if len(scores) == 0 else say("titles.null_band")
    return {"band": band_columns(sweep, scores), "title": score_title(sweep) + about}


def map_view(projection: Projection) -> View:
    """Return where the points of a map are, and the square that holds them.

    Parameters
    ----------
    projection : Projection
        Its first two columns are drawn.

    Returns
    -------
    dict
        ``x`` and ``y`` for each image, ``center`` of shape (2,) and ``reach``, half a side.

    Raises
    ------
    ValueError
        If it has one column only.
    """
    columns = projection_columns(projection)
    points = np.column_stack([columns["x"], columns["y"]])
    center = (points.max(axis=0) + points.min(axis=0)) / 2
    reach = 1.06 * max(float(np.abs(points - center).max()), 1e-9)
    return {**columns, "center": center, "reach": reach}


def numbers_view(clustering: Clustering, projection: Projection) -> View:
    """Return the number of each cluster and where it is on the map."""
    return number_columns(clustering, projection)


def evidence_view(evidence: Evidence, where: str = "") -> View:
    """Return what is shown of evidence: each measure over k, and what it says.

    Parameters
    ----------
    evidence : Evidence
        The evidence.
    where : str, default=""
        What people call the space in which it was measured.

    Returns
    -------
    dict
        ``measures`` are the columns of its table, with the ends of the gap's error bars;
        ``titles``, ``votes`` and ``limits`` belong to a measure each.
    """
    table, votes = evidence.table, evidence.votes
    measures: View = {str(name): table[name].to_numpy(float) for name in table.columns}
    measures["n_clusters"] = table.index.to_numpy()
    measures["gap_low"] = measures["gap"] - measures["gap_error"]
    measures["gap_high"] = measures["gap"] + measures["gap_error"]
    says = {
        name: say("evidence.abstains") if k is None else say("evidence.says", k=k)
        for name, k in votes.items()
    }
    return {
        "measures": measures,
        "votes": {
            "gap": votes["gap"],
            "silhouette_main": votes["silhouette"],
            "fullness": votes["valleys"],
        },
        "titles": {
            "gap": say("evidence.titles.gap", says=says["gap"]),
            "silhouette_main": say("evidence.titles.silhouette_main", says=says["silhouette"]),
            "stability": say("evidence.titles.stability"),
            "fullness": say("evidence.titles.fullness", says=says["valleys"]),
            "calinski_harabasz": say("evidence.titles.calinski_harabasz"),
            "davies_bouldin": say("evidence.titles.davies_bouldin"),
        },
        "limits": {"stability": STABLE, "fullness": VALLEY},
        "axis": f"{say('titles.k')} · {where or evidence.space}",
        "axis_main": say("evidence.in_main_directions"),
    }


def line_view(found: Valley, n_images: int) -> View:
    """Return where images are drawn along the line between two clusters: as piles of points.

    Parameters
    ----------
    found : Valley
        Where they stand.
    n_images : int
        How many images there are; those of other clusters are not drawn, for they are NaN.

    Returns
    -------
    dict
        The columns ``line_x`` and ``line_y``, the height of the highest pile as ``top``, and
        ``title`` and ``axis``.
    """
    x, y = (np.full(n_images, np.nan, dtype=np.float32) for _ in range(2))
    edges = found.histogram[1]
    piles = np.clip(np.digitize(found.positions, edges), 1, len(edges) - 1) - 1
    order = np.lexsort((found.positions, piles))
    starts = np.searchsorted(piles[order], np.arange(len(edges)))
    x[found.rows[order]] = (edges[piles[order]] + edges[piles[order] + 1]) / 2
    y[found.rows[order]] = np.arange(len(order)) - starts[piles[order]] + 0.5
    what = "not_neighbors" if found.between else "valley" if found.is_clear else "no_valley"
    return {
        "line_x": x,
        "line_y": y,
        "top": float(max(found.histogram[0].max(), 1)),
        "title": say("valley.title", a=found.a, b=found.b, what=say(f"valley.{what}")),
        "axis": say("valley.axis", a=found.a, b=found.b),
    }


def null_view(group: NullGroup | None, sweep: ClusterSweep, where: str) -> View | None:
    """Return what is shown of null data for all k; None where there are none to compare with."""
    if group is None or group.sweep.parameter != sweep.parameter:
        return None
    curves = sweep_view(group.sweep, where)
    # On the scale of the images, so that bars can be compared.
    scale = sweep_view(sweep, where)
    return {
        "map": map_view(group.projection),
        "sweep": curves | {name: scale[name] for name in ("lowest", "highest")},
    }


def null_clustering_view(group: NullGroup | None, sweep: ClusterSweep, value: int) -> View | None:
    """Return what is shown of null data for one k; None where there are none.

    ``range`` holds the lowest and the highest mean silhouette of all draws, or None.
    """
    scores = _scores(group, sweep)
    if group is None or value not in group.sweep or len(scores) == 0:
        return None
    clustering = group.sweep[value]
    return {
        "range": null_range(scores[:, sweep.parameter_values.index(value)]),
        "clustering": clustering_view(group.sweep, value),
        "numbers": numbers_view(clustering, group.projection),
        "coloring": coloring_by_cluster(clustering),
    }


def _scores(group: NullGroup | None, sweep: ClusterSweep) -> NDArray[np.float64]:
    """Return the mean silhouettes of null data: a row for each draw, a column for each k."""
    if group is None or group.sweep.parameter != sweep.parameter:
        return np.empty((0, len(sweep)))
    return group.scores
