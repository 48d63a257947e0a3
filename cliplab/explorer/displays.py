"""The Explorer's plots one at a time, for lessons that build up to it."""

from __future__ import annotations

from typing import Any

from bokeh.layouts import row
from bokeh.models import ColumnDataSource
from numpy.typing import ArrayLike

from cliplab._core.arguments import checked
from cliplab._core.language import say, words
from cliplab._core.validation import require_rows
from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.values import Clustering
from cliplab.embeddings.points import points_and_space
from cliplab.embeddings.spaces import PROJECTION_TITLES, space_in_words
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.evidence.judging import Evidence
from cliplab.evaluation.nearest import NearestImages, find_nearest_images
from cliplab.evaluation.transitions import ClusterTransitions
from cliplab.evaluation.valley import valley
from cliplab.explorer.model.colors import (
    NEIGHBOR_COLORS,
    all_alike,
    coloring_view,
    neighbors_coloring,
)
from cliplab.explorer.model.flow import flow_view
from cliplab.explorer.model.hover_fields import image_columns
from cliplab.explorer.model.neighbors import n_neighbors_of, neighbors_view
from cliplab.explorer.model.small_images import SmallImages
from cliplab.explorer.model.state import KEPT
from cliplab.explorer.model.views import (
    View,
    clustering_view,
    evidence_view,
    line_view,
    map_view,
    numbers_view,
    sweep_view,
)
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.tasks import Worker
from cliplab.explorer.plots.evidence_figures import EvidencePlots
from cliplab.explorer.plots.figures import (
    add_sentence,
    elbow_figure,
    give_room,
    mark_elbow,
    say_where,
    score_figure,
    set_title,
)
from cliplab.explorer.plots.flow import FlowPlot
from cliplab.explorer.plots.linked import Plots
from cliplab.explorer.plots.save_button import add_save_buttons
from cliplab.explorer.plots.stills.curves_still import CurvesContent, curves_still
from cliplab.explorer.plots.stills.evidence_still import evidence_still
from cliplab.explorer.plots.stills.flow_still import flow_still
from cliplab.explorer.plots.stills.line_still import line_still
from cliplab.explorer.plots.stills.map_still import MapContent, map_still
from cliplab.explorer.plots.stills.silhouettes_still import BarsContent, silhouettes_still
from cliplab.explorer.widgets.figure_display import FigureDisplay
from cliplab.explorer.widgets.serving import HoverImages
from cliplab.images.image_set import ImageSet
from cliplab.projection.values import Projection


@checked
def show_projection(
    projection: Projection,
    clustering: Clustering | None = None,
    *,
    images: ImageSet | None = None,
    color_by: str | None = None,
    embeddings: Embeddings | ArrayLike | None = None,
) -> FigureDisplay:
    """Draw where the images lie in the plane; hover over a point to see its image.

    Parameters
    ----------
    projection : Projection
        Two columns of it are drawn.
    clustering : Clustering, optional
        Clusters to colour by; without it all points have one colour.
    images : ImageSet, optional
        The images, row by row; leave it out for null data, which are none.
    color_by : str, optional
        ``"cluster"``, ``"class"``, ``"silhouette"`` or a column of the images; by cluster when
        left out, if there is a clustering. ``"neighbors kept"`` is the share of its ten nearest
        that an image keeps on the map: those that keep at most one are outlined, and hovering draws
        lines to all ten, for up to 4,096 images. ``"neighbor counts"`` is how many images
        have it among their ten nearest.
    embeddings : Embeddings or array-like of shape (n_images, n_features), optional
        Where neighbours are found; needed to colour by them, and for nothing else.

    Returns
    -------
    FigureDisplay
        The last line of a cell shows it; `save` writes it as an image or a page.

    Raises
    ------
    ValueError
        If `color_by` is not known of the images, or needs a clustering or embeddings.
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook, project
    >>> images = load_storybook(n_images=40)
    >>> embeddings = ClipEncoder("storybook").encode_images(images)
    >>> projection = project(embeddings, "pca")
    >>> display = show_projection(projection, images=images)
    >>> display = show_projection(projection, color_by="neighbors kept", embeddings=embeddings)
    """
    if images is not None:
        require_rows("images", len(images), len(projection))
    if clustering is not None:
        require_rows("clustering", len(clustering), len(projection))
    nearest = kept = None
    if color_by in NEIGHBOR_COLORS:
        nearest = _nearest_for(color_by, projection, embeddings)
        kept = nearest.kept_on(projection) if color_by == KEPT else None
    plots, thumbnails = _plots_of(images, len(projection))
    shown = MapContent(
        map_view(projection),
        all_alike(len(projection)),
        PROJECTION_TITLES.get(projection.method, projection.method),
    )
    plots.show_map(shown.view)
    plots.show_title(shown.title)
    if clustering is None:
        plots.hover.leave_out_clusters()
    else:
        numbers = numbers_view(clustering, projection)
        plots.show_clustering(_alone(clustering))
        plots.show_numbers(numbers)
        color_by = color_by or "cluster"
        if color_by == "cluster":
            shown = shown._replace(numbers=numbers)
    if color_by is not None:
        if color_by in NEIGHBOR_COLORS:
            neighbors = neighbors_view(len(projection), nearest, kept)
            plots.show_neighbors(neighbors)
            colors = neighbors_coloring(color_by, len(projection), nearest, kept)
            shown = shown._replace(torn=neighbors["torn"])
        else:
            colors = coloring_view(color_by, images, clustering)
        plots.show_coloring(colors, show_numbers=color_by == "cluster")
        shown = shown._replace(coloring=colors)
    what = "figures.map_of_points" if images is None else "figures.map_of_images"
    colored = "" if color_by is None else _colored_by(color_by)
    sentence = say(what, title=shown.title, n=len(projection), colored=colored)
    return FigureDisplay(plots.scatter, map_still(shown), sentence, thumbnails)


@checked
def show_elbow(sweep: ClusterSweep) -> FigureDisplay:
    """Draw inertia and mean silhouette over k, and the elbow if it is clear.

    Parameters
    ----------
    sweep : ClusterSweep
        The clusterings for every k.

    Returns
    -------
    FigureDisplay
        The last line of a cell shows it; `save` writes it as an image or a page.

    Raises
    ------
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import Embeddings, sweep_clusters
    >>> import numpy as np
    >>> points = np.random.default_rng(0).normal(size=(50, 4))
    >>> display = show_elbow(sweep_clusters(Embeddings(points), range(2, 9)))
    """
    view = sweep_view(sweep, space_in_words(sweep.space))
    source = ColumnDataSource(view["curves"])
    elbow, score = elbow_figure(source), score_figure(source)
    mark_elbow(elbow, view)
    set_title(score, view["score_title"])
    for plot in (elbow, score):
        say_where(plot, view["curves_axis"])
        give_room(plot)
    add_save_buttons([elbow, score])
    still = curves_still(CurvesContent(view))
    sentence = say("figures.elbow", elbow=view["elbow_title"], score=view["score_title"])
    return FigureDisplay(row(elbow, score, sizing_mode="stretch_width"), still, sentence)


@checked
def show_silhouettes(images: ImageSet, clustering: Clustering) -> FigureDisplay:
    """Draw the silhouette of each image as a bar, sorted within clusters.

    Parameters
    ----------
    images : ImageSet
        The images, row by row.
    clustering : Clustering
        One clustering, for example ``sweep[10]``.

    Returns
    -------
    FigureDisplay
        The last line of a cell shows it; `save` writes it as an image or a page.

    Raises
    ------
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import ClipEncoder, load_storybook, sweep_clusters
    >>> images = load_storybook(n_images=40)
    >>> sweep = sweep_clusters(ClipEncoder("storybook").encode_images(images), range(2, 9))
    >>> display = show_silhouettes(images, sweep[5])
    """
    require_rows("clustering", len(clustering), len(images))
    plots, thumbnails = _plots_of(images, len(images))
    shown = BarsContent(
        sweep_view(ClusterSweep((clustering,)), space_in_words(clustering.space)),
        _alone(clustering),
        coloring_view("cluster", images, clustering),
    )
    plots.show_sweep(shown.sweep)
    plots.show_clustering(shown.clustering)
    plots.show_coloring(shown.coloring, show_numbers=False)
    sentence = shown.clustering["title"]
    return FigureDisplay(plots.silhouettes, silhouettes_still(shown), sentence, thumbnails)


@checked
def show_valley(
    embeddings: Embeddings | Projection | ArrayLike,
    clustering: Clustering,
    a: int,
    b: int,
    *,
    images: ImageSet | None = None,
    random_state: int = 0,
) -> FigureDisplay:
    """Draw the images of two clusters along the line between their centres, as a histogram.

    Each point is an image that is nearer to this line than to any other centre, and has the colour
    of its cluster. Grey are the three stretches whose images are counted. Below is the sentence
    that `valley` says.

    Parameters
    ----------
    embeddings : Embeddings, Projection or array-like of shape (n_images, n_features)
        What was clustered.
    clustering : Clustering
        Its clusters.
    a, b : int
        Two of them.
    images : ImageSet, optional
        The images, row by row, to hover over; leave it out for null data, which are none.
    random_state : int, default=0
        Seed of the splits, as in `valley`.

    Returns
    -------
    FigureDisplay
        The last line of a cell shows it; `save` writes it as an image or a page.

    Raises
    ------
    ValueError
        If these are not of the same images, or there are no such two clusters.
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import load_laboratory, sweep_clusters
    >>> groups = load_laboratory("mixture", n_groups=2, n_images=200).embeddings
    >>> display = show_valley(groups, sweep_clusters(groups, [2])[2], 0, 1)
    """
    if images is not None:
        require_rows("images", len(images), len(clustering))
    found = valley(embeddings, clustering, a, b, random_state=random_state)
    plots, thumbnails = _plots_of(images, len(clustering))
    plots.show_clustering(_alone(clustering))
    coloring = coloring_view("cluster", images, clustering)
    plots.show_coloring(coloring, show_numbers=False)
    view = line_view(found, len(clustering))
    plots.show_line(view)
    add_sentence(plots.line, found.sentence)
    still = line_still(view, coloring, found.sentence)
    return FigureDisplay(plots.line, still, found.sentence, thumbnails)


@checked
def show_evidence(evidence: Evidence) -> FigureDisplay:
    """Draw the evidence for each k: gap, silhouette, stability and two classical scores.

    A dashed line marks the k that a measure votes for. Grey bands are the values of null data,
    orange ones those of independent starts of K-means. The dotted line is how far these agree.

    Parameters
    ----------
    evidence : Evidence
        From `evidence_for_k`.

    Returns
    -------
    FigureDisplay
        The last line of a cell shows it; `save` writes it as an image or a page.

    Raises
    ------
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import evidence_for_k, sweep_clusters
    >>> import numpy as np
    >>> points = np.random.default_rng(0).normal(size=(50, 4))
    >>> sweep = sweep_clusters(points, range(2, 9))
    >>> evidence = evidence_for_k(points, sweep, n_references=5, n_starts=3)
    >>> display = show_evidence(evidence)
    """
    plots = EvidencePlots()
    view = evidence_view(evidence, space_in_words(evidence.space))
    plots.show(view)
    return FigureDisplay(plots.layout, evidence_still(view), evidence.sentence)


@checked
def show_transitions(transitions: ClusterTransitions) -> FigureDisplay:
    """Draw how many images move between the clusters of two clusterings.

    Parameters
    ----------
    transitions : ClusterTransitions
        From `compare_clusterings`.

    Returns
    -------
    FigureDisplay
        The last line of a cell shows it; `save` writes it as an image or a page.

    Raises
    ------
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import sweep_clusters, compare_clusterings
    >>> import numpy as np
    >>> sweep = sweep_clusters(np.random.default_rng(0).normal(size=(50, 4)), [3, 4])
    >>> display = show_transitions(compare_clusterings(sweep[3], sweep[4]))
    """
    plot = FlowPlot()
    view = flow_view(transitions)
    plot.show(view)
    return FigureDisplay(plot.layout, flow_still(view), view["title"])


def _colored_by(color_by: str) -> str:
    title = words("figures.colors").get(color_by, color_by)
    return say("figures.colored_by", color_by=title)


def _nearest_for(
    color_by: str, projection: Projection, embeddings: Embeddings | ArrayLike | None
) -> NearestImages:
    if embeddings is None:
        raise ValueError(f"`embeddings` must be given to colour by {color_by}. Got None instead.")
    points, _ = points_and_space(embeddings)
    require_rows("embeddings", len(points), len(projection))
    return find_nearest_images(points, n_neighbors_of(len(points)))


def _plots_of(images: ImageSet | None, n_rows: int) -> tuple[Plots, HoverImages | None]:
    if images is None:
        return Plots(n_rows, {}, are_images=False), None
    plots = Plots(n_rows, image_columns(images))
    worker = Worker[Any](EventLoop(), _raise, keeps_all=True)
    return plots, HoverImages(plots.hover, images, SmallImages(images), worker)


def _alone(clustering: Clustering) -> View:
    """Return the view of one clustering that belongs to no sweep."""
    return clustering_view(ClusterSweep((clustering,)), clustering.n_clusters)


def _raise(error: Exception) -> None:
    raise error
