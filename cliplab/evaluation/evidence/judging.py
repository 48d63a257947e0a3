"""Evidence: how many groups there are, as far as the images can tell, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cliplab.evaluation.evidence.answers import (
    ALPHA,
    STABLE,
    Answer,
    n_alike,
)
from cliplab.evaluation.evidence.halves import FEWEST
from cliplab.evaluation.line import VALLEY, rounded_p
from cliplab.evaluation.result_html import result_html

if TYPE_CHECKING:
    import pandas as pd

_ON_A_MAP = (
    "No verdict on a map: its islands can be of its own making, also where the data have no "
    "groups. The numbers are those of the map. Ask in the vectors."
)

_CAVEAT = (
    " A single group that is strongly bent, or images that are nearly the same, can look like "
    "several groups too."
)


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """How many groups there are, as far as the images can tell, and the measures for each k.

    Three things are asked. Is one group rejected? Half of the images proposes where a valley is,
    the other half tests it. Which clusters stand up? Those of a k do if each comes back in halves
    of the images, with a Jaccard overlap of at least 0.75, and if the middle of the way from each
    to its nearest holds at most 70 % of what the emptier end holds. And is it the k with the
    highest silhouettes in the main directions? A k is suggested only if all this holds and seven
    of ten repeats name it. For photographs it seldom holds; then the suggestion is None, which is
    a valid result. Of small clusters a valley is hard to see: it is enough that half of the
    clusters stand apart if finer ones show about as many groups, or at a second level, much finer.
    Where K-means merges small groups, a k is suggested if seven of ten halves count as many groups
    among finer clusters.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each k from 1, with ``n_clusters`` as the index. ``inertia`` and ``silhouette``
        of the sweep. ``stability``, the Jaccard overlap of the least stable cluster with those
        found in halves of the images, and ``fullness``, how full the middle of the way between
        two clusters is, as a share of the emptier end, at the shallowest valley; both NaN where
        halves have too few images, or lack a cluster. In the main directions, of which there are
        16 at most: ``gap`` and ``gap_error``, ``silhouette_main``, ``silhouette_low`` and
        ``silhouette_high`` over independent starts, ``null_low`` and ``null_high`` over shuffled
        data, and ``start_agreement``, an adjusted Rand index. ``calinski_harabasz`` (higher is
        better) and ``davies_bouldin`` (lower is better).
    answer : Answer
        Its ``kind`` is "one group", "groups", "k", "levels", "more" or "no verdict"; ``ks`` are
        the k that it names.
    repeats : tuple of Answer, default=()
        The answers of repeats, each with as many of the halves drawn with replacement. They tell
        how much the answer depends on the random splits; they draw no other images.
    p_value : float, default=1
        An upper bound of the probability of a valley at least this clear, if there is one group
        with a log-concave density. NaN if there are too few images for a test.
    null_p_value : float, default=1
        How probable it is that shuffled data have silhouettes that stand out as much.
    n_references : int, default=0
        How many shuffled data sets were drawn.
    disputed : tuple of int, default=()
        The k that the answer would name, if enough repeats agreed.
    n_inside : int, default=0
        How many groups stand apart with a few more clusters than at the highest silhouettes.
    elbows : mapping of int to int or None, default={}
        The elbow of the inertia for each end of the range. It does not influence the answer.
    space, metric : str
        The space of the data and the distance.

    References
    ----------
    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics &
    Data Analysis 52, 258-271.

    Examples
    --------
    >>> import numpy as np
    >>> from cliplab import evidence_for_k, sweep_clusters
    >>> noise = np.random.default_rng(0).normal(size=(60, 4))
    >>> sweep = sweep_clusters(noise, range(2, 6))
    >>> evidence = evidence_for_k(noise, sweep, n_references=5, n_starts=3)
    >>> evidence.answer.kind
    'one group'
    >>> print(evidence.suggested_k)
    None
    """

    table: pd.DataFrame
    answer: Answer
    repeats: tuple[Answer, ...] = ()
    p_value: float = 1.0
    null_p_value: float = 1.0
    n_references: int = 0
    disputed: tuple[int, ...] = ()
    n_inside: int = 0
    elbows: Mapping[int, int | None] | None = None
    space: str = "embedding"
    metric: str = "euclidean"

    @property
    def suggested_k(self) -> int | None:
        """The k that is well supported, or None. Of two levels it is the outer."""
        return self.answer.ks[0] if self.answer.ks else None

    @cached_property
    def votes(self) -> dict[str, int | None]:
        """The k that each measure selects by its own rule; None where it abstains.

        ``gap``: the least k within one error of the global maximum, as in scikit-learn's rule of
        one standard error; it abstains where the maximum is at the end of the range. The rule of
        Tibshirani and others is the first local maximum. ``silhouette``: the highest in the main
        directions. ``valleys``: the largest k whose clusters all are stable and stand apart.
        """
        return {
            "gap": self._gap_vote(),
            "silhouette": int(self.table["silhouette_main"].idxmax()),
            "valleys": max(self._apart, default=None),
        }

    @property
    def _apart(self) -> list[int]:
        """Each k whose clusters all are stable and stand apart."""
        table = self.table
        apart = table.index[(table["stability"] >= STABLE) & (table["fullness"] <= VALLEY)]
        return [int(k) for k in apart]

    @property
    def sentence(self) -> str:
        """What was rejected and what was not, and how sure that is."""
        answer = self.answer
        if answer.kind == "no verdict":
            return _ON_A_MAP
        if answer.kind == "one group":
            return self._not_rejected
        rejected = f"one group is rejected (p = {rounded_p(self.p_value)})"
        if answer.kind == "more":
            words = (
                f"There may be more groups than the range has: {rejected}, and "
                f"{self._why_more}. Try more clusters."
            )
        elif answer.kind == "groups":
            words = f"No k is well supported: {rejected}, but {self._why_no_k}"
        elif answer.kind == "levels":
            outer, inner = answer.ks
            words = (
                f"k = {outer} and, inside, k = {inner} are well supported: {rejected}; "
                f"{self._stands_up(outer)}; {self._stands_up(inner)}."
                f"{self._repeated('one of the two')}"
            )
        elif answer.ks[0] != (vote := self.votes["silhouette"]):
            (k,) = answer.ks
            words = (
                f"There seem to be {k} groups: {rejected}, and with a few more clusters than {k}, "
                f"{k} groups stand apart in most halves of the images. The silhouettes in the main "
                f"directions are highest at k = {vote}: K-means for k = {k} may cut large groups "
                f"and merge small ones.{self._repeated(f'k = {k}')}"
            )
        else:
            (k,) = answer.ks
            words = (
                f"k = {k} is well supported: {rejected}, {self._stands_up(k)}, and the silhouettes "
                f"in the main directions are highest there.{self._repeated('it')}{self._doubt}"
            )
        return words + _CAVEAT

    @property
    def _not_rejected(self) -> str:
        if np.isnan(self.p_value):
            return (
                "There are too few images to test whether they are one group: at least "
                f"{FEWEST} different ones are needed."
            )
        return (
            f"One group is not rejected (p = {rounded_p(self.p_value)}). That does not show that "
            "there is one group: groups that touch, or that have few images, can be missed."
        )

    @property
    def _why_no_k(self) -> str:
        apart, vote = self._apart, self.votes["silhouette"]
        if len(self.table) == 2:
            return "a single k cannot be compared with others."
        if self.disputed:
            named = Counter(k for repeat in self.repeats for k in repeat.ks).most_common()
            said = ", ".join(f"{n} name {k}" for k, n in named) or "none names a k"
            return f"it depends on the random splits: of {len(self.repeats)} repeats, {said}."
        if not apart:
            return "for no k do all clusters come back in halves of the images and stand apart."
        if vote not in apart:
            return (
                f"{apart[-1]} is the largest k whose clusters all stand apart, and the silhouettes "
                f"in the main directions are highest at k = {vote}, where not all do."
            )
        if vote == apart[-1] and self.n_inside > vote:
            return (
                f"with a few more clusters than {vote}, which has the highest silhouettes, "
                f"{self.n_inside} groups seem to stand apart: K-means may have merged some."
            )
        return "other k stand up as well."

    @property
    def _why_more(self) -> str:
        last, votes = int(self.table.index[-1]), self.votes
        if votes["valleys"] == last:
            return f"at the last k, {last}, all clusters still stand apart"
        return f"the silhouettes in the main directions are highest at the last k, {last}"

    def _stands_up(self, k: int) -> str:
        stability, fullness = self.table["stability"][k], self.table["fullness"][k]
        comes_back = (
            f"at k = {k} every cluster comes back in halves of the images (mean overlap at least "
            f"{stability:.2f})"
        )
        if fullness <= VALLEY:
            return (
                f"{comes_back}, and on average the middle between neighbors holds at most "
                f"{fullness:.0%} of what the emptier end holds"
            )
        return f"{comes_back}, though not each stands apart from its nearest"

    def _repeated(self, what: str) -> str:
        n = n_alike(self.answer, self.repeats)
        if not self.repeats:
            return ""
        return f" With the halves drawn anew, {n} of {len(self.repeats)} repeats name {what}."

    @property
    def _doubt(self) -> str:
        """What was not rejected: clusters that come back, but touch."""
        (k,) = self.answer.ks
        finer = self.table.loc[k + 1 :]
        touching = finer.index[finer["stability"] >= STABLE]
        if not len(touching):
            return " Groups that touch inside a cluster can be missed."
        other = int(touching[0])
        return (
            f" The clusters of k = {other} come back too, though not all stand apart: groups that "
            "touch are not excluded."
        )

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
        return result_html(self.sentence, self.table, note=self.note)

    @property
    def note(self) -> str:
        """What the silhouettes and the elbow say, which do not decide alone."""
        where = f"Measured in the {self.space}"
        if self.metric == "cosine":
            where += "; the sweep uses the cosine distance, the tests use unit vectors"
        return f"{where}. {self._null_note} {self._elbow_note}"

    @property
    def _null_note(self) -> str:
        if 1 / (1 + self.n_references) > ALPHA:
            return (
                f"Only {self.n_references} shuffled data sets were drawn, too few to compare the "
                "silhouettes."
            )
        found = "stand out" if self.null_p_value <= ALPHA else "do not stand out"
        return (
            f"The silhouettes in the main directions {found} from those of shuffled data (p = "
            f"{rounded_p(self.null_p_value)}), which keep the spread of each main direction, but "
            "not how they go together."
        )

    @property
    def _elbow_note(self) -> str:
        known: list[int | None] = [*(self.elbows or {}).values()] or [None]
        *earlier, last = known
        here = f"has its elbow at k = {last}" if last else "has no clear elbow"
        others = sorted({elbow for elbow in earlier if elbow and elbow != last})
        if others:
            *some, greatest = map(str, others)
            listed = f"{', '.join(some)} or {greatest}" if some else greatest
            return f"The inertia {here}; where the range ends earlier, it can be at k = {listed}."
        if last and earlier:
            n_same = earlier.count(last)
            if n_same < len(earlier):
                return f"The inertia {here}, as in {n_same} of {len(earlier)} shorter ranges."
            return f"The inertia {here}, also where the range ends earlier."
        return f"The inertia {here}."

    def _gap_vote(self) -> int | None:
        gap, error = self.table["gap"], self.table["gap_error"]
        best = gap.idxmax()
        if best == gap.index[-1]:
            return None
        return int(gap.index[np.flatnonzero(gap >= gap[best] - error[best])[0]])
