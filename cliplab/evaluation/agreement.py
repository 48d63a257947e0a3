"""Agreement between the clusters found and the known classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab.clustering.values import Clustering
from cliplab.evaluation.result_html import result_html
from cliplab.images.image_set import ImageSet

if TYPE_CHECKING:
    import pandas as pd


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Agreement:
    """How well clusters and known classes agree, in several measures.

    Read more than one of them: if each image is a cluster of its own, homogeneity and purity are
    1, but completeness is low and the adjusted measures are near 0.

    Parameters
    ----------
    adjusted_mutual_info : float
        Mutual information of cluster and class, adjusted for chance: 0 on average for random
        clusters, 1 for the same partition.
    adjusted_rand : float
        Share of the pairs of images on which the two partitions agree, adjusted for chance: 0 on
        average for random clusters, 1 for the same partition.
    homogeneity : float
        From 0 to 1; it is 1 if each cluster holds images of a single class.
    completeness : float
        From 0 to 1; it is 1 if all images of each class are in a single cluster.
    contingency : pandas.DataFrame
        How many images of each class (rows, by name) are in each cluster (columns).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({0: [9, 1], 1: [0, 5]}, index=["cat", "dog"])
    >>> agreement = Agreement(0.59, 0.73, 0.64, 0.58, contingency=table)
    >>> agreement.purity
    0.9333333333333333
    >>> agreement.to_pandas()["class_name"].tolist()
    ['cat', 'dog']
    """

    adjusted_mutual_info: float
    adjusted_rand: float
    homogeneity: float
    completeness: float
    contingency: pd.DataFrame

    @property
    def n_images(self) -> int:
        """The number of images compared: those with a known class."""
        return int(self.contingency.to_numpy().sum())

    @property
    def purity(self) -> float:
        """The share of images that belong to the most frequent class of their cluster."""
        return float(self.contingency.max(axis="index").sum() / self.n_images)

    def to_pandas(self) -> pd.DataFrame:
        """Return each cluster's size, most frequent class and purity.

        Returns
        -------
        pandas.DataFrame
            One row for each cluster, with columns ``cluster_label``, ``size``, ``class_name``
            and ``purity``. Only images with a known class are counted.
        """
        import pandas as pd

        sizes = self.contingency.sum(axis="index")
        return pd.DataFrame(
            {
                "cluster_label": self.contingency.columns,
                "size": sizes.to_numpy(),
                "class_name": self.contingency.idxmax(axis="index").to_numpy(),
                "purity": (self.contingency.max(axis="index") / sizes).to_numpy(),
            }
        )

    def __repr__(self) -> str:
        return (
            f"Agreement over {self.n_images} images: "
            f"adjusted mutual information {self.adjusted_mutual_info:.3f}, "
            f"adjusted Rand {self.adjusted_rand:.3f}, homogeneity {self.homogeneity:.3f}, "
            f"completeness {self.completeness:.3f}, purity {self.purity:.3f}"
        )

    def _repr_html_(self) -> str:
        import pandas as pd

        scores = {
            "adjusted mutual information": self.adjusted_mutual_info,
            "adjusted Rand": self.adjusted_rand,
            "homogeneity": self.homogeneity,
            "completeness": self.completeness,
            "purity": self.purity,
        }
        return result_html(
            f"Agreement over {self.n_images} images",
            pd.DataFrame({"score": scores}),
            self.to_pandas().set_index("cluster_label"),
        )


@checked
def class_agreement(images: ImageSet, clustering: Clustering) -> Agreement:
    """Compare the clusters found with the known classes.

    Images without a known class are left out. Noise counts as one more cluster, -1.

    Parameters
    ----------
    images : ImageSet
        The images, with classes. `ImageSet.with_classes` selects another factor as the class.
    clustering : Clustering
        Clusters of the same images, in the same order.

    Returns
    -------
    Agreement
        Adjusted mutual information, adjusted Rand index, homogeneity, completeness, purity, and
        the table of counts.

    Raises
    ------
    ValueError
        If the numbers of images differ, or no class is known.
    TypeError
        If arguments are swapped or of another kind.

    References
    ----------
    Vinh, N. X., Epps, J. and Bailey, J. (2010). Information theoretic measures for clusterings
    comparison. Journal of Machine Learning Research 11, 2837-2854.

    Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193-218.

    Rosenberg, A. and Hirschberg, J. (2007). V-Measure: a conditional entropy-based external
    cluster evaluation measure. EMNLP-CoNLL, 410-420.

    Examples
    --------
    >>> from cliplab import Clustering, load_storybook
    >>> images = load_storybook(n_images=100)
    >>> n_classes = len(images.class_names)
    >>> found = Clustering(images.class_labels, [[0.0]] * n_classes, 0.0, [0.0] * 100)
    >>> class_agreement(images, found).adjusted_mutual_info
    1.0
    """
    if len(images) != len(clustering):
        raise ValueError(
            f"`clustering` must be of the same {len(images)} images. "
            f"Got one of {len(clustering)} instead."
        )
    if not (images.class_labels >= 0).any():
        raise ValueError(
            f"`images` must have at least one image with a known class. Got {images!r} instead."
        )
    return group_agreement(images.class_labels, images.class_names, clustering)


def group_agreement(
    labels: NDArray[np.integer], names: Sequence[str], clustering: Clustering
) -> Agreement:
    """Compare the clusters found with any other groups of the same images.

    Parameters
    ----------
    labels : ndarray of shape (n_images,)
        The group of each image, as an integer code into `names`; -1 for none, and not all are.
    names : sequence of str
        What the groups are called.
    clustering : Clustering
        Clusters of the same images, in the same order.

    Returns
    -------
    Agreement
        Over the images that are in a group.
    """
    import pandas as pd
    from sklearn.metrics import (
        adjusted_mutual_info_score,
        adjusted_rand_score,
        homogeneity_completeness_v_measure,
    )

    known = labels >= 0
    classes, clusters = labels[known], clustering.cluster_labels[known]
    categories = pd.Categorical.from_codes(classes, categories=list(names))
    homogeneity, completeness, _ = homogeneity_completeness_v_measure(classes, clusters)
    return Agreement(
        adjusted_mutual_info=float(adjusted_mutual_info_score(classes, clusters)),
        adjusted_rand=float(adjusted_rand_score(classes, clusters)),
        homogeneity=float(homogeneity),
        completeness=float(completeness),
        contingency=pd.crosstab(
            categories, clusters, rownames=["class_name"], colnames=["cluster_label"]
        ),
    )
