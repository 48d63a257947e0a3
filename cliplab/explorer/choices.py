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
    n_features = embeddings.vectors.shape[1]
    spaces = {"embedding": f"all {n_features} dimensions"}
    spaces |= {method: f"the {title} picture" for method, title in methods.items()}
    spaces.setdefault(sweep.space, sweep.space)
    return Choices(
        n_clusters=tuple(int(k) for k in sweep.n_clusters),
        spaces=spaces,
        projections=methods,
        colors=color_titles(images),
        most_perplexity=max(2.0, (len(images) - 1) / 3),
    )


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
        },
        n_clusters=int(sweep.n_clusters[best]),
        space=sweep.space,
        projection=projection.method,
        perplexity=min(float(perplexity), choices.most_perplexity),
        random_state=sweep.random_state,
    )


def picture_title(choices: Choices, projection: Projection) -> str:
    """Say what the scatter is a picture of."""
    title = choices.projections.get(projection.method, projection.method)
    perplexity = projection.parameters.get("perplexity")
    return f"{title} · perplexity {perplexity:g}" if perplexity is not None else title


def status_line(choices: Choices, clustering: Clustering) -> str:
    """Say in a line which clusters are on the screen, and in which space they were found."""
    return (
        f"{clustering.n_clusters} clusters of {len(clustering.cluster_labels)} images, found and "
        f"scored in {choices.spaces[clustering.space]} · mean silhouette "
        f"{clustering.silhouette_score:.3f}"
    )
