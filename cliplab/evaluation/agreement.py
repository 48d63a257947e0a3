"""How well the clusters found agree with the classes known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cliplab._core.validation import require_kind
from cliplab.clustering.values import Clustering
from cliplab.images.image_set import ImageSet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Agreement:
    """How well clusters and known classes agree, in several measures.

    All but `purity` are symmetric or come in pairs, because a good score in one alone is easy to
    have: with every image in a cluster of its own, homogeneity and purity are 1.

    Parameters
    ----------
    adjusted_mutual_info : float
        What cluster and class tell about each other: 0 for chance, 1 for the same partition.
    adjusted_rand : float
        Pairs of images that both keep together or both part: 0 for chance, 1 for all.
    homogeneity : float
        From 0 to 1, where each cluster holds images of a single class.
    completeness : float
        From 0 to 1, where each class lies in a single cluster.
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
        """How many images were compared: those with a known class."""
        return int(self.contingency.to_numpy().sum())

    @property
    def purity(self) -> float:
        """The share of images that belong to the commonest class of their cluster."""
        return float(self.contingency.max(axis="index").sum() / self.n_images)

    def to_pandas(self) -> pd.DataFrame:
        """Each cluster's size, commonest class and purity.

        Returns
        -------
        pandas.DataFrame
            One row a cluster, with columns ``cluster_label``, ``size``, ``class_name`` and
            ``purity``; sizes count images with a known class.
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
        overall = pd.DataFrame({f"over {self.n_images} images": scores})
        # Class names are data from strangers: to_html escapes them.
        tables = (overall, self.to_pandas().set_index("cluster_label"))
        return "".join(str(table.to_html(float_format="{:.3f}".format)) for table in tables)


def class_agreement(images: ImageSet, clustering: Clustering) -> Agreement:
    """Compare the clusters that were found with the classes that are known.

    Images without a known class are left out. Noise, where an algorithm has some, counts as one
    more cluster, -1.

    Parameters
    ----------
    images : ImageSet
        The images, with classes. `ImageSet.with_classes` takes another factor for the class.
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
        If arguments are swapped, or of another kind.

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
    import pandas as pd
    from sklearn.metrics import (
        adjusted_mutual_info_score,
        adjusted_rand_score,
        homogeneity_completeness_v_measure,
    )

    require_kind("images", images, ImageSet)
    require_kind("clustering", clustering, Clustering)
    if len(images) != len(clustering):
        raise ValueError(
            f"`clustering` must be of the same {len(images)} images. "
            f"Got one of {len(clustering)} instead."
        )
    known = images.class_labels >= 0
    if not known.any():
        raise ValueError(
            f"`images` must have at least one image with a known class. Got {images!r} instead."
        )
    classes = images.class_labels[known]
    clusters = clustering.cluster_labels[known]
    names = pd.Categorical.from_codes(classes, categories=list(images.class_names))
    homogeneity, completeness, _ = homogeneity_completeness_v_measure(classes, clusters)
    return Agreement(
        adjusted_mutual_info=float(adjusted_mutual_info_score(classes, clusters)),
        adjusted_rand=float(adjusted_rand_score(classes, clusters)),
        homogeneity=float(homogeneity),
        completeness=float(completeness),
        contingency=pd.crosstab(
            names, clusters, rownames=["class_name"], colnames=["cluster_label"]
        ),
    )
