"""What can be chosen in an Explorer, what it is called, and what is chosen first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cliplab._core.extras import has_extra
from cliplab._core.language import say
from cliplab.clustering.algorithms import ALGORITHMS
from cliplab.clustering.silhouettes import METRICS
from cliplab.clustering.swept_values import every_k, smallest_sizes
from cliplab.embeddings.spaces import PROJECTION_TITLES, split_space
from cliplab.evaluation.null import NULLS
from cliplab.explorer.model.colors import NEIGHBOR_COLORS, color_titles
from cliplab.explorer.model.known_classes import class_columns
from cliplab.explorer.model.state import GROUPS, LIKENESS, NOTHING, ExplorerState
from cliplab.explorer.style.theme import MOST_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.embeddings.values import Embeddings
    from cliplab.images.image_set import ImageSet
    from cliplab.projection.values import Projection

# The space of a sweep that the Explorer cannot compute itself.
GIVEN_SPACE = "given"
# Beyond this a map shows the same whatever the perplexity, and takes ever longer.
_MOST_PERPLEXITY = 100


# PCA to these numbers of dimensions can be clustered too.
_PCA_DIMENSIONS = (10, 50)
# What projects or clusters the images many times over is done for up to so many; beyond, it would
# take hours.
MOST_REPEATED = 10_000
# The first screen shows so many clusters; of HDBSCAN's, those of such a part of the images or more.
_FIRST_K, _FIRST_PARTS = 4, 60
MAP_IMAGES = ("none", "typical", "wall")


@dataclass(frozen=True)
class Options:
    """The names of all choices, each with its title for people.

    Attributes
    ----------
    n_clusters : tuple of int
        The ks there are.
    min_cluster_sizes : tuple of int
        The smallest sizes of a cluster for HDBSCAN, in place of k.
    spaces, projections, colors, algorithms, null_data, map_images : dict of str to str
        A title for each name.
    classes : tuple of str
        The columns of the images with which clusters can be compared.
    known : tuple of str
        Those of them that `color_by` must not be before a k has been committed to.
    most_perplexity : int
        The highest perplexity that makes sense for this many images.
    """

    n_clusters: tuple[int, ...]
    min_cluster_sizes: tuple[int, ...]
    spaces: dict[str, str]
    projections: dict[str, str]
    colors: dict[str, str]
    algorithms: dict[str, str]
    null_data: dict[str, str]
    map_images: dict[str, str]
    classes: tuple[str, ...]
    known: tuple[str, ...]
    most_perplexity: int


def find_options(
    images: ImageSet,
    embeddings: Embeddings,
    projection: Projection,
    sweep: ClusterSweep,
    *,
    hides_classes: bool,
    reads_words: bool,
) -> Options:
    """Return what can be chosen for these images on this machine."""
    methods = dict(PROJECTION_TITLES)
    if not has_extra("umap"):
        del methods["umap"]
    methods.setdefault(projection.method, projection.method)
    whose = "spaces.of_clip" if is_of_clip(embeddings) else "spaces.all"
    spaces = {"embedding": say(whose, n=embeddings.vectors.shape[1])}
    for d in _PCA_DIMENSIONS:
        if d < min(embeddings.vectors.shape):
            spaces[f"pca-{d}"] = say("spaces.components", n=d)
    spaces |= {method: say("spaces.map", title=title) for method, title in methods.items()}
    n_columns = projection.coordinates.shape[1]
    if n_columns != 2:
        title = methods[projection.method]
        spaces[projection.method] = say("spaces.dimensions", title=title, n=n_columns)
    if first_space(sweep, spaces) == GIVEN_SPACE:
        method, n_columns = split_space(sweep.space)[0], sweep.clusterings[0].centers.shape[1]
        title = methods.get(method, method)
        spaces[GIVEN_SPACE] = say("spaces.given", title=title, n=n_columns)
    given_perplexity = round(projection.parameters.get("perplexity", 2))
    titles = color_titles(images)
    found_here = {"cluster", "silhouette", *NEIGHBOR_COLORS, NOTHING, GROUPS}
    known = tuple(name for name in titles if name not in found_here)
    if len(images) > MOST_REPEATED:  # Each image is compared with each.
        titles = {name: title for name, title in titles.items() if name not in NEIGHBOR_COLORS}
    colors = titles | {GROUPS: say("colors.groups")}
    if reads_words:
        colors[LIKENESS] = say("colors.likeness")
    is_by_k = sweep.parameter == "n_clusters"
    ks = sweep.parameter_values if is_by_k else tuple(every_k(embeddings.vectors))
    return Options(
        n_clusters=ks,
        min_cluster_sizes=smallest_sizes(len(images)) if is_by_k else sweep.parameter_values,
        spaces=spaces,
        projections=methods,
        colors=colors,
        algorithms={name: algorithm_title(name) for name in ALGORITHMS},
        null_data={"none": say("null_data.none")} | {kind: null_title(kind) for kind in NULLS},
        classes=class_columns(images),
        # Of very many images no thumbnails are sent beforehand.
        map_images=map_images_titles(MAP_IMAGES if len(images) <= MOST_AT_ONCE else ("none",)),
        known=known if hides_classes else (),
        most_perplexity=max(given_perplexity, min(_MOST_PERPLEXITY, (len(images) - 1) // 3)),
    )


def as_seen(embeddings: Embeddings) -> str:
    """Return the words that say whose embeddings these are, behind a number of images."""
    return say("k.as_seen") if is_of_clip(embeddings) else ""


def algorithm_title(algorithm: str, metric: str = "euclidean") -> str:
    """Return what people call an algorithm; K-means has another name with the cosine."""
    if (algorithm, metric) == ("kmeans", "cosine"):
        return say("algorithms.kmeans.spherical")
    return say(f"algorithms.{algorithm}.title") if algorithm in ALGORITHMS else algorithm


def null_title(kind: str) -> str:
    """Return what people call a kind of null data."""
    return say(f"null_data.{kind}.title")


def map_images_titles(names: Sequence[str] = MAP_IMAGES) -> dict[str, str]:
    """Return what can stand on the map, as a title for each name."""
    return {name: say(f"map_images.{name}") for name in names}


def is_of_clip(embeddings: Embeddings) -> bool:
    """Say whether vectors come from CLIP; pixels, or vectors of unknown make, do not."""
    return "open_clip" in embeddings.provenance


def first_space(sweep: ClusterSweep, spaces: dict[str, str]) -> str:
    """Say by which name the space of a given sweep is chosen."""
    if sweep.algorithm not in ALGORITHMS:
        return GIVEN_SPACE
    if sweep.space in ("embedding", "centered embedding"):
        return "embedding"
    return sweep.space if sweep.space in spaces else GIVEN_SPACE


def first_state(
    options: Options,
    n_images: int,
    projection: Projection,
    sweep: ClusterSweep,
    pages: Sequence[str],
) -> ExplorerState:
    """Begin with what was given, and with a k that gives no opinion away."""
    first = {
        "n_clusters": _nearest(options.n_clusters, _FIRST_K),
        "min_cluster_size": _nearest(options.min_cluster_sizes, n_images / _FIRST_PARTS),
    }
    first[sweep.parameter] = _nearest(sweep.parameter_values, first[sweep.parameter])
    perplexity = round(projection.parameters.get("perplexity", 30))
    return ExplorerState(
        n_images=n_images,
        choices={
            "n_clusters": options.n_clusters,
            "min_cluster_size": options.min_cluster_sizes,
            "space": tuple(options.spaces),
            "projection": tuple(options.projections),
            "color_by": tuple(options.colors),
            "algorithm": tuple(options.algorithms),
            "metric": METRICS,
            "null_data": tuple(options.null_data),
            "classes": ("", *options.classes),
            "map_images": tuple(options.map_images),
            "page": tuple(pages),
            "perplexity": (2, options.most_perplexity),
        },
        known=options.known,
        **first,
        space=first_space(sweep, options.spaces),
        algorithm=sweep.algorithm if sweep.algorithm in ALGORITHMS else "kmeans",
        metric=sweep.metric,
        centered=sweep.space == "centered embedding",
        projection=projection.method,
        perplexity=min(perplexity, options.most_perplexity),
        random_state=sweep.random_state,
    )


def _nearest(values: Sequence[int], wanted: float) -> int:
    return min(values, key=lambda value: abs(value - wanted))
