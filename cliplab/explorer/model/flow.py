"""The flow of images between two clusterings: where ribbons and blocks are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cliplab._core.language import say
from cliplab.clustering.values import NOISE
from cliplab.explorer.style.theme import cluster_color

if TYPE_CHECKING:
    from cliplab.evaluation.transitions import ClusterTransitions
    from cliplab.explorer.model.columns import Columns

_GAP = 0.012  # Between two clusters, as a share of the height.
_BLOCK_WIDTH = 0.03  # Of a cluster's bar, as a share of the width.
# The middle of a ribbon is a smooth step from one height to the other.
_STEPS = np.linspace(0, 1, 24)
_SMOOTH = 3 * _STEPS**2 - 2 * _STEPS**3


def flow_view(transitions: ClusterTransitions) -> dict[str, Any]:
    """Return what is shown of the images that go from cluster to cluster.

    Parameters
    ----------
    transitions : ClusterTransitions
        The clusters before and after.

    Returns
    -------
    dict
        ``ribbons`` and ``blocks`` are columns, ``rows`` the images in each ribbon, and ``title``
        says how many images move.
    """
    ribbons = _ribbons(transitions)
    return {
        "ribbons": ribbons,
        "blocks": _blocks(transitions),
        "rows": [
            transitions.rows(_number(before), _number(after))
            for before, after in zip(ribbons["before"], ribbons["after"], strict=True)
        ],
        "title": say(
            "transitions.title", n_movers=len(transitions.movers), n_images=len(transitions)
        ),
    }


def _ribbons(transitions: ClusterTransitions) -> Columns:
    """Return a ribbon for each flow, as wide as it has images; those that stay are paler."""
    table = transitions.to_pandas().sort_values(["before", "after"])
    left, right = (_places(transitions, side) for side in ("before", "after"))
    ribbons: Columns = {
        name: [] for name in ("xs", "ys", "colors", "alphas", "before", "after", "n_images")
    }
    for before, after, n in table.itertuples(index=False):
        height = n / len(transitions) * _room(transitions)
        tops = []
        for places, cluster in ((left, before), (right, after)):
            tops.append(places[cluster])
            places[cluster] += height
        path = tops[0] + (tops[1] - tops[0]) * _SMOOTH
        x = _BLOCK_WIDTH + (1 - 2 * _BLOCK_WIDTH) * _STEPS
        ribbons["xs"].append(np.r_[x, x[::-1]].tolist())
        ribbons["ys"].append(np.r_[path, (path + height)[::-1]].tolist())
        ribbons["colors"].append(cluster_color(before))
        ribbons["alphas"].append(0.25 if before == after else 0.8)
        ribbons["before"].append(_name(before))
        ribbons["after"].append(_name(after))
        ribbons["n_images"].append(int(n))
    return ribbons


def _blocks(transitions: ClusterTransitions) -> Columns:
    """Return a bar for each cluster, on the left as it was and on the right as it is."""
    blocks: Columns = {
        name: [] for name in ("left", "right", "top", "bottom", "colors", "x", "y", "names")
    }
    for side, x in (("before", 0.0), ("after", 1 - _BLOCK_WIDTH)):
        labels = getattr(transitions, side)
        for cluster, top in _places(transitions, side).items():
            height = (labels == cluster).mean() * _room(transitions)
            blocks["left"].append(x)
            blocks["right"].append(x + _BLOCK_WIDTH)
            blocks["top"].append(top)
            blocks["bottom"].append(top + height)
            blocks["colors"].append(cluster_color(cluster))
            blocks["x"].append(-0.035 if side == "before" else 1.035)
            blocks["y"].append(top + height / 2)
            blocks["names"].append(_name(cluster))
    return blocks


def _places(transitions: ClusterTransitions, side: str) -> dict[int, float]:
    """Return where each cluster of a side begins, from the top; noise is last."""
    labels = getattr(transitions, side)
    top, places = 0.0, {}
    for cluster in sorted(set(labels.tolist()), key=lambda each: (each < 0, each)):
        places[cluster] = top
        top += (labels == cluster).mean() * _room(transitions) + _gap(transitions)
    return places


def _room(transitions: ClusterTransitions) -> float:
    """Return the share of the height that is images and not gaps; the same on both sides."""
    return 1 - _gap(transitions) * (_n_blocks(transitions) - 1)


def _gap(transitions: ClusterTransitions) -> float:
    """Return the gap between two clusters; all gaps together leave most of the height."""
    return min(_GAP, 0.3 / _n_blocks(transitions))


def _n_blocks(transitions: ClusterTransitions) -> int:
    return max(len(np.unique(transitions.before)), len(np.unique(transitions.after)))


def _name(cluster: int) -> str:
    return str(cluster) if cluster >= 0 else say("images.noise")


def _number(name: str) -> int:
    return int(name) if name.isdecimal() else NOISE
