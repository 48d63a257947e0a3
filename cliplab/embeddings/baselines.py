"""Baselines: vectors without meaning, to be clustered in the same way as CLIP's.

Groups in CLIP's vectors are interesting only if simpler vectors do not have them too. There are
three baselines: raw pixels, `encode_pixels`; colours, `encode_colors`; and a network with CLIP's
architecture but untrained, ``ClipEncoder("ViT-B-32", pretrained=None)`` or, for the storybook,
``ClipEncoder("storybook", pretrained=None)``. `compare_embeddings` sets them side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.kinds import count
from cliplab.embeddings.inputs import input_images
from cliplab.embeddings.progress import image_progress
from cliplab.embeddings.values import Embeddings

if TYPE_CHECKING:
    from PIL.Image import Image

    from cliplab.images.image_set import ImageSet

# Larger images are reduced to so many pixels a side.
_MAX_SIDE = 256
# With more bins, one paint in two lights is two colours, and a vector has 32,768 features or more.
_MAX_BINS = 16


@checked(size=count(2, _MAX_SIDE))
def encode_pixels(images: ImageSet | Sequence[Image], size: int = 16) -> Embeddings:
    """Encode images by their pixels, after scaling them to a very small size.

    The whole image is resized to a square, and its mean colour is subtracted. Without that the
    direction of a vector would depend mostly on the brightness of the image. With it, unit length
    means equal contrast, and the dot product is the correlation of two images. Of six ways to
    center and scale, this one agreed best with the storybook's objects (adjusted mutual information
    0.05; the others had 0.01 to 0.02).

    An image of a single colour has no contrast. It gets a direction at a right angle to all
    others, so that it is as far from each image as two uncorrelated images are.

    Parameters
    ----------
    images : ImageSet or sequence of PIL.Image.Image
        At least one.
    size : int, default=16
        The number of pixels a side, from 2 to 256.

    Returns
    -------
    Embeddings
        Of shape (n_images, 3 * size ** 2).

    Raises
    ------
    ValueError
        If there is no image, one cannot be read, or `size` is out of its range.

    References
    ----------
    Torralba, A., Fergus, R. and Freeman, W. T. (2008). 80 million tiny images: a large data set
    for nonparametric object and scene recognition. IEEE Transactions on Pattern Analysis and
    Machine Intelligence 30, 1958-1970.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> encode_pixels(load_storybook(n_images=4))
    Embeddings of 4 rows with 768 features, made by raw pixels
    """

    def contrasts(image: Image) -> NDArray[np.float64]:
        from PIL.Image import Resampling

        pixels = np.asarray(image.resize((size, size), Resampling.BOX), dtype=np.float64)
        # If all pixels are equal their mean is exact, because they are whole numbers.
        centered = pixels - pixels.mean(axis=(0, 1))
        return centered.ravel() if centered.any() else np.ones(centered.size)

    vectors = _vectors(images, contrasts, "resizing images")
    return Embeddings(vectors, "raw pixels", {"size": str(size)})


@checked(n_bins=count(2, _MAX_BINS))
def encode_colors(images: ImageSet | Sequence[Image], n_bins: int = 8) -> Embeddings:
    """Encode images by how often each colour occurs, regardless of where.

    Red, green and blue are divided into `n_bins` bins each, and a vector has the square root of
    the share of pixels in each of the ``n_bins ** 3`` colours. With the root every vector has unit
    length, and the Euclidean distance is √2 times the Hellinger distance of the shares: rare
    colours count more, and a large background counts less, than without it.

    Parameters
    ----------
    images : ImageSet or sequence of PIL.Image.Image
        At least one. Of large images only some pixels are counted.
    n_bins : int, default=8
        The number of bins of each of red, green and blue, from 2 to 16.

    Returns
    -------
    Embeddings
        Of shape (n_images, n_bins ** 3).

    Raises
    ------
    ValueError
        If there is no image, one cannot be read, or `n_bins` is out of its range.

    References
    ----------
    Swain, M. J. and Ballard, D. H. (1991). Color indexing. International Journal of Computer
    Vision 7, 11-32.

    Arandjelović, R. and Zisserman, A. (2012). Three things everyone should know to improve object
    retrieval. IEEE Conference on Computer Vision and Pattern Recognition, 2911-2918.

    Examples
    --------
    >>> from cliplab import load_storybook
    >>> encode_colors(load_storybook(n_images=4))
    Embeddings of 4 rows with 512 features, made by color histogram
    """

    def shares(image: Image) -> NDArray[np.float64]:
        from PIL.Image import Resampling

        # Pixels are left out and not blended, because a blend of two colours is a third one.
        width, height = (min(length, _MAX_SIDE) for length in image.size)
        pixels = np.asarray(image.resize((width, height), Resampling.NEAREST), dtype=np.int64)
        red, green, blue = np.moveaxis(pixels * n_bins // 256, -1, 0)
        bins = (red * n_bins + green) * n_bins + blue
        counts = np.bincount(bins.ravel(), minlength=n_bins**3)
        roots: NDArray[np.float64] = np.sqrt(counts / bins.size)
        return roots

    vectors = _vectors(images, shares, "counting colors")
    return Embeddings(vectors, "color histogram", {"n_bins": str(n_bins)})


def _vectors(
    images: ImageSet | Sequence[Image],
    to_vector: Callable[[Image], NDArray[np.float64]],
    label: str,
) -> NDArray[np.float32]:
    """Encode images one by one, so that only one is in memory."""
    found = input_images(images)
    vectors = []
    with image_progress(label, len(found)) as bar:
        for row in range(len(found)):
            vectors.append(to_vector(found.decode(row, None)).astype(np.float32))
            bar.update()
    return np.stack(vectors)
