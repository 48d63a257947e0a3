"""Colours: a number for every image, and what colour the numbers stand for.

A view of colours is a dict: ``values`` has a number for each image; ``palette``, ``low`` and
``high`` say what colour it stands for. ``legend`` pairs names with colours; for amounts
(``is_amount``) the first and the last colour have names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.language import number, say
from cliplab.clustering.values import NOISE
from cliplab.explorer.model.groups import NO_GROUP, NamedGroup, group_labels
from cliplab.explorer.model.state import COUNTS, GROUPS, KEPT, LIKENESS, NOTHING
from cliplab.explorer.style.theme import AMOUNT_COLORS, CATEGORY_COLORS, OTHER_COLOR, SIGN_COLORS

if TYPE_CHECKING:
    from cliplab.clustering.values import Clustering
    from cliplab.evaluation.nearest import NearestImages
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.images.image_set import ImageSet


# What needs the embeddings.
NEIGHBOR_COLORS = (KEPT, COUNTS)


def color_titles(images: ImageSet) -> dict[str, str]:
    """Return what plots can be coloured by, as a title for each name."""
    choices = {name: say(f"colors.{name}") for name in ("cluster", "class", "silhouette")}
    choices |= {KEPT: say("colors.kept"), COUNTS: say("colors.counts")}
    factors = {name: name for name in images.factors if name not in choices}
    if not images.class_names:
        del choices["class"]
    return choices | factors | {NOTHING: say("colors.nothing")}


def all_alike(n_images: int) -> dict[str, Any]:
    """Return one colour for all images, which says nothing of them."""
    return {
        "values": np.zeros(n_images, dtype=np.int8),
        "palette": (OTHER_COLOR,),
        "low": 0,
        "high": 1,
        "legend": (),
        "is_amount": False,
    }


def coloring_by_cluster(clustering: Clustering) -> dict[str, Any]:
    """Return a colour for each cluster, and grey for noise."""
    labels, names = clustering.cluster_labels, [str(i) for i in range(clustering.n_clusters)]
    return _categories(np.where(labels == NOISE, len(names), labels), names, say("images.noise"))


def colored_by(session: ExplorerSession) -> tuple[object, ...]:
    """Return what the colours depend on: they are sent again only where that has changed."""
    color_by = session.state.color_by
    if color_by == LIKENESS:
        return color_by, session.ranking
    if color_by == GROUPS:
        return color_by, session.state.groups
    if color_by in NEIGHBOR_COLORS:
        return color_by, session.nearest, session.kept
    return (color_by, session.clustering) if color_by in ("cluster", "silhouette") else (color_by,)


def chosen_coloring(session: ExplorerSession) -> dict[str, Any]:
    """Return the colours that were chosen."""
    color_by, ranking = session.state.color_by, session.ranking
    if color_by in NEIGHBOR_COLORS:
        # Until neighbours have been found, all images are grey.
        return neighbors_coloring(color_by, len(session.images), session.nearest, session.kept)
    if color_by == GROUPS:
        return groups_coloring(session.state.groups, len(session.images))
    if color_by != LIKENESS:
        return coloring_view(color_by, session.images, session.clustering)
    # Until the text has been read, all images are alike.
    return likeness_coloring(np.zeros(len(session.images)) if ranking is None else ranking.scores)


def offered_colors(session: ExplorerSession) -> dict[str, str]:
    """Return what images may be coloured by now, as a title for each name."""
    hidden = set() if session.state.is_revealed else set(session.options.known)
    if not session.state.query.strip():
        hidden.add(LIKENESS)
    if not session.state.groups:
        hidden.add(GROUPS)
    return {name: title for name, title in session.options.colors.items() if name not in hidden}


def groups_coloring(groups: tuple[NamedGroup, ...], n_images: int) -> dict[str, Any]:
    """Return a colour for each of the learner's groups, and grey for images that are in none."""
    labels, names = group_labels(groups, n_images), [group.name for group in groups]
    return _categories(
        np.where(labels == NO_GROUP, len(names), labels), names, say("colors.in_no_group")
    )


def likeness_coloring(scores: NDArray[np.floating]) -> dict[str, Any]:
    """Return colours of how like a text the images are; only their order means something."""
    return _amounts(scores, float(scores.min()), float(scores.max()), AMOUNT_COLORS)


def neighbors_coloring(
    color_by: str,
    n_images: int,
    nearest: NearestImages | None,
    kept: NDArray[np.floating] | None,
) -> dict[str, Any]:
    """Return colours of the share of neighbours that a map keeps, or of how many name an image."""
    values = kept if color_by == KEPT else None if nearest is None else nearest.counts
    if values is None:
        values = np.full(n_images, np.nan)
    if color_by == KEPT:
        coloring = _amounts(values, 0.0, 1.0, AMOUNT_COLORS)
        n_neighbors = "" if nearest is None else f"{nearest.n_neighbors} "
        words = say("colors.none_kept", n_neighbors=n_neighbors), say("colors.all_kept")
    else:
        highest = max(1.0, float(np.nanmax(values, initial=1.0)))
        coloring = _amounts(values, 0.0, highest, AMOUNT_COLORS)
        words = say("colors.least_count"), say("colors.highest_count", highest=highest)
    first, last = (color for _, color in coloring["legend"])
    return coloring | {"legend": ((words[0], first), (words[1], last))}


def coloring_view(
    color_by: str, images: ImageSet | None, clustering: Clustering | None
) -> dict[str, Any]:
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
    if color_by == NOTHING and (rows := images if images is not None else clustering) is not None:
        return all_alike(len(rows))
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


def _amounts(
    values: NDArray[Any], low: float, high: float, palette: tuple[str, ...]
) -> dict[str, Any]:
    legend = ((number(low, ".2f"), palette[0]), (number(high, ".2f"), palette[-1]))
    return {
        "values": values.astype(np.float32),
        "palette": palette,
        "low": low,
        "high": high,
        "legend": legend,
        "is_amount": True,
    }


def _most_frequent(codes: NDArray[Any], names: Any) -> dict[str, Any]:
    """Give the most frequent categories a colour of their own and the rest, if any, one."""
    known = codes[codes >= 0]
    counts = np.bincount(known, minlength=len(names))
    room = len(CATEGORY_COLORS)
    shown = np.flatnonzero(counts)
    if len(shown) > room:
        shown = np.sort(np.argsort(-counts, kind="stable")[:room])
    place = np.full(len(names) + 1, len(shown))
    place[shown] = np.arange(len(shown))
    return _categories(place[codes], [names[code] for code in shown], say("colors.other"))


def _categories(codes: NDArray[Any], names: list[str], rest: str) -> dict[str, Any]:
    colors = [CATEGORY_COLORS[i % len(CATEGORY_COLORS)] for i in range(len(names))]
    legend = list(zip(names, colors, strict=True))
    if (codes >= len(names)).any():
        legend.append((rest, OTHER_COLOR))
        colors.append(OTHER_COLOR)
    # The palette is filled up to a fixed length, so that only values travel when k moves.
    palette = tuple(colors + [OTHER_COLOR] * (len(CATEGORY_COLORS) + 1 - len(colors)))
    values = codes.astype(np.min_scalar_type(len(palette)))
    return {
        "values": values,
        "palette": palette,
        "low": -0.5,
        "high": len(palette) - 0.5,
        "legend": tuple(legend),
        "is_amount": False,
    }
