"""Lesson 1: images can be sorted in several ways, and a purpose decides which is meant."""

from __future__ import annotations

from typing import Any, NamedTuple

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.course.kinds import Choice, Number
from cliplab.course.questions import Lesson, Mistake, Question

_PURPOSES = ("color", "place", "light")
_NONE = "none is clearly ahead"
# An agreement has to be higher than the others by more than this.
_MARGIN = 0.1


class _Facts(NamedTuple):
    """How far sortings of the same images agree, and CLIP's four groups with each of them."""

    color_and_place: float
    not_adjusted: float
    share_matched: float
    color_and_light: float
    purpose_of_clip: str


def _facts(values: Any) -> _Facts:
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    table = values.images.to_pandas()
    found = sweep_clusters(values.embeddings, [4], random_state=values.random_state)[4]
    of_clip = {
        purpose: float(adjusted_mutual_info_score(table[purpose], found.cluster_labels))
        for purpose in _PURPOSES
    }
    return _Facts(
        color_and_place=float(adjusted_mutual_info_score(table["color"], table["place"])),
        not_adjusted=float(normalized_mutual_info_score(table["color"], table["place"])),
        share_matched=_share_matched(table["color"], table["place"]),
        color_and_light=float(adjusted_mutual_info_score(table["color"], table["light"])),
        purpose_of_clip=_clearly_ahead(of_clip),
    )


def _share_matched(one: Any, other: Any) -> float:
    """Return the share of images that stay together, each group beside its best match."""
    import pandas as pd
    from scipy.optimize import linear_sum_assignment

    shared = pd.crosstab(one, other).to_numpy()
    return float(shared[linear_sum_assignment(shared, maximize=True)].sum() / shared.sum())


def _clearly_ahead(agreements: dict[str, float]) -> str:
    first, second = sorted(agreements, key=agreements.__getitem__, reverse=True)[:2]
    return first if agreements[first] - agreements[second] > _MARGIN else _NONE


def _not_that(purpose: str, instead: str) -> Mistake:
    hint = f"CLIP's groups are not those of the {purpose}: {instead}"
    return Mistake(purpose, purpose, hint, look_at="CLIP's four groups, row by row")


LESSON = Lesson(
    number="1",
    title="How many groups are there?",
    objectives=(
        "Sort images by hand, and say what for.",
        "Compare two sortings of the same images by a number.",
        "Explain why agreement does not make a sorting right.",
    ),
    minutes=25,
    needs="Nothing. A partner beside you helps.",
    values=("images", "embeddings"),
    facts=_facts,
    questions=(
        Question(
            name="two sortings",
            text="Sort your images by colour, and once more by place. How far do the two sortings "
            "agree (adjusted mutual information, two decimals)?",
            kind=Number(-1, 1, tolerance=0.005),
            key=lambda facts: facts.color_and_place,
            because="Colour and place are chosen independently of each other, so this is what "
            "chance gives. Both are good sortings of the same images, each for its own purpose.",
            look_at="the table of places and colours",
            mistakes=(
                Mistake(
                    "as many groups, so the same groups",
                    1.0,
                    "A similar number of groups does not make them the same groups. Are the "
                    "images of one colour in one place?",
                ),
                Mistake(
                    "a number that is not adjusted for chance",
                    lambda facts: facts.not_adjusted,
                    "Small groups overlap by chance alone, and this number counts it. Use the "
                    "adjusted one.",
                ),
                Mistake(
                    "the share of images in groups that match",
                    lambda facts: facts.share_matched,
                    "That counts images in the largest overlaps. Even random groups have some.",
                ),
                Mistake(
                    "half of it, since some images match",
                    0.5,
                    "Some images match in any two sortings. Compute it: by how much is it more "
                    "than chance?",
                ),
                Mistake(
                    "colour and light",
                    lambda facts: facts.color_and_light,
                    "That is colour beside light. Here colour beside place is asked for.",
                ),
            ),
        ),
        Question(
            name="full agreement",
            text="You and a partner sort the same images, and agree on every one of them. What "
            "is the most that this can show?",
            kind=Choice(
                (
                    "you had the same purpose",
                    "your groups are the right ones",
                    "the number of groups is right",
                    "there are no other groups",
                )
            ),
            key=lambda _: "you had the same purpose",
            because="Two people who sort by colour agree fully too. Agreement tells you that you "
            "looked at the same thing, or at two that go together. It does not tell you that this "
            "was the thing to look at.",
            look_at="the images sorted by colour",
            mistakes=(
                Mistake(
                    "we agree, so it is right",
                    "your groups are the right ones",
                    "Two others sort by colour. They agree on every image as well, and their "
                    "groups are not yours.",
                ),
                Mistake(
                    "we agree, so the number is right",
                    "the number of groups is right",
                    "Sort by light, and count again. Who sorts by light agrees on that number.",
                    look_at="the number of groups for each purpose",
                ),
                Mistake(
                    "we agree, so nothing else is there",
                    "there are no other groups",
                    "Did you see the colours while you sorted? They were there all the time.",
                ),
            ),
        ),
        Question(
            name="the purpose of CLIP",
            text="CLIP's vectors fall into four groups by K-means. With which sorting do these "
            f"agree most, by more than {_MARGIN:g} (adjusted mutual information)?",
            kind=Choice((*_PURPOSES, _NONE)),
            key=lambda facts: facts.purpose_of_clip,
            because="Nobody told CLIP or K-means what the groups are for. So the groups follow "
            "from the vectors of these 16 images, and other images would give others.",
            look_at="the table of agreements with CLIP's groups",
            mistakes=(
                _not_that("color", "do the images of a row have one colour?"),
                _not_that("place", "are the images of a row all at one place?"),
                _not_that("light", "are day and evening, mist and morning apart?"),
                Mistake(
                    "none, since they are close",
                    _NONE,
                    f"Subtract the second number from the highest: is it above {_MARGIN:g}?",
                ),
            ),
        ),
    ),
)
