"""The answers: how the clusters of the k that was committed to agree with the known classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cliplab._core.language import say
from cliplab.clustering.values import NOISE, Clustering
from cliplab.evaluation.agreement import Agreement, class_agreement
from cliplab.evaluation.intervals import agreement_interval
from cliplab.evaluation.result_html import result_html
from cliplab.explorer.model.colors import coloring_view
from cliplab.explorer.model.known_classes import class_columns, with_known
from cliplab.explorer.style.theme import CATEGORY_COLORS, OTHER_COLOR, cluster_color

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.views import View
    from cliplab.images.image_set import ImageSet

_UNKNOWN = (np.nan, np.nan)


class Score(NamedTuple):
    """An adjusted mutual information, with the ends of its 95 % interval.

    Where all agrees, or all images are in one cluster or of one class, the interval has no width.
    That is no sign of being sure.
    """

    value: float
    low: float
    high: float

    @property
    def has_interval(self) -> bool:
        """Whether it is known how much the value varies."""
        return self.low < self.high

    def __str__(self) -> str:
        if self.has_interval:
            return say("answers.score", **self._asdict())
        return say("answers.in_full" if self.value == 1 else "answers.one_part", value=self.value)


def about_scores(scores: Iterable[Score]) -> str:
    """Say what agreement is measured by, and of what an interval is one if there is any."""
    about = say("answers.about_ami")
    if any(score.has_interval for score in scores):
        about += f" {say('answers.about_interval')}"
    return about


def score_of(agreement: Agreement) -> Score:
    """Return the adjusted mutual information of an agreement with its interval."""
    value = agreement.adjusted_mutual_info
    # One image alone has no other sample.
    ends = agreement_interval(agreement.contingency) if agreement.n_images > 1 else (value, value)
    return Score(value, *ends)


@dataclass(frozen=True, eq=False, repr=False)
class Answers:
    """What the known classes say of the clusters, once a k has been committed to.

    Parameters
    ----------
    sentence : str
        What was found; before the commitment, how to commit.
    agreements : mapping of str to Agreement, default={}
        How the clusters agree with the images' class, and with each column of classes; empty
        before the commitment.

    Examples
    --------
    >>> from cliplab import Clustering, class_agreement, load_storybook
    >>> images = load_storybook(n_images=100)
    >>> n_classes = len(images.class_names)
    >>> found = Clustering(images.class_labels, [[0.0]] * n_classes, 0.0, [0.0] * 100)
    >>> Answers("You committed to k = 16.", {"object": class_agreement(images, found)})
    You committed to k = 16.
    object AMI = 1.00, in full; how much that would vary in other images cannot be said
    AMI: 1 for the same groups, 0 for groups no more alike than by chance.
    """

    sentence: str
    agreements: Mapping[str, Agreement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "agreements", MappingProxyType(dict(self.agreements)))

    def to_pandas(self) -> pd.DataFrame:
        """Return the agreement with each column of classes.

        Returns
        -------
        pandas.DataFrame
            One row for each column, with columns ``classes``, ``adjusted_mutual_info``, and the
            ends ``low`` and ``high`` of the 95 % interval of its mean over samples of as many
            images. NaN where that has no width, for then the images do not tell how much it varies.
        """
        import pandas as pd

        rows = [
            (name, score.value, *((score.low, score.high) if score.has_interval else _UNKNOWN))
            for name, score in self._scores.items()
        ]
        return pd.DataFrame(rows, columns=["classes", "adjusted_mutual_info", "low", "high"])

    @cached_property
    def _scores(self) -> dict[str, Score]:
        return {name: score_of(each) for name, each in self.agreements.items()}

    def __repr__(self) -> str:
        if not self.agreements:
            return self.sentence
        scores, width = self._scores, max(map(len, self.agreements))
        lines = [f"{name:{width}} AMI = {score}" for name, score in scores.items()]
        return "\n".join([self.sentence, *lines, about_scores(scores.values())])

    def _repr_html_(self) -> str:
        if not self.agreements:
            return result_html(self.sentence)
        table = self.to_pandas().set_index("classes")
        note = about_scores(self._scores.values())
        return result_html(self.sentence, table, note=note, number="{:z.2f}")


def find_answers(session: ExplorerSession) -> Answers:
    """Compare the clusters of the committed k with all known classes, or say how to commit."""
    state, sweep, committed = session.state, session.sweep, session.state.committed_k
    if not state.is_revealed:
        return Answers(say("answers.not_yet", k=session.value))
    columns = class_columns(session.images)
    if not columns:
        return Answers(say("answers.no_class"))
    is_there = sweep.parameter == "n_clusters" and committed in sweep
    clustering = sweep[committed] if is_there else session.clustering
    agreements = {
        name: class_agreement(with_known(session.images, name), clustering) for name in columns
    }
    return Answers(_sentence(committed, clustering, is_there, agreements), agreements)


def _sentence(
    committed_k: int | None,
    clustering: Clustering,
    is_there: bool,
    agreements: Mapping[str, Agreement],
) -> str:
    said = say("answers.committed", k=committed_k) if committed_k is not None else ""
    whose = "answers.its_clusters" if is_there else "answers.clusters_on_screen"
    clusters = say(whose, n_clusters=clustering.n_clusters)
    best = max(agreements, key=lambda name: agreements[name].adjusted_mutual_info)
    agree = "answers.agree_most" if len(agreements) > 1 else "answers.agree_with_classes"
    return said + say(agree, clusters=clusters, best=best, score=score_of(agreements[best]))


def comparison_sentence(
    committed_k: int | None,
    clustering: Clustering,
    column: str,
    n_classes: int,
    agreement: Agreement,
) -> str:
    """Say in a sentence how the clusters on the screen agree with one column of classes."""
    said = f"{say('answers.said', k=committed_k)} " if committed_k is not None else ""
    kind = "" if column == "class" else f" ({column})"
    is_own = clustering.n_clusters == committed_k
    whose = "answers.your_clusters" if is_own else "answers.the_clusters"
    return said + say(
        "answers.compared",
        n=n_classes,
        kind=kind,
        clusters=say(whose, n_clusters=clustering.n_clusters),
        score=score_of(agreement),
    )


def answers_view(
    images: ImageSet, column: str, sweep: ClusterSweep, clustering: Clustering, is_own: bool
) -> View:
    """Return what the two maps show: the clusters on the screen, and the known classes.

    Parameters
    ----------
    images : ImageSet
        With the classes that were chosen.
    column : str
        What these are called.
    sweep, clustering
        All clusterings, and the one on the screen.
    is_own : bool
        Whether that is the one that was committed to.

    Returns
    -------
    dict
        ``values`` has a number for the class of each image, and ``palette``, ``low`` and ``high``
        say what colour it stands for: that of the cluster which the class is most like, so that
        what agrees has one colour in both maps. ``cluster_palette`` has a colour for noise and for
        each cluster of any k, so that only labels change as k moves.
    """
    coloring = _matched(coloring_view("class", images, None), clustering)
    most = max(each.n_clusters for each in sweep.clusterings)
    clusters_title = "answers.your_map" if is_own else "answers.the_map"
    kind = "" if column == "class" else f" · {column}"
    return {
        **{name: coloring[name] for name in ("values", "palette", "low", "high", "legend")},
        "cluster_palette": [cluster_color(i) for i in range(NOISE, most)],
        "clusters_title": say(clusters_title, n=clustering.n_clusters),
        "classes_title": say("answers.classes_map", kind=kind),
    }


def _matched(coloring: View, clustering: Clustering) -> View:
    """Give each class the colour of a cluster, so that as many images as can be keep their colour.

    Classes beyond the clusters get colours that no cluster has, as far as there are any.
    """
    from scipy.optimize import linear_sum_assignment

    shared = [name for name, color in coloring["legend"] if color != OTHER_COLOR]
    counts = np.zeros((len(shared), clustering.n_clusters))
    values, clusters = coloring["values"], clustering.cluster_labels
    both = (values < len(shared)) & (clusters != NOISE)
    np.add.at(counts, (values[both], clusters[both]), 1)
    pairs = zip(*linear_sum_assignment(-counts), strict=True)
    color_of = {int(row): cluster_color(int(cluster)) for row, cluster in pairs}
    free = [color for color in CATEGORY_COLORS if color not in color_of.values()]
    spare = iter(free + list(CATEGORY_COLORS))
    own = [color_of.get(row) or next(spare) for row in range(len(shared))]
    legend = [*zip(shared, own, strict=True), *coloring["legend"][len(shared) :]]
    palette = (*own, *coloring["palette"][len(shared) :])
    return coloring | {"palette": palette, "legend": tuple(legend)}
