"""Maps turned, mirrored and moved to lie on one another, as far as they can."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def aligned_to(
    coordinates: ArrayLike, reference: ArrayLike, rows: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Lay a map on another: turned, mirrored and moved, and neither bent nor scaled.

    t-SNE has no up and no left, so two maps of the same images may differ by a turn alone.

    Parameters
    ----------
    coordinates : array-like of shape (n_images, 2)
        The map.
    reference : array-like of shape (n_images, 2)
        The map that it is laid on, row by row the same images.
    rows : array-like of int, optional
        The images that have to come as near to each other as they can; all when left out. The
        others follow.

    Returns
    -------
    ndarray of shape (n_images, 2)
        The map, with these images around the same middle as in the reference.

    References
    ----------
    Schönemann, P. H. (1966). A generalized solution of the orthogonal Procrustes problem.
    Psychometrika 31, 1-10.

    Examples
    --------
    >>> corner = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]])
    >>> turned = corner @ [[0, 1], [-1, 0]] + 5
    >>> np.allclose(aligned_to(turned, corner), corner)
    True
    """
    from scipy.linalg import orthogonal_procrustes

    moving = np.asarray(coordinates, dtype=np.float64)
    still = np.asarray(reference, dtype=np.float64)
    fitted = slice(None) if rows is None else np.asarray(rows, dtype=np.intp)
    middle, target = moving[fitted].mean(axis=0), still[fitted].mean(axis=0)
    turn, _ = orthogonal_procrustes(moving[fitted] - middle, still[fitted] - target)
    aligned: NDArray[np.float64] = (moving - middle) @ turn + target
    return aligned


def unit_size(coordinates: ArrayLike) -> NDArray[np.float64]:
    """Move a map to the origin, and scale it so that its points are at distance 1 from there.

    Parameters
    ----------
    coordinates : array-like of shape (n_images, 2)
        The map.

    Returns
    -------
    ndarray of shape (n_images, 2)
        The mean of the squared distances is 1; a map of one point alone has 0.

    Examples
    --------
    >>> unit_size([[5, 5], [9, 5]]).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    places = np.asarray(coordinates, dtype=np.float64)
    places = places - places.mean(axis=0)
    size = float(np.sqrt((places**2).sum(axis=1).mean()))
    scaled: NDArray[np.float64] = places / (size or 1.0)
    return scaled
