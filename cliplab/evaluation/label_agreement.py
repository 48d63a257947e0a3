"""Agreement between clusters and verified labels, of which an image can have many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cliplab._core.arguments import checked
from cliplab._core.kinds import count
from cliplab._core.validation import require_rows
from cliplab.clustering.values import Clustering
from cliplab.evaluation.result_html import result_html
from cliplab.images.image_set import ImageSet

if TYPE_CHECKING:
    import pandas as pd

_N_SHOWN = 3
_DEVIATIONS = 1.96  # Standard deviations of a normal distribution, for 95 %.


@checked
@dataclass(frozen=True, eq=False, repr=False)
class LabelAgreement:
    """Which verified labels the images of each cluster have.

    Parameters
    ----------
    table : pandas.DataFrame
        One row for each label and cluster, as described in `to_pandas`.
    n_clusters : int
        The number of clusters, including those without a row.
    n_images : int
        The number of images.
    n_unlabelled : int
        The number of images without any verified label.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"cluster_label": [0], "label_name": ["Dog"], "n_present": [9]})
    >>> LabelAgreement(table, n_clusters=2, n_images=40, n_unlabelled=3)
    LabelAgreement over 40 images, 3 without a label: 1 label in 1 of 2 clusters
    """

    table: pd.DataFrame
    n_clusters: int
    n_images: int
    n_unlabelled: int

    @checked(n_labels=count(1))
    def best_labels(self, n_labels: int = _N_SHOWN) -> pd.DataFrame:
        """Return the labels that describe each cluster best.

        Parameters
        ----------
        n_labels : int, default=3
            The largest number of labels for each cluster.

        Returns
        -------
        pandas.DataFrame
            Rows of the table, sorted by cluster and then by score, highest first. Labels that no
            image of the cluster has are left out, so a cluster may have no row.
        """
        found = self.table[self.table["n_present"] > 0]
        best: pd.DataFrame = found.groupby("cluster_label").head(n_labels)
        return best.reset_index(drop=True)

    def to_pandas(self) -> pd.DataFrame:
        """Return precision and recall of each label in each cluster.

        Returns
        -------
        pandas.DataFrame
            One row for each label and cluster with enough verified images, sorted by cluster and
            then by score, with columns

            - ``label_name`` and ``cluster_label``;
            - ``precision``: of the images of the cluster for which the label is verified, as
              present or as absent, the share that has it;
            - ``recall``: of all images that have the label, the share that is in the cluster; NaN
              if no image has it;
            - ``n_present``, ``n_absent`` and ``n_unverified``: the number of images of the cluster
              that have the label, that do not, and that were not verified for it;
            - ``score``: from 0 to 1; high only if precision and recall are both high and were
              measured on enough images.
        """
        return self.table.copy()

    def __repr__(self) -> str:
        n_labels, n_described = (
            self.table[column].nunique() for column in ("label_name", "cluster_label")
        )
        return (
            f"LabelAgreement over {self.n_images} images, {self.n_unlabelled} without a label: "
            f"{n_labels} label{'' if n_labels == 1 else 's'} in {n_described} of "
            f"{self.n_clusters} clusters"
        )

    def _repr_html_(self) -> str:
        best = self.best_labels().set_index(["cluster_label", "label_name"])
        return result_html(repr(self), best, number="{:.2f}")


@checked(min_support=count(1))
def agreement_by_label(
    images: ImageSet, clustering: Clustering, min_support: int = 5
) -> LabelAgreement:
    """Compare clusters with verified labels, of which an image can have many.

    In Open Images, people verified some labels of each image: "is there a dog?". A label that was
    not verified for an image may be there or not. So an image counts for a label only if the
    label was verified for it. The labels to verify were proposed by a program, and not drawn at
    random: a precision holds for images that were likely to have the label. The precision over
    the whole cluster may be lower or higher.

    The best labels of a cluster have the highest score: the harmonic mean of precision and
    recall, each taken at the lower end of its 95 % Wilson interval. So a label of five images
    that are in one cluster by chance does not rank above a label of eighty.

    Noise (-1) has no precision. The labels of its images count in the recall of the clusters, and
    lower it.

    Parameters
    ----------
    images : ImageSet
        Images with columns ``labels_present`` and ``labels_absent``, each with a list of names
        for each image, as from `fetch_open_images`. A name in both lists of an image counts as
        not verified.
    clustering : Clustering
        Clusters of the same images, in the same order.
    min_support : int, default=5
        The least number of images of a cluster for which a label is verified. With fewer, the
        label has no row in this cluster.

    Returns
    -------
    LabelAgreement
        Precision, recall and counts of each label and cluster, and the best labels of each
        cluster.

    Raises
    ------
    ValueError
        If the images do not have these columns or no label in them, the numbers of images differ,
        or `min_support` is below 1.
    TypeError
        If arguments are swapped or of another kind.

    References
    ----------
    Kuznetsova, A. et al. (2020). The Open Images Dataset V4. International Journal of Computer
    Vision 128, 1956-1981.

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> from cliplab import Clustering, ImageSet, load_storybook
    >>> table = load_storybook(n_images=6).dataset
    >>> table = table.add_column("labels_present", [["Dog"]] * 2 + [["Dog", "Cat"]] + [["Cat"]] * 3)
    >>> table = table.add_column("labels_absent", [["Cat"]] * 2 + [["Fox"]] + [["Dog"], [], []])
    >>> found = Clustering([0, 0, 0, 1, 1, 1], [[0.0]] * 2, 0.0, [0.0] * 6)
    >>> agreement = agreement_by_label(ImageSet(table), found, min_support=3)
    >>> best = agreement.best_labels(n_labels=1)
    >>> best[["cluster_label", "label_name", "precision", "recall"]].round(2).to_numpy().tolist()
    [[0, 'Dog', 1.0, 1.0], [1, 'Cat', 1.0, 0.75]]
    """
    import pandas as pd

    require_rows("clustering", len(clustering), len(images))
    present, absent = _verified(images)
    names = sorted(set().union(*present, *absent))
    if not names:
        raise ValueError("`images` must have at least one verified label. Got none instead.")
    n_present, n_absent = (_counts(each, names, clustering) for each in (present, absent))
    sizes = np.bincount(clustering.cluster_labels + 1, minlength=clustering.n_clusters + 1)

    n_verified = n_present + n_absent
    label, cluster = np.nonzero(n_verified[:, :-1] >= min_support)
    there, verified = n_present[label, cluster], n_verified[label, cluster]
    anywhere = n_present.sum(axis=1)[label]  # Noise included.
    table = pd.DataFrame(
        {
            "label_name": np.array(names, dtype=object)[label],
            "cluster_label": cluster,
            "precision": there / verified,
            "recall": there / np.where(anywhere > 0, anywhere, np.nan),
            "n_present": there,
            "n_absent": verified - there,
            "n_unverified": sizes[cluster + 1] - verified,
            "score": _harmonic_mean(_at_least(there, verified), _at_least(there, anywhere)),
        }
    )
    order = ["cluster_label", "score", "n_present", "label_name"]
    table = table.sort_values(order, ascending=[True, False, False, True], ignore_index=True)
    n_unlabelled = sum(not some and not other for some, other in zip(present, absent, strict=True))
    return LabelAgreement(table, clustering.n_clusters, len(images), n_unlabelled)


def _verified(images: ImageSet) -> tuple[list[set[str]], list[set[str]]]:
    """Return the labels verified as present and as absent, without those that are in both lists."""
    present, absent = (_names(images, column) for column in ("labels_present", "labels_absent"))
    pairs = list(zip(present, absent, strict=True))
    return [here - gone for here, gone in pairs], [gone - here for here, gone in pairs]


def _names(images: ImageSet, column: str) -> list[set[str]]:
    known = images.dataset.column_names
    values = images.dataset[column][:] if column in known else [column]
    if not all(value is None or isinstance(value, list) for value in values):
        raise ValueError(
            f"`images` must have a column {column!r} with a list of names for each image, the "
            "verified labels that `fetch_open_images` reads from the official host. "
            f"Got the columns {known!r} instead."
        )
    return [{name for name in names or () if name} for names in values]


def _counts(
    labels: Sequence[set[str]], names: Sequence[str], clustering: Clustering
) -> NDArray[np.int64]:
    """Count the images with each name (rows) in each cluster (columns); the last is noise."""
    row_of = {name: row for row, name in enumerate(names)}
    counts = np.zeros((len(names), clustering.n_clusters + 1), dtype=np.int64)
    for some, cluster in zip(labels, clustering.cluster_labels, strict=True):
        counts[[row_of[name] for name in some], cluster] += 1  # Noise is -1: the last column.
    return counts


def _at_least(n_hits: NDArray[np.int64], n_tries: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the lower end of Wilson's interval for a share; 0 if there were no trials."""
    n = np.maximum(n_tries, 1)
    share, extra = n_hits / n, _DEVIATIONS**2 / n
    spread = _DEVIATIONS * np.sqrt(share * (1 - share) / n + extra / (4 * n))
    lowest: NDArray[np.float64] = np.maximum((share + extra / 2 - spread) / (1 + extra), 0)
    return lowest


def _harmonic_mean(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    both = first + second
    return np.divide(2 * first * second, both, out=np.zeros_like(both), where=both > 0)
