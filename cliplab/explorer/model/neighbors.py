"""What the screen shows of neighbours: which a map keeps, and who is a neighbour of very many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cliplab.evaluation.nearest import NearestImages, search_nearest_images
from cliplab.explorer.model.background import BackgroundTask
from cliplab.explorer.model.colors import NEIGHBOR_COLORS
from cliplab.explorer.model.state import COUNTS, KEPT
from cliplab.explorer.style.theme import MOST_AT_ONCE

if TYPE_CHECKING:
    from cliplab.embeddings.values import Embeddings
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.notebook.event_loop import EventLoop

N_NEIGHBORS = 10
# An image that keeps no more of its neighbours has been torn away from them. With half of them, a
# third of a t-SNE was outlined.
TORN = 0.1 + 1e-9


class NeighborsTask(BackgroundTask["NearestImages | None"]):
    """Has the session know the neighbours of each image, once the colours ask for them.

    Parameters
    ----------
    session : ExplorerSession
        Whose `nearest` it sets.
    event_loop : EventLoop
        Where neighbours arrive.
    """

    def __init__(self, session: ExplorerSession, event_loop: EventLoop) -> None:
        super().__init__(session, event_loop)
        self._found: dict[bool, NearestImages | None] = {}

    @property
    def is_behind(self) -> bool:
        """Whether colours ask for neighbours that are not known yet."""
        return self._session.state.color_by in NEIGHBOR_COLORS and self._session.nearest is None

    def follow(self) -> None:
        """Show the neighbours that the colours ask for, or start to find them."""
        session, state = self._session, self._session.state
        if state.color_by not in NEIGHBOR_COLORS:
            self._worker.cancel()
            session.nearest = None
            return
        # Maps are not of centred vectors, so what they keep is not compared with those.
        is_centered = state.color_by == COUNTS and state.centered
        name = "centered" if is_centered else "as they are"
        if self._is_settled(name):
            return
        self._worker.cancel()
        session.nearest = self._found.get(is_centered)
        if session.nearest is None:
            self._worker.start(
                name,
                _nearest(session.embeddings, is_centered),
                lambda found: self._show(is_centered, found),
                lambda: session.run(lambda: None),
            )

    def _show(self, is_centered: bool, found: NearestImages | None) -> None:
        def show() -> None:
            self._found[is_centered] = self._session.nearest = found

        if found is not None:  # And not only a block of them.
            self._session.run(show)


def n_neighbors_of(n_images: int) -> int:
    """Return how many neighbours are looked at: ten, or fewer where there are few images."""
    return max(1, min(N_NEIGHBORS, (n_images - 1) // 2))


def kept_on_map(session: ExplorerSession) -> NDArray[np.float64] | None:
    """Return the share of neighbours that each image keeps; None where nobody asks."""
    nearest: NearestImages | None = session.nearest
    if nearest is None or session.state.color_by != KEPT:
        return None
    return nearest.kept_on(session.projection)


def neighbors_view(
    n_images: int, nearest: NearestImages | None, kept: NDArray[np.floating] | None
) -> dict[str, Any]:
    """Return what is shown of neighbours, beside the colours.

    Parameters
    ----------
    n_images : int
        How many images there are.
    nearest : NearestImages, optional
        The neighbours of each, if they are known.
    kept : ndarray of shape (n_images,), optional
        The share of them that the map keeps, if somebody asks for it.

    Returns
    -------
    dict
        ``neighbors_kept`` and ``neighbor_counts`` for each image, NaN where it is not known.
        ``torn`` are the rows of the images to be outlined. ``neighbors`` are the rows of the
        neighbours of each image, one image after the other, to draw lines to; none where there are
        to be no lines.
    """
    unknown = np.full(n_images, np.nan, dtype=np.float32)
    no_rows = np.zeros(0, dtype=np.int32)
    neighbors = no_rows
    if nearest is not None and kept is not None and n_images <= MOST_AT_ONCE:
        neighbors = nearest.neighbors.astype(np.int32).ravel()
    return {
        "neighbors_kept": unknown if kept is None else kept.astype(np.float32),
        "neighbor_counts": unknown if nearest is None else nearest.counts.astype(np.float32),
        "torn": no_rows if kept is None else np.flatnonzero(kept <= TORN).astype(np.int32),
        "neighbors": neighbors,
    }


def _nearest(embeddings: Embeddings, is_centered: bool) -> Iterator[NearestImages | None]:
    points = embeddings.centered() if is_centered else embeddings
    yield from search_nearest_images(points, n_neighbors_of(len(points)))
