"""A grid of t-SNE maps, and two of them side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from cliplab._core.arguments import checked
from cliplab._core.rows import row_numbers
from cliplab._core.validation import (
    require_count,
    require_number,
    require_rows,
    wrong_value,
)
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.course.map_blend import MapBlend
from cliplab.course.map_comparison import MapComparison, comparison_of, nearest_of
from cliplab.course.map_series import MapKey, Maps, is_settled, settle_maps
from cliplab.course.screen.grid_controls import GridControls
from cliplab.course.screen.grid_figures import GridPlots
from cliplab.course.screen.stepper_still import maps_still, still_coloring
from cliplab.course.screen.tool import Tool
from cliplab.embeddings.points import points_and_space
from cliplab.explorer.model.views import map_view
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.tasks import Worker
from cliplab.explorer.plots.stills.map_still import MapContent
from cliplab.explorer.plots.stills.still import Still
from cliplab.images.image_set import ImageSet

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from cliplab.embeddings.values import Embeddings
    from cliplab.evaluation.nearest import NearestImages
    from cliplab.projection.values import Projection

_Value = TypeVar("_Value")

_PERPLEXITIES = (5.0, 30.0, 100.0)
_MOST = 6  # Maps in a row, and rows: more are too small to be read.
_N_GROUPS = 12
_LEAST_IMAGES = 12
_STILL_SIDE = 220


@checked
class MapGrid:
    """Watch t-SNE settle for several perplexities and seeds, and beside it for null data.

    Each column is a perplexity and each row a seed; the last row is of null data, which have no
    groups. All maps are turned to lie on the first, and what is selected in one is selected in all.
    Colours are clusters of the embeddings.

    Below, two maps stand side by side. A slider moves the images from the first map to the
    second, and a list names the groups whose neighbours change most.

    Parameters
    ----------
    embeddings : Embeddings or array-like of shape (n_images, n_features)
        At least 12 images.
    images : ImageSet, optional
        The images, row by row, to hover over.
    clustering : Clustering, optional
        The groups that colour the maps and are compared; 12 clusters by K-means when left out, or
        as many as few images allow.
    perplexities : sequence of float, optional
        One for each column, from 2 to a third of the images, 6 at most; when left out 5, 30 and
        100, or as much of it as few images allow.
    random_states : sequence of int, default=(0, 1)
        One for each row, 6 at most.
    null_data : bool, default=True
        Whether there is a row of null data.

    Raises
    ------
    ValueError
        If an argument is out of its range, or these are not of the same images.
    TypeError
        If an argument is of another kind.

    Examples
    --------
    >>> from cliplab import load_laboratory
    >>> from cliplab.course import MapGrid
    >>> embeddings = load_laboratory("mixture", n_images=60).embeddings
    >>> grid = MapGrid(embeddings, perplexities=[5, 15], null_data=False)
    >>> grid.settle()
    >>> len(grid.maps)
    4
    >>> grid.compare((5, 0), (5, 1)).n_neighbors
    10
    """

    def __init__(
        self,
        embeddings: Embeddings | ArrayLike,
        *,
        images: ImageSet | None = None,
        clustering: Clustering | None = None,
        perplexities: Sequence[float] | None = None,
        random_states: Sequence[int] = (0, 1),
        null_data: bool = True,
    ) -> None:
        points, _ = points_and_space(embeddings)
        n_images = len(points)
        if n_images < _LEAST_IMAGES:
            raise ValueError(
                wrong_value("embeddings", f"have at least {_LEAST_IMAGES} images", n_images)
            )
        if images is not None:
            require_rows("images", len(images), n_images)
        if clustering is None:
            k = min(_N_GROUPS, n_images // 4)
            clustering = sweep_clusters(embeddings, [k])[k]
        require_rows("clustering", len(clustering), n_images)
        columns = _perplexities(perplexities, n_images)
        seeds = _seeds(random_states)
        self._embeddings, self._clustering = embeddings, clustering
        self._rows = [[MapKey(each, seed) for each in columns] for seed in seeds]
        if null_data:
            self._rows.append([MapKey(each, seeds[0], is_null=True) for each in columns])
        self._keys = [key for row in self._rows for key in row]
        self._maps: Maps = {}
        self._pair = _first_pair(columns, seeds)
        self._blend: MapBlend | None = None
        self._comparison: MapComparison | None = None
        self._share = 0.0
        self._plots = GridPlots(n_images, images, self._rows, clustering.cluster_labels)
        self._plots.images.source.selected.on_change(
            "indices", lambda _attr, _old, _new: self._selection_changed()
        )
        self._tool = Tool(self._plots.layout, lambda: self.sentence, self._still)
        self._controls: GridControls | None = None
        self._worker: Worker[Maps] | None = None

    @property
    def maps(self) -> Mapping[tuple[float, int], Projection]:
        """The maps of the images that have settled, by perplexity and seed."""
        return MappingProxyType(
            {
                (key.perplexity, key.random_state): each
                for key, each in self._maps.items()
                if is_settled(each) and not key.is_null
            }
        )

    @property
    def selected(self) -> tuple[int, ...]:
        """The rows of the images that are selected; those of a list can be selected here."""
        return self._plots.selected

    @selected.setter
    def selected(self, rows: Sequence[int]) -> None:
        numbers = row_numbers("selected", rows, len(self._clustering))
        with self._tool.batch():
            self._plots.select(np.atleast_1d(numbers).tolist())

    @property
    def pair(self) -> tuple[MapKey, MapKey] | None:
        """Which maps stand side by side; None where there are not two."""
        return self._pair

    @property
    def comparison(self) -> MapComparison | None:
        """What the two side by side share; None until both have settled."""
        return self._comparison

    @property
    def sentence(self) -> str:
        """What is shown, in words."""
        n_settled = sum(is_settled(each) for each in self._maps.values())
        says = f"{n_settled} of {len(self._keys)} t-SNE maps have settled."
        if self._pair is None or self._comparison is None:
            return says
        before, after = (key.title for key in self._pair)
        return f"{says} The first map has {before}, the second {after}. {self._comparison.sentence}"

    def settle(self) -> None:
        """Compute all maps now, without showing them on the way."""
        self._stop()
        for maps in settle_maps(self._embeddings, self._keys, self._maps):
            self._maps = maps
        self._plots.show_maps({}, self._maps)
        self._put_side_by_side()

    def compare(self, before: tuple[float, int], after: tuple[float, int]) -> MapComparison:
        """Put two maps side by side.

        Parameters
        ----------
        before, after : tuple of float and int
            Perplexity and seed of two maps that have settled.

        Returns
        -------
        MapComparison
            What they share, and the groups whose neighbours change most.

        Raises
        ------
        ValueError
            If one of them is not in the grid, or has not settled.
        """
        for name, key in (("before", before), ("after", after)):
            if tuple(key) not in self.maps:
                known = ", ".join(f"({p:g}, {seed})" for p, seed in self.maps) or "none so far"
                must = f"be the perplexity and seed of a map that has settled: {known}"
                raise ValueError(wrong_value(name, must, key))
        self.choose_pair(MapKey(*before), MapKey(*after))
        assert self._comparison is not None
        return self._comparison

    def blend(self, share: float) -> None:
        """Move the images from the first of two maps to the second.

        Parameters
        ----------
        share : float
            How far, from 0 to 1.

        Raises
        ------
        ValueError
            If it is out of this range.
        """
        require_number("share", share, 0, 1)
        self._share = float(share)
        self._draw_blend()
        if self._controls is not None:
            self._controls.draw_share(self._share)

    def align(self, rows: Sequence[int] = ()) -> None:
        """Lay the second of two maps on the first.

        Parameters
        ----------
        rows : sequence of int, default=()
            The images that have to come as near to each other as they can; all when empty.

        Raises
        ------
        IndexError
            If there is no such image.
        """
        numbers = row_numbers("rows", rows, len(self._clustering))
        self._put_side_by_side(np.atleast_1d(numbers).tolist())

    def choose_pair(self, before: MapKey, after: MapKey) -> None:
        """Put two maps side by side as soon as both have settled.

        Parameters
        ----------
        before, after : MapKey
            Which.

        Raises
        ------
        ValueError
            If one of them is not in the grid.
        """
        for name, key in (("before", before), ("after", after)):
            if key not in self._keys:
                raise ValueError(wrong_value(name, "be the key of a map of the grid", key))
        self._pair = before, after
        self._put_side_by_side()

    @cached_property
    def _nearest(self) -> NearestImages:
        return nearest_of(np.asarray(self._embeddings))

    def _put_side_by_side(self, rows: Sequence[int] = ()) -> None:
        maps = [self._maps.get(key) for key in self._pair or ()]
        settled = [each for each in maps if each is not None and is_settled(each)]
        self._blend = self._comparison = None
        if self._pair is not None and len(settled) == 2:
            before, after = settled
            self._blend = MapBlend(before, after, rows)
            self._comparison = comparison_of(self._nearest, before, after, self._clustering)
        with self._tool.batch():
            if self._pair is not None:
                self._plots.show_pair(self._blend, self._pair[0].title)
            self._draw_blend()
        self._draw_controls()
        self._tool.refresh()

    def _draw_blend(self) -> None:
        if self._blend is None or self._pair is None:
            return
        title = self._pair[1].title
        if self._share < 1:
            title = f"{self._share:.0%} of the way to {title}"
        with self._tool.batch():
            self._plots.show_blend(self._blend.at(self._share), title)

    def _draw_controls(self) -> None:
        if self._controls is not None:
            self._controls.draw(self)

    def _selection_changed(self) -> None:
        self._draw_controls()
        self._tool.refresh()

    def _work(self) -> Iterator[Maps]:
        """Settle what has not settled."""
        # What all comparisons need is found here, before the first: there it would hold the kernel.
        _ = self._nearest
        yield from settle_maps(self._embeddings, self._keys, self._maps)

    def _show_frame(self, maps: Maps) -> None:
        before, self._maps = self._maps, maps
        with self._tool.batch():
            self._plots.show_maps(before, maps)
        is_new = sum(map(is_settled, maps.values())) > sum(map(is_settled, before.values()))
        if is_new and self._comparison is None and self._pair is not None:
            self._put_side_by_side()
        elif self._controls is not None:
            self._controls.say(self.sentence)

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()

    def _still(self) -> Still | None:
        contents = [[self._content(key) for key in row if key in self._maps] for row in self._rows]
        drawn = [row for row in contents if row]
        return maps_still(drawn, _STILL_SIDE) if drawn else None

    def _content(self, key: MapKey) -> MapContent:
        labels = self._clustering.cluster_labels
        shown = np.full_like(labels, -1) if key.is_null else labels
        selected = () if key.is_null else self.selected
        return MapContent(
            map_view(self._maps[key]), still_coloring(shown), key.title, selected=selected
        )

    def _ipython_display_(self) -> None:
        event_loop = EventLoop()
        controls = GridControls(self, self._keys, event_loop)
        worker = Worker[Maps](event_loop, lambda error: controls.say(str(error)))
        if not event_loop.is_live:  # What is stored has all maps.
            self.settle()
        controls.draw(self)
        controls.draw_share(self._share)
        self._tool.show(controls.above, controls.below, event_loop, worker.cancel)
        self._controls, self._worker = controls, worker
        self._plots.images.send_thumbnails(event_loop)
        worker.start("maps", self._work(), self._show_frame, self._tool.refresh)


def _perplexities(given: Sequence[float] | None, n_images: int) -> list[float]:
    most = (n_images - 1) / 3
    if given is None:
        return sorted({min(each, float(int(most))) for each in _PERPLEXITIES})
    require_count("perplexities", len(given), 1, _MOST, "how many maps are in a row")
    for each in given:
        require_number("perplexities", each, 2, most)
    return _different("perplexities", [float(each) for each in given])


def _seeds(given: Sequence[int]) -> list[int]:
    require_count("random_states", len(given), 1, _MOST, "how many rows there are")
    for each in given:
        require_count("random_states", each, 0)
    return _different("random_states", [int(each) for each in given])


def _different(name: str, values: list[_Value]) -> list[_Value]:
    if len(set(values)) < len(values):
        raise ValueError(wrong_value(name, "all differ", values))
    return values


def _first_pair(perplexities: list[float], seeds: list[int]) -> tuple[MapKey, MapKey] | None:
    """Return what stands side by side at first: two seeds, or else two perplexities."""
    middle = perplexities[len(perplexities) // 2]
    if len(seeds) > 1:
        return MapKey(middle, seeds[0]), MapKey(middle, seeds[1])
    if len(perplexities) > 1:
        return MapKey(perplexities[0], seeds[0]), MapKey(perplexities[1], seeds[0])
    return None
