"""What can be chosen in an Explorer, what it is called, and what is chosen at first."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cliplab.explorer.columns import color_titles
from cliplab.explorer.state import ExplorerState

if TYPE_CHECKING:
    from cliplab.clustering import Clustering, ClusterSweep
    from cliplab.embeddings import Embeddings
    from cliplab.images import ImageSet
    from cliplab.projection import Projection

# The space of a sweep that was made outside the Explorer, of what it cannot make anew.
GIVEN_SPACE = "given"
# Beyond this a picture shows the same whatever the perplexity, and takes ever longer.
_MOST_PERPLEXITY = 100.0


@dataclass(frozen=True)
class Choices:
    """The names of all choices, each with its title for people.

    Attributes
    ----------
    n_clusters : tuple of int
        The ks there are.
    spaces, projections, colors : dict of str to str
        A title for each name.
    most_perplexity : float
        The highest perplexity that makes sense for this many images.
    """

    n_clusters: tuple[int, ...]
    spaces: dict[str, str]
    projections: dict[str, str]
    colors: dict[str, str]
    most_perplexity: float


def find_choices(
    images: ImageSet, embeddings: Embeddings, sweep: ClusterSweep, projection: Projection
) -> Choices:
    """Return what can be chosen for these images on this machine."""
    methods = {"tsne": "t-SNE", "pca": "PCA", "umap": "UMAP"}
    if importlib.util.find_spec("umap") is None:
        del methods["umap"]
    methods.setdefault(projection.method, projection.method)
    spaces = {"embedding": f"all {embeddings.vectors.shape[1]} dimensions"}
    spaces |= {method: f"the {title} picture" for method, title in methods.items()}
    n_columns = projection.coordinates.shape[1]
    if n_columns != 2:
        spaces[projection.method] = f"{methods[projection.method]} in {n_columns} dimensions"
    if first_space(sweep, methods) == GIVEN_SPACE:
        n_columns = sweep[sweep.n_clusters[0]].centers.shape[1]
        title = methods.get(sweep.space, sweep.space)
        spaces[GIVEN_SPACE] = f"{title} in {n_columns} dimensions, as given"
    given_perplexity = projection.parameters.get("perplexity", 2.0)
    return Choices(
        n_clusters=tuple(int(k) for k in sweep.n_clusters),
        spaces=spaces,
        projections=methods,
        colors=color_titles(images),
        most_perplexity=max(given_perplexity, min(_MOST_PERPLEXITY, (len(images) - 1) / 3)),
    )


def first_space(sweep: ClusterSweep, methods: dict[str, str]) -> str:
    """Say by which name the space of a given sweep is chosen."""
    is_flat = sweep[sweep.n_clusters[0]].centers.shape[1] == 2
    if sweep.space == "embedding" or (is_flat and sweep.space in methods):
        return sweep.space
    return GIVEN_SPACE


def first_state(
    choices: Choices, n_images: int, sweep: ClusterSweep, projection: Projection
) -> ExplorerState:
    """Begin with what was given, and with the k of the highest mean silhouette."""
    best = int(sweep.silhouette_scores.argmax())
    perplexity = projection.parameters.get("perplexity", 30.0)
    return ExplorerState(
        n_images=n_images,
        choices={
            "n_clusters": choices.n_clusters,
            "space": tuple(choices.spaces),
            "projection": tuple(choices.projections),
            "color_by": tuple(choices.colors),
            "perplexity": (2.0, choices.most_perplexity),
        },
        n_clusters=int(sweep.n_clusters[best]),
        space=first_space(sweep, choices.projections),
        projection=projection.method,
        perplexity=min(float(perplexity), choices.most_perplexity),
        random_state=sweep.random_state,
    )


def picture_title(choices: Choices, projection: Projection, is_settling: bool) -> str:
    """Say what the scatter is a picture of, and whether it was stopped on its way."""
    title = choices.projections.get(projection.method, projection.method)
    perplexity = projection.parameters.get("perplexity")
    if perplexity is not None:
        title = f"{title} · perplexity {perplexity:g}"
    share_done = projection.parameters.get("share_done", 1.0)
    return title if is_settling or share_done == 1 else f"{title} · stopped at {share_done:.0%}"


def status_line(choices: Choices, clustering: Clustering, space: str) -> str:
    """Say in a line which clusters are on the screen, and in which space they were found."""
    return (
        f"{clustering.n_clusters} clusters of {len(clustering.cluster_labels)} images, found in "
        f"{choices.spaces[space]} · mean silhouette there {clustering.silhouette_score:.3f}"
    )
