"""Samples of rows in which every part has its share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def stratified_rows(strata: ArrayLike, n_rows: int, random_state: int = 0) -> NDArray[np.intp]:
    """Draw images at random so that every cluster, or other part, has its share of the sample.

    This is systematic sampling: the images are ordered by part, within each part at random, and
    taken at equal steps. A part with a tenth of the images has a tenth of the sample, as nearly
    as whole numbers allow, so the mean of the sample estimates the mean of all images. It varies
    less than the mean of a simple random sample if images of one part are similar.

    Parameters
    ----------
    strata : array-like of shape (n_images,)
        Which part each image belongs to, as whole numbers, for example
        ``clustering.cluster_labels``.
    n_rows : int
        How many to draw, from 1 to the number of images.
    random_state : int, default=0
        Equal seeds draw equal samples.

    Returns
    -------
    ndarray of shape (n_rows,)
        Rows, increasing, each once.

    Raises
    ------
    ValueError
        If more rows are wanted than there are.

    References
    ----------
    Cochran, W. G. (1977). Sampling techniques, chapters 5 and 8. Wiley.

    Examples
    --------
    >>> strata = [0] * 60 + [1] * 30 + [2] * 10
    >>> rows = stratified_rows(strata, 10)
    >>> np.bincount(np.take(strata, rows)).tolist()
    [6, 3, 1]
    """
    parts = np.asarray(strata)
    if not 1 <= n_rows <= len(parts):
        raise ValueError(
            f"`n_rows` must be from 1 to {len(parts)}, the number of images. "
            f"Got {n_rows!r} instead."
        )
    random = np.random.default_rng(random_state)
    mixed = random.permutation(len(parts))
    part_by_part = mixed[np.argsort(parts[mixed], kind="stable")]
    places = (random.random() + np.arange(n_rows)) * (len(parts) / n_rows)
    rows: NDArray[np.intp] = np.sort(
        part_by_part[np.minimum(places.astype(np.intp), len(parts) - 1)]
    )
    return rows
