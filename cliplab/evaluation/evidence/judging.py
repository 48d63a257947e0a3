"""Evidence: what all measures together say about k, which may be that no k is supported."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cliplab.evaluation.result_html import result_html

if TYPE_CHECKING:
    import pandas as pd

# Partitions with this adjusted Rand index differ in single images only.
_SAME = 0.98
_MAPS = ("tsne", "umap")
_ON_A_MAP = (
    "This was measured on a map, and a map can show separate groups in data without groups. The "
    "null data were drawn on the map, they were not projected."
)
# The least stability of a suggested k, as an adjusted Rand index.
_STABLE = 0.9


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """How well each k is supported, and which k the measures together suggest.

    A k is suggested only if three conditions hold. The silhouettes stand out from those of null
    data. Two of three measures select the same k: the gap statistic, the highest mean silhouette,
    and the largest k whose clusters stay the same when the images are resampled. And at this k
    the silhouette is higher than on all null data and the clusters are stable. For photographs
    these conditions seldom hold; then the suggestion is None, which is a valid result.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each k from 1, with ``n_clusters`` as the index. ``inertia``; ``gap`` and
        ``gap_error``; ``silhouette`` of the sweep, ``silhouette_low`` and ``silhouette_high``
        over independent starts, ``null_low`` and ``null_high`` over null data; ``stability``
        over resamples, NaN if a resample has too few images for k, and ``start_agreement`` over
        starts, both as adjusted Rand indices; ``calinski_harabasz`` (higher is better) and
        ``davies_bouldin`` (lower is better).
    stands_out : bool
        Whether the silhouettes stand out from those of all null data.
    elbow : int or None
        The k at the elbow of the inertia, if it is clear. It does not influence the suggestion.
    space, metric : str
        The space of the data and the distance.

    Examples
    --------
    >>> import numpy as np
    >>> from cliplab import evidence_for_k, sweep_clusters
    >>> noise = np.random.default_rng(0).normal(size=(60, 4))
    >>> sweep = sweep_clusters(noise, range(2, 6))
    >>> evidence = evidence_for_k(noise, sweep, n_references=5, n_starts=3)
    >>> print(evidence.suggested_k)
    None
    >>> list(evidence.votes)
    ['gap', 'silhouette', 'stability']
    """

    table: pd.DataFrame
    stands_out: bool
    elbow: int | None
    space: str
    metric: str = "euclidean"

    @cached_property
    def votes(self) -> dict[str, int]:
        """The k that each of the three measures selects; 1 means that there are no groups."""
        return {
            "gap": self._gap_vote(),
            "silhouette": int(self.table["silhouette"].idxmax()),
            "stability": self._stability_vote(),
        }

    @property
    def suggested_k(self) -> int | None:
        """The k that is clearly supported, or None."""
        k, n_votes = Counter(self.votes.values()).most_common(1)[0]
        is_inside = 1 < k < self.table.index[-1]
        if not self.stands_out or n_votes < 2 or not is_inside or not self._beats_null_at(k):
            return None
        return k if self.table["stability"][k] >= _STABLE else None

    def _beats_null_at(self, k: int) -> bool:
        return bool(self.table["silhouette"][k] > self.table["null_high"][k])

    @property
    def sentence(self) -> str:
        """What the measures together say, in one or two sentences."""
        return f"{self._verdict} {_ON_A_MAP}" if self.space in _MAPS else self._verdict

    @property
    def _verdict(self) -> str:
        votes = self.votes
        selected = (
            f"the gap statistic selects {votes['gap']}, the silhouette {votes['silhouette']}, "
            f"stability {votes['stability']}"
        )
        if self.suggested_k is not None:
            k = self.suggested_k
            return (
                f"k = {k} is well supported: {selected}, the silhouettes stand out from null data, "
                "and resamples agree with an adjusted Rand index of "
                f"{self.table['stability'][k]:.2f}."
            )
        if not self.stands_out:
            return (
                "No k is supported: the silhouettes do not stand out from those of null data, so "
                f"there may be no groups ({selected})."
            )
        start = "The silhouettes stand out from null data, but"
        k, n_votes = Counter(votes.values()).most_common(1)[0]
        if n_votes > 1 and k == self.table.index[-1]:
            return f"{start} the best k is the last of the range: try more clusters ({selected})."
        if n_votes > 1 and k > 1 and not self._beats_null_at(k):
            return f"{start} not at k = {k}, where those of null data are as high ({selected})."
        if n_votes > 1 and k > 1:
            return (
                f"{start} the clusters are not stable: resamples agree at k = {k} only with an "
                f"adjusted Rand index of {self.table['stability'][k]:.2f} ({selected})."
            )
        return f"{start} no k is clearly the best: {selected}. Choose k by its use."

    def to_pandas(self) -> pd.DataFrame:
        """Return the table: a row for each k.

        Returns
        -------
        pandas.DataFrame
            A copy of `table`.
        """
        return self.table.copy()

    def __repr__(self) -> str:
        first, last = self.table.index[1], self.table.index[-1]
        return f"Evidence for k from {first} to {last} in the {self.space}: {self.sentence}"

    def _repr_html_(self) -> str:
        elbow = f"has its elbow at k = {self.elbow}" if self.elbow else "has no clear elbow"
        where = (
            f"Measured in the {self.space}, by {self.metric} distance. The inertia, which does not "
            f"influence the suggestion, {elbow}."
        )
        return result_html(self.sentence, self.table, note=where)

    def _gap_vote(self) -> int:
        # The least k within a standard error of the highest gap. The rule of the paper, the first
        # such local maximum, selects 1 for many groups that are far apart.
        gap, error = self.table["gap"], self.table["gap_error"]
        best = gap.idxmax()
        return int(gap.index[np.flatnonzero(gap >= gap[best] - error[best])[0]])

    def _stability_vote(self) -> int:
        same = self.table.index[self.table["stability"] >= _SAME]
        return int(same[-1]) if len(same) else 1
