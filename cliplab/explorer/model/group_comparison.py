"""The learner's own groups beside the clusters: how many images they share, and how they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cliplab._core.language import say
from cliplab.evaluation.agreement import group_agreement
from cliplab.explorer.model.answers import Score, score_of
from cliplab.explorer.model.groups import NamedGroup, group_labels

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.clustering.values import Clustering

# Of fewer images, groups drawn at random have an interval above zero more often than one time in
# twenty: up to three times as often for six images. Groups of one image each agree with nothing.
LEAST_IMAGES, LEAST_IN_GROUP = 15, 2


class GroupComparison(NamedTuple):
    """What groups and clusters have in common.

    Attributes
    ----------
    counts : pandas.DataFrame
        How many images of each group (rows, by name) are in each cluster (columns).
    score : Score or None
        Their agreement over the images that are in a group; None where it would mean nothing.
    sentence : str
        What can be said of it.
    """

    counts: pd.DataFrame
    score: Score | None
    sentence: str


def compare_groups(groups: tuple[NamedGroup, ...], clustering: Clustering) -> GroupComparison:
    """Compare groups, at least one, with clusters of the same images."""
    labels = group_labels(groups, len(clustering))
    agreement = group_agreement(labels, [group.name for group in groups], clustering)
    counts, n_in_groups = agreement.contingency, agreement.n_images
    n_images = len(clustering)
    held = say("groups.held", n_in_groups=n_in_groups, n_images=n_images, n=len(groups))
    lacking = _lacking(counts, n_in_groups)
    if lacking:
        return GroupComparison(counts, None, f"{held}: {lacking}.")
    score = score_of(agreement)
    found = say("groups.score", **score._asdict()) if score.has_interval else say("groups.in_full")
    n_others = n_images - n_in_groups
    others = say("groups.others", n=n_others) if n_others else ""
    n_clusters = clustering.n_clusters
    sentence = say("groups.agree", held=held, n_clusters=n_clusters, found=found, others=others)
    return GroupComparison(counts, score, sentence)


def _lacking(counts: pd.DataFrame, n_images: int) -> str:
    """Return why an agreement would mean nothing; an empty text where it means something."""
    if len(counts) < 2:
        return say("groups.second_group")
    least = max(LEAST_IMAGES, LEAST_IN_GROUP * len(counts))
    if n_images < least:
        return say("groups.too_few", least=least)
    if counts.shape[1] < 2:
        return say("groups.one_cluster")
    return ""
