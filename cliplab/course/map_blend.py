"""A map on its way to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cliplab.course.map_alignment import aligned_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cliplab.projection.values import Projection


class MapBlend:
    """Two maps, and every place between them.

    Parameters
    ----------
    before, after : Projection
        Two maps of the same images.
    rows : sequence of int, default=()
        The images on which the second is laid on the first; all when empty.

    Attributes
    ----------
    start, end : ndarray of shape (n_images, 2)
        The first map, and the second, aligned.

    Examples
    --------
    >>> from cliplab import Projection
    >>> before = Projection([[0, 0], [2, 0], [0, 1]])
    >>> blend = MapBlend(before, Projection([[2, 2], [4, 2], [2, 3]]))
    >>> np.allclose(blend.at(0.5), before.coordinates)
    True
    """

    def __init__(self, before: Projection, after: Projection, rows: Sequence[int] = ()) -> None:
        self.start = np.asarray(before.coordinates[:, :2], dtype=np.float64)
        self.end = aligned_to(after.coordinates[:, :2], self.start, list(rows) or None)

    def at(self, share: float) -> NDArray[np.float64]:
        """Return where the images are after a share of the way, from 0 to 1."""
        between: NDArray[np.float64] = (1 - share) * self.start + share * self.end
        return between
