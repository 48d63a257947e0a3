"""Evidence: how many groups there are, as far as the images can tell, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cliplab._core.arguments import checked
from cliplab._core.language import say, words
from cliplab.embeddings.spaces import PROJECTION_TITLES, space_in_words, split_space
from cliplab.evaluation.evidence.answers import (
    ALPHA,
    STABLE,
    TENTH_EMPTIER,
    Answer,
    clearest,
    n_alike,
    nearly_highest,
)
from cliplab.evaluation.evidence.halves import FEWEST
from cliplab.evaluation.line import VALLEY, rounded_p
from cliplab.evaluation.result_html import result_html

if TYPE_CHECKING:
    import pandas as pd


@checked
@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """How many groups there are, as far as the images can tell, and the measures for each k.

    Three things are asked. Is one group rejected? Half of the images proposes where a valley is,
    the other half tests it. Which clusters stand up? Those of a k do if each comes back in halves
    of the images, with a Jaccard overlap of at least 0.75, and if the middle of the way from each
    to its nearest holds at most 70 % of what the emptier end holds. And is it the k with the
    highest silhouettes in the main directions? Those within 2 % of the highest count as highest.

    A k is suggested only if all this holds and seven of ten repeats name it. Of groups of unequal
    sizes it often does not hold; then the suggestion is None, which is a valid result. Of small
    clusters a valley is hard to see: it is enough that half of the clusters stand apart if finer
    ones show about as many groups, or, at a second level, much finer, that the middles are
    a tenth emptier than the ends on average. If finer ones show one group more, at a shallow
    valley, and none beyond it, it is named as a second level. Where K-means merges small groups, a
    k is suggested if six of ten halves count as many groups among finer clusters, or five and the
    silhouettes are highest there; of two levels the second is the number that six of ten halves
    count, if it is smaller.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each k from 1, with ``n_clusters`` as the index. ``inertia`` and ``silhouette``
        of the sweep. ``stability``, the Jaccard overlap of the least stable cluster with those
        found in halves of the images, and ``fullness``, how full the middle of the way between
        two clusters is, as a share of the emptier end, at the shallowest valley; both NaN where
        halves have too few images, or lack a cluster. In the main directions, of which there are
        16 at most: ``gap`` and ``gap_error``, of brief searches where there are 500 images or
        more, ``silhouette_main``, ``silhouette_low`` and ``silhouette_high`` over independent
        starts, ``null_low`` and ``null_high`` over shuffled data, and ``start_agreement``, an
        adjusted Rand index. ``calinski_harabasz`` (higher is better) and ``davies_bouldin``
        (lower is better).
    answer : Answer
        Its ``kind`` is "one group", "groups", "k", "levels", "more" or "no verdict"; ``ks`` are
        the k that it names.
    repeats : tuple of Answer, default=()
        The answers of repeats, each with as many of the halves drawn with replacement. They tell
        how much the answer depends on the random splits; they draw no other images.
    p_value : float, default=1
        An upper bound of the probability of a valley at least this clear, if there is one group
        whose density in the main directions is log-concave. NaN if there are too few images for a
        test.
    null_p_value : float, default=1
        How probable it is that shuffled data have silhouettes that stand out as much.
    n_references : int, default=0
        How many shuffled data sets were drawn.
    disputed : tuple of int, default=()
        The k that the answer would name, if enough repeats agreed.
    n_inside : int, default=0
        How many groups are counted with a few more clusters than at the highest silhouettes.
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
        directions. ``valleys``: the largest k whose clusters all are stable and stand apart. On a
        t-SNE or UMAP all abstain.
        """
        if self.answer.kind == "no verdict":
            return dict.fromkeys(("gap", "silhouette", "valleys"))
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

    @cached_property
    def _highest(self) -> tuple[int, ...]:
        """Each k with the highest silhouettes in the main directions, or nearly."""
        scores = self.table["silhouette_main"].iloc[1:]
        return nearly_highest(scores.to_list(), [int(k) for k in scores.index])

    def _how_high(self, k: int) -> str:
        return say("report.highest" if k == self._highest[0] else "report.nearly_highest")

    @property
    def sentence(self) -> str:
        """What was rejected and what was not, and how sure that is."""
        answer, p = self.answer, rounded_p(self.p_value)
        if answer.kind == "no verdict":
            return say("report.on_a_map")
        if answer.kind == "one group":
            return self._where + self._not_rejected
        if answer.kind == "more":
            sentence = say("report.more", p=p, why=self._why_more)
        elif answer.kind == "groups":
            sentence = say("report.groups", p=p, why=self._why_no_k)
        elif answer.kind == "levels":
            sentence = self._levels
        elif answer.is_counted:
            (k,) = answer.ks
            repeated = self._repeated(say("report.this_k", k=k), self._n_alike)
            vote = clearest(self._highest, self._apart)
            highest = self._how_high(vote)
            sentence = say("report.merged", p=p, k=k, vote=vote, highest=highest, repeated=repeated)
        else:
            (k,) = answer.ks
            sentence = say(
                "report.k",
                p=p,
                k=k,
                stands=self._stands_up(k),
                highest=self._how_high(k),
                doubt=self._doubt,
                repeated=self._repeated(say("report.it"), self._n_alike),
            )
        return f"{self._where}{sentence} {say('report.caveat')}"

    @property
    def _levels(self) -> str:
        outer, inner = self.answer.ks
        what, n_named = say("report.one_of_two"), self._n_alike
        if inner in self._apart:
            how = "report.levels"
        elif self.answer.is_counted:
            how = "report.counted_level"
            # Repeats that name the outer alone say nothing for it.
            what, n_named = say("report.this_k", k=inner), self._n_naming(inner)
        else:
            how = "report.one_more" if inner == outer + 1 else "report.may_be_finer"
        return say(
            how,
            most=VALLEY,
            emptier=TENTH_EMPTIER,
            p=rounded_p(self.p_value),
            outer=outer,
            inner=inner,
            outer_stands=self._stands_up(outer),
            inner_stands=self._stands_up(inner),
            inner_comes_back=self._comes_back(inner),
            repeated=self._repeated(what, n_named),
        )

    @property
    def _n_alike(self) -> int:
        return n_alike(self.answer, self.repeats)

    def _n_naming(self, k: int) -> int:
        return sum(k in repeat.ks for repeat in self.repeats)

    @property
    def _where(self) -> str:
        """In which space, if it is not that of the vectors."""
        is_projected = split_space(self.space)[0] in PROJECTION_TITLES
        return say("report.where", space=space_in_words(self.space)) if is_projected else ""

    @property
    def _not_rejected(self) -> str:
        if np.isnan(self.p_value):
            return say("report.too_few", fewest=FEWEST)
        return say("report.not_rejected", p=rounded_p(self.p_value))

    @property
    def _why_no_k(self) -> str:
        apart, vote = self._apart, clearest(self._highest, self._apart)
        if len(self.table) == 2:
            return say("report.single_k")
        if self.disputed:
            named = Counter(k for repeat in self.repeats for k in repeat.ks).most_common()
            said = ", ".join(say("report.name", n=n, k=k) for k, n in named)
            n_repeats = len(self.repeats)
            return say("report.splits", n_repeats=n_repeats, said=said or say("report.no_name"))
        if not apart:
            return say("report.none_apart")
        if vote not in apart:
            return say("report.not_all_apart", k=apart[-1], vote=vote)
        highest = self._how_high(vote)
        return say("report.may_be_merged", vote=vote, highest=highest, n_inside=self.n_inside)

    @property
    def _why_more(self) -> str:
        last, votes = int(self.table.index[-1]), self.votes
        is_apart = votes["valleys"] == last
        return say("report.last_apart" if is_apart else "report.last_highest", last=last)

    def _stands_up(self, k: int) -> str:
        comes_back, fullness = self._comes_back(k), self.table["fullness"][k]
        if fullness <= VALLEY:
            # Of hundredths, the next that is not lower: it is said to be at most this.
            most = np.ceil(round(100 * fullness, 6)) / 100
            return say("report.apart", comes_back=comes_back, fullness=most)
        return say("report.not_each_apart", comes_back=comes_back)

    def _comes_back(self, k: int) -> str:
        least = np.floor(round(100 * self.table["stability"][k], 6)) / 100
        return say("report.comes_back", k=k, stability=least)

    def _repeated(self, what: str, n: int) -> str:
        if not self.repeats:
            return ""
        return say("report.repeated", n_alike=n, n_repeats=len(self.repeats), what=what)

    @property
    def _doubt(self) -> str:
        """What was not rejected: clusters that come back, but touch."""
        (k,) = self.answer.ks
        finer = self.table.loc[k + 1 :]
        touching = finer.index[finer["stability"] >= STABLE]
        if not len(touching):
            return say("report.inside")
        return say("report.touching", k=int(touching[0]))

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
        cosine = say("report.cosine") if self.metric == "cosine" else ""
        space = words("report.spaces").get(self.space) or space_in_words(self.space)
        where = say("report.measured", space=space, cosine=cosine)
        return " ".join(filter(None, [where, self._null_note, self._elbow_note]))

    @property
    def _null_note(self) -> str:
        if self.answer.kind == "no verdict":
            return ""
        if 1 / (1 + self.n_references) > ALPHA:
            return say("report.few_references", n_references=self.n_references)
        stand_out = self.null_p_value <= ALPHA
        found = "report.stand_out" if stand_out else "report.do_not_stand_out"
        return say(found, p=rounded_p(self.null_p_value))

    @property
    def _elbow_note(self) -> str:
        known: list[int | None] = [*(self.elbows or {}).values()] or [None]
        *earlier, last = known
        here = say("report.elbow", k=last) if last else say("report.no_elbow")
        others = sorted({elbow for elbow in earlier if elbow and elbow != last})
        if others:
            *some, greatest = map(str, others)
            listed = greatest
            if some:
                listed = say("report.or", some=", ".join(some), greatest=greatest)
            return say("report.elbow_moves", elbow=here, listed=listed)
        if last and earlier:
            n_same = earlier.count(last)
            if not n_same:
                return say("report.elbow_here_only", elbow=here)
            if n_same < len(earlier):
                n_ranges = len(earlier)
                return say("report.elbow_in", elbow=here, n_same=n_same, n_ranges=n_ranges)
            return say("report.elbow_stays", elbow=here)
        return f"{here}."

    def _gap_vote(self) -> int | None:
        gap, error = self.table["gap"], self.table["gap_error"]
        best = gap.idxmax()
        if best == gap.index[-1]:
            return None
        return int(gap.index[np.flatnonzero(gap >= gap[best] - error[best])[0]])
