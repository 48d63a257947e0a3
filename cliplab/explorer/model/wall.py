"""The wall: every image in a cell of a grid, as near as can be to its place on the map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab._core.language import say
from cliplab.evaluation.nearest import find_nearest_images
from cliplab.explorer.model.background import BackgroundTask
from cliplab.explorer.model.neighbors import n_neighbors_of
from cliplab.projection.values import Projection

if TYPE_CHECKING:
    from cliplab.embeddings.values import Embeddings
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.notebook.event_loop import EventLoop

# The time to assign cells grows with the cube of the number of images: 2,000 take a few seconds.
MOST_ON_WALL = 2000
# The neighbours of fewer images say nothing: each is near to each.
_LEAST_COMPARED = 4
_SHARE_OF_SQUARE = 0.97


@dataclass(frozen=True, eq=False)
class Wall:
    """Which image is in which cell.

    Parameters
    ----------
    projection : Projection
        The map that the images were on.
    rows : ndarray of int, shape (n_shown,)
        The images on the wall: all, or a random sample of very many.
    cells : ndarray of int, shape (n_shown, 2)
        The column and the line of each, from the left and from below.
    n_neighbors : int
        How many neighbours of each were compared; 0 for very few images.
    kept, kept_on_map : float
        The share of its nearest among the embeddings that an image has among the nearest on the
        wall and on the map, on average; NaN for very few images.
    """

    projection: Projection
    rows: NDArray[np.intp]
    cells: NDArray[np.intp]
    n_neighbors: int
    kept: float
    kept_on_map: float

    def __post_init__(self) -> None:
        for array in (self.rows, self.cells):
            array.setflags(write=False)


class WallTask(BackgroundTask[Wall]):
    """Has the session show the wall of the map on the screen, once it is asked for.

    Parameters
    ----------
    session : ExplorerSession
        Whose `wall` it sets.
    event_loop : EventLoop
        Where walls arrive.
    """

    def __init__(self, session: ExplorerSession, event_loop: EventLoop) -> None:
        super().__init__(session, event_loop)
        self._found: Wall | None = None

    @property
    def is_behind(self) -> bool:
        """Whether the map stands where the wall is asked for."""
        return self.is_begun

    def follow(self) -> None:
        """Show the wall that is asked for, or start to compute it."""
        session = self._session
        projection = session.projection
        # A map that still moves has no wall.
        if session.state.map_images != "wall" or session.map_task.is_running:
            self._worker.cancel()
            session.wall = None
            return
        if self._is_settled(projection):
            return
        self._worker.cancel()
        found = self._found
        session.wall = found if found is not None and found.projection is projection else None
        if session.wall is None:
            self._worker.start(
                projection,
                _built(session.embeddings, projection),
                lambda wall: session.run(lambda: self._show(wall)),
                lambda: session.run(lambda: None),
            )

    def built(self) -> Wall:
        """Return the wall of the map on the screen, which is built now unless it is there."""
        if self._found is None or self._found.projection is not self._session.projection:
            self._found = build_wall(self._session.embeddings, self._session.projection)
        return self._found

    def _show(self, wall: Wall) -> None:
        self._found = self._session.wall = wall


def build_wall(embeddings: Embeddings, projection: Projection) -> Wall:
    """Put images into the cells of a grid, so that they move as little as can be.

    Parameters
    ----------
    embeddings : Embeddings
        Where the neighbours are found that a wall may keep.
    projection : Projection
        The map of the same images.

    Returns
    -------
    Wall
        The sum of the squared distances between map and cells is the lowest that there is.
    """
    rows = shown_rows(len(projection))
    places = np.asarray(projection.coordinates, dtype=np.float32)[rows, :2]
    cells = assign_cells(places)
    n_neighbors = n_neighbors_of(len(rows)) if len(rows) >= _LEAST_COMPARED else 0
    kept = kept_on_map = np.nan
    if n_neighbors:
        nearest = find_nearest_images(embeddings.vectors[rows], n_neighbors)
        kept = float(nearest.kept_on(Projection(cells.astype(np.float32))).mean())
        kept_on_map = float(nearest.kept_on(Projection(places)).mean())
    return Wall(projection, rows, cells, n_neighbors, kept, kept_on_map)


def shown_rows(n_images: int) -> NDArray[np.intp]:
    """Return which images are on the wall: all, or a random sample, which is always the same."""
    if n_images <= MOST_ON_WALL:
        return np.arange(n_images)
    chosen = np.random.default_rng(0).choice(n_images, MOST_ON_WALL, replace=False)
    return np.sort(chosen).astype(np.intp)


def assign_cells(places: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return a cell for each place, no two the same: its column and its line.

    The grid is about as wide as it is high. Places are spread over it first, each axis from its
    lowest to its highest; then the squared distances that all of them move add up to the lowest
    sum that there is.
    """
    from scipy.optimize import linear_sum_assignment

    grid = grid_cells(len(places))
    spread = spread_over(grid, places)
    distances = ((spread[:, None, :] - grid[None, :, :]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(distances)
    return np.asarray(grid[chosen], dtype=np.intp)


def grid_cells(n_cells: int) -> NDArray[np.intp]:
    """Return the cells of a grid that holds so many, and as few more as its shape needs."""
    n_columns = int(np.ceil(np.sqrt(n_cells)))
    n_lines = -(-n_cells // n_columns)
    columns, lines = np.meshgrid(np.arange(n_columns), np.arange(n_lines))
    return np.column_stack([columns.ravel(), lines.ravel()])


def spread_over(grid: NDArray[np.intp], places: NDArray[np.floating]) -> NDArray[np.float64]:
    """Stretch each axis of some places to that of a grid; one that is constant is its middle."""
    low, reach = places.min(axis=0), np.ptp(places, axis=0)
    share = np.where(reach > 0, (places - low) / np.where(reach > 0, reach, 1.0), 0.5)
    return np.asarray(share * grid.max(axis=0), dtype=np.float64)


def wall_view(wall: Wall, map_view: dict[str, Any]) -> dict[str, Any]:
    """Return where images are on the wall, in the square that the map has.

    ``x`` and ``y`` are NaN for images that are not on it; ``cell`` is the side of a cell.
    """
    size = wall.cells.max(axis=0) + 1
    cell = 2 * map_view["reach"] * _SHARE_OF_SQUARE / float(size.max())
    places = np.full((len(map_view["x"]), 2), np.nan, dtype=np.float32)
    places[wall.rows] = map_view["center"] + (wall.cells - (size - 1) / 2) * cell
    return map_view | {"x": places[:, 0], "y": places[:, 1], "cell": cell}


def wall_note(wall: Wall | None) -> str:
    """Say how much of the neighbourhoods the wall keeps, and whether it has all images."""
    if wall is None:
        return ""
    n_images, n_shown = len(wall.projection), len(wall.rows)
    is_whole = n_shown == n_images
    of = "" if is_whole else say("wall.sample", n_shown=n_shown, n_images=n_images)
    if not wall.n_neighbors:
        return of
    kept = say("wall.kept", n=wall.n_neighbors, kept=wall.kept, on_map=wall.kept_on_map)
    return f"{of} {kept}".strip()


def _built(embeddings: Embeddings, projection: Projection) -> Iterator[Wall]:
    yield build_wall(embeddings, projection)
