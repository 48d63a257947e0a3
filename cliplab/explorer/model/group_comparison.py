"""The learner's own groups beside the clusters: how many images they share, and how they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cliplab.evaluation.agreement import group_agreement
from cliplab.explorer.model.answers import Score, score_of
from cliplab.explorer.model.groups import NamedGroup, group_labels, n_images_text

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
    n_groups = f"{len(groups)} groups" if len(groups) > 1 else "one group"
    held = f"{n_in_groups:,} of {n_images_text(len(clustering))} are in your {n_groups}"
    lacking = _lacking(counts, n_in_groups)
    if lacking:
        return GroupComparison(counts, None, f"{held}: {lacking}.")
    score = score_of(agreement)
    found = (
        # A full agreement has an interval of no width, which is no sign of being sure.
        "AMI 1.00, in full; how much that would vary in other images cannot be said"
        if score.low == score.high
        else f"AMI {score.value:z.2f} (95 % interval {score.low:z.2f} to {score.high:z.2f}, "
        "were they drawn at random)"
    )
    n_others = len(clustering) - n_in_groups
    others = f" Of the other {n_images_text(n_others)} it says nothing." if n_others else ""
    clusters = f"the {clustering.n_clusters} clusters on the screen"
    return GroupComparison(
        counts, score, f"{held}, which agree with {clusters} by {found}.{others}"
    )


def _lacking(counts: pd.DataFrame, n_images: int) -> str:
    """Return why an agreement would mean nothing; an empty text where it means something."""
    if len(counts) < 2:
        return "an agreement with the clusters takes a second group"
    least = max(LEAST_IMAGES, LEAST_IN_GROUP * len(counts))
    if n_images < least:
        return f"too few for an agreement, which takes {least} at least"
    if counts.shape[1] < 2:
        return "all in one cluster, which does not tell your groups apart"
    return ""
