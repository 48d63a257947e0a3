"""What the browser turns: how each k looks, sent once, so that no step of a slider waits.

One place computes, and it is this one; the script of the page picks and paints. What a slider step
changes is the view of one value of the sweep. What stands on the map besides depends on the map too
and is sent anew when the map has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cliplab._core.language import chosen_language, number, say, words
from cliplab.clustering.values import NOISE
from cliplab.explorer.model.cluster_words import names_as_read, vocabulary_of
from cliplab.explorer.model.colors import coloring_view
from cliplab.explorer.model.columns import BESIDE_BARS, most_typical
from cliplab.explorer.model.hover_fields import HOVER_FIELDS, hover_words
from cliplab.explorer.model.options import as_seen
from cliplab.explorer.model.packing import pack
from cliplab.explorer.model.plot_texts import plot_texts
from cliplab.explorer.model.views import View, clustering_view, numbers_view
from cliplab.explorer.style.theme import THUMBNAIL_SIZE, cluster_color, ink_on

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.projection.values import Projection

# Of up to so many images the page gets the columns of every k: 6 bytes an image and k. Beyond, not
# even every silhouette is measured, and each k comes from the kernel.
MOST_TURNED = 20_000
# What is coloured anew with each value, and by which column.
TURNED_COLORS = {"cluster": "color_values", "silhouette": "silhouettes"}


def can_be_turned(n_images: int) -> bool:
    """Whether so few images are shown that the page gets the columns of every k."""
    return n_images <= MOST_TURNED


def turning_view(
    sweep: ClusterSweep, value: int, in_embedding: ClusterSweep | None = None
) -> tuple[View, bytes]:
    """Return how one clustering of a sweep looks: texts, and the columns in one row of bytes.

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
    tuple of dict and bytes
        The texts can be written as JSON. Of very many images there are no columns.
    """
    clustering = sweep[value]
    shown = clustering_view(sweep, value, in_embedding)
    mean = shown["mean_silhouette"]
    text: View = {
        "value": value,
        "title": shown["title"],
        "texts": plot_texts(sweep, value),
        "words": {name: shown[name] for name in BESIDE_BARS},
        "bars_range": shown["bars_range"],
        "mean_silhouette": mean if np.isfinite(mean) else None,
        "clusters": cluster_rows(clustering),
        "colors": {name: _range(name, clustering) for name in TURNED_COLORS},
    }
    columns = {}
    if can_be_turned(len(clustering)):
        names = ("cluster_labels", "silhouettes", "bar_positions")
        columns = {name: shown[name] for name in names}
        columns["color_values"] = coloring_view("cluster", None, clustering)["values"]
    text["columns"], packed = pack(columns)
    return text, packed


def turning_numbers(sweep: ClusterSweep, projection: Projection) -> list[tuple[int, View]]:
    """Return for each value of a sweep where the numbers of its clusters are on a map."""
    return [(value, numbers_view(sweep[value], projection)) for value in sweep.parameter_values]


def cluster_rows(clustering: Clustering) -> list[dict[str, Any]]:
    """Return what the table says of each cluster: a dict a row.

    ``size``, ``mean`` and ``negative`` (the share of its silhouettes below zero) are numbers to
    sort by, or None, and ``…_text`` what is read; ``typical`` is the row of the image with the
    highest silhouette.
    """
    rows = []
    for cluster, typical in enumerate(most_typical(clustering)):
        own = clustering.silhouettes[clustering.cluster_labels == cluster]
        known = own[np.isfinite(own)]
        mean = float(known.mean()) if known.size else None
        negative = float((known < 0).mean()) if known.size else None
        rows.append(
            {
                "cluster": cluster,
                "name": str(cluster),
                "help": say("clusters.select", n=len(own), cluster=cluster),
                "color": cluster_color(cluster),
                "ink": ink_on(cluster_color(cluster)),
                "typical": typical,
                "size": len(own),
                "mean": mean,
                "negative": negative,
                "size_text": number(len(own), ","),
                "mean_text": "–" if mean is None else number(mean, ".2f"),
                "negative_text": "–" if negative is None else number(negative, ".0%"),
            }
        )
    if clustering.n_noise:
        rows.append(
            {
                "cluster": NOISE,
                "name": say("images.noise"),
                "help": say("clusters.noise", n=clustering.n_noise),
                "color": cluster_color(NOISE),
                "ink": ink_on(cluster_color(NOISE)),
                "typical": -1,
                "size": clustering.n_noise,
                "mean": None,
                "negative": None,
                "size_text": number(clustering.n_noise, ","),
                "mean_text": "–",
                "negative_text": "–",
            }
        )
    return rows


def turning_now(session: ExplorerSession) -> View:
    """Return what is chosen, as far as the script of the page follows it."""
    sweep, is_by_k = session.sweep, session.sweep.parameter == "n_clusters"
    return {
        "value": session.value,
        "values": list(sweep.parameter_values),
        "parameter_title": say("titles.k" if is_by_k else "titles.min_size"),
        "color_by": session.state.color_by,
        "names": known_names(session),
        "n_images": number(len(session.images), ","),
        "as_seen": as_seen(session.embeddings),
    }


def known_names(session: ExplorerSession) -> dict[int, list[str]]:
    """Return the names of the clusters of each value whose clusters the page In words has named."""
    words = vocabulary_of(session.state.vocabulary)
    found = {
        value: session.cluster_words.known(session.sweep[value], words)
        for value in session.sweep.parameter_values
    }
    return {value: names_as_read(names) for value, names in found.items() if names is not None}


def script_words() -> dict[str, Any]:
    """Return what the script says by itself; everything else comes with a view."""
    heads = ("cluster", "word", "size", "mean", "negative")
    fields = {
        field.column: {
            "format": field.format,
            "placeholder": field.placeholder,
            "label": field.label,
        }
        for field in HOVER_FIELDS
    }
    return {
        **words("script"),
        "language": chosen_language(),
        "columns": {
            name: (say(f"clusters.heads.{name}"), say(f"clusters.sort.{name}")) for name in heads
        },
        "selected": tuple(words("selection.some").values()),
        "selected_of": tuple(words("selection.of_cluster").values()),
        "hover": {"fields": fields, "size": THUMBNAIL_SIZE, "words": hover_words()},
    }


def _range(color_by: str, clustering: Clustering) -> View:
    """Return by which column images are coloured, and between which numbers the colours run."""
    coloring = coloring_view(color_by, None, clustering)
    # The colours of silhouettes are the same for all k; those of clusters are as many as they.
    palette = list(coloring["palette"]) if color_by == "cluster" else None
    column = TURNED_COLORS[color_by]
    return {
        "values": column, "palette": palette, "low": coloring["low"], "high": coloring["high"]
    }  # fmt: skip
