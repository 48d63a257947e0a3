"""What all the evidence together says about k: an int, or that nothing speaks clearly."""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

# Two partitions with so high an adjusted Rand index are the same but for single images.
_SAME = 0.98
_MAPS = ("tsne", "umap")
_ON_A_MAP = (
    "This was measured on a map, which parts groups also where there are none; the null data here "
    "did not go through it."
)
# Below this the clusters of a suggestion would be others in the next sample.
_STEADY = 0.9


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """What speaks for each k, and what all of it together says.

    A k is suggested only where three things hold. The silhouettes stand out from those of null
    data. Two of three say the same k: the gap statistic, the highest mean silhouette, and the
    largest k whose clusters stay the same when the images are resampled. And at that k the
    silhouette beats all null data, and the clusters are steady. On real photographs this seldom
    happens, and None is an answer.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each k from 1, with ``n_clusters`` as the index. ``inertia``; ``gap`` and
        ``gap_error``; ``silhouette`` of the sweep, ``silhouette_low`` and ``silhouette_high``
        over independent starts, ``null_low`` and ``null_high`` over null data; ``stability``
        over resamples, NaN where they have too few images for a k, and ``start_agreement`` over
        starts, as adjusted Rand indices;
        ``calinski_harabasz`` (high is good) and ``davies_bouldin`` (low is good).
    stands_out : bool
        Whether the silhouettes stand out from all null data.
    elbow : int or None
        Where the inertia has its elbow, if it has a clear one. It is shown, and has no vote.
    space, metric : str
        Where it was measured.

    Examples
    --------
    >>> import numpy as np
    >>> from cliplab import evidence_for_k, sweep_clusters
    >>> noise = np.random.default_rng(0).normal(size=(60, 4))
    >>> evidence = evidence_for_k(noise, sweep_clusters(noise, range(2, 6)))
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
        """The k that each of the three voters would take; 1 stands for one group."""
        return {
            "gap": self._gap_vote(),
            "silhouette": int(self.table["silhouette"].idxmax()),
            "stability": self._stability_vote(),
        }

    @property
    def suggested_k(self) -> int | None:
        """The k that the evidence speaks for clearly; None where it does not."""
        k, n_votes = Counter(self.votes.values()).most_common(1)[0]
        is_inside = 1 < k < self.table.index[-1]
        if not self.stands_out or n_votes < 2 or not is_inside or not self._beats_null_at(k):
            return None
        return k if self.table["stability"][k] >= _STEADY else None

    def _beats_null_at(self, k: int) -> bool:
        return bool(self.table["silhouette"][k] > self.table["null_high"][k])

    @property
    def sentence(self) -> str:
        """What the evidence together says, in a sentence or two."""
        return f"{self._verdict} {_ON_A_MAP}" if self.space in _MAPS else self._verdict

    @property
    def _verdict(self) -> str:
        votes = self.votes
        told = (
            f"the gap statistic says {votes['gap']}, the silhouette {votes['silhouette']}, "
            f"stability {votes['stability']}"
        )
        if self.suggested_k is not None:
            k = self.suggested_k
            return (
                f"k = {k} is well supported: {told}, the silhouettes stand out from null data, and "
                f"resamples agree with an adjusted Rand index of {self.table['stability'][k]:.2f}."
            )
        if not self.stands_out:
            return (
                "Nothing speaks for any k: the silhouettes are no better than null data reach, so "
                f"one group is as good an account as any ({told})."
            )
        stands = "The silhouettes stand out from null data, but"
        k, n_votes = Counter(votes.values()).most_common(1)[0]
        if n_votes > 1 and k == self.table.index[-1]:
            return f"{stands} the best k lies at the end of the range: try more ({told})."
        if n_votes > 1 and k > 1 and not self._beats_null_at(k):
            return f"{stands} not at k = {k}, where null data reach as much: {told}."
        if n_votes > 1 and k > 1:
            steady = self.table["stability"][k]
            return (
                f"{stands} the clusters are not steady: resamples agree at k = {k} only with an "
                f"adjusted Rand index of {steady:.2f} ({told})."
            )
        return f"{stands} no k is clearly the best: {told}. Choose k by its use."

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
        elbow = f"at k = {self.elbow}" if self.elbow else "nowhere clearly"
        where = (
            f"Measured in the {self.space}, by {self.metric} distance. The inertia, which has no "
            f"vote, has its elbow {elbow}."
        )
        table = self.table.to_html(float_format="{:.3f}".format, na_rep="")
        # The space may be the name of anybody's projection.
        return f"<p><b>{html.escape(self.sentence)}</b></p><p>{html.escape(where)}</p>{table}"

    def _gap_vote(self) -> int:
        # The least k within a standard error of the highest gap. The paper's own rule, the first
        # such local maximum, ends at 1 where many groups lie far apart.
        gap, error = self.table["gap"], self.table["gap_error"]
        best = gap.idxmax()
        return int(gap.index[np.flatnonzero(gap >= gap[best] - error[best])[0]])

    def _stability_vote(self) -> int:
        same = self.table.index[self.table["stability"] >= _SAME]
        return int(same[-1]) if len(same) else 1
