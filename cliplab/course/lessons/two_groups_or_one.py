"""Lesson 7: a silhouette that stands out, or is the highest, does not count groups."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cliplab.clustering.sweeping import sweep_clusters
from cliplab.course.kinds import Choice, Number, Ranking
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.embeddings.laboratory import Laboratory
from cliplab.evaluation.null import null_data
from cliplab.evaluation.valley import valley

_SHAPES = ("arc", "pair", "nested")


class _Facts(NamedTuple):
    """Silhouettes at k = 2, with those of null data, how full the middle is, and known groups."""

    arc_silhouette: float
    pair_silhouette: float
    nested_silhouette: float
    arc_null_silhouette: float
    pair_null_silhouette: float
    nested_null_silhouette: float
    arc_fullness: float
    pair_fullness: float
    nested_fullness: float
    pair_p_value: float
    n_outer_groups: int
    n_inner_groups: int


def _facts(values: Any) -> _Facts:
    seed = values.random_state
    arc, pair, nested = (_of_two(getattr(values, name), seed) for name in _SHAPES)
    return _Facts(
        arc_silhouette=arc.silhouette,
        pair_silhouette=pair.silhouette,
        nested_silhouette=nested.silhouette,
        arc_null_silhouette=arc.null_silhouette,
        pair_null_silhouette=pair.null_silhouette,
        nested_null_silhouette=nested.null_silhouette,
        arc_fullness=arc.fullness,
        pair_fullness=pair.fullness,
        nested_fullness=nested.fullness,
        pair_p_value=pair.p_value,
        n_outer_groups=len(np.unique(values.nested.outer_labels)),
        n_inner_groups=values.nested.n_groups,
    )


class _Two(NamedTuple):
    """What is measured of two clusters."""

    silhouette: float
    null_silhouette: float
    fullness: float
    p_value: float


def _of_two(shape: Laboratory, seed: int) -> _Two:
    vectors = shape.embeddings
    two = sweep_clusters(vectors, [2], random_state=seed)[2]
    null = sweep_clusters(null_data(vectors, random_state=seed), [2], random_state=seed)[2]
    between = valley(vectors, two, 0, 1, random_state=seed)
    return _Two(two.silhouette_score, null.silhouette_score, between.fullness, between.p_value)


def _order(facts: _Facts, measure: str, *, falling: bool = False) -> tuple[str, ...]:
    """Return the shapes in the order of a measure."""
    by = {name: getattr(facts, f"{name}_{measure}") for name in _SHAPES}
    return tuple(sorted(_SHAPES, key=by.__getitem__, reverse=falling))


def _beyond_null(facts: _Facts) -> tuple[str, ...]:
    def beyond(name: str) -> float:
        own, null = (getattr(facts, f"{name}_{what}") for what in ("silhouette", "null_silhouette"))
        return float(own - null)

    return tuple(sorted(_SHAPES, key=beyond, reverse=True))


LESSON = Lesson(
    number="7",
    title="Two groups or one?",
    objectives=(
        "Look for a valley between two clusters.",
        "Say what a silhouette above null data shows, and what it does not.",
        "Say when no k is the answer, and when two are.",
    ),
    minutes=40,
    needs="Vectors whose groups are known. You know what a silhouette is.",
    values=_SHAPES,
    facts=_facts,
    questions=(
        Question(
            name="the middle of the pair",
            text="Cut the pair into two clusters and look along the line between them. How full is "
            "the middle, as a share of the emptier end?",
            kind=Number(0, 10, tolerance=0.005),
            key=lambda facts: facts.pair_fullness,
            because="Few points stand in the middle, so there is a valley. A short silhouette did "
            "not hide it: two groups may lie near each other and still be two.",
            look_at="the valley of the pair",
            mistakes=(
                Mistake(
                    "the silhouette of the pair",
                    lambda facts: facts.pair_silhouette,
                    "That is the mean silhouette. A valley is counted on the line between the two "
                    "centres.",
                ),
                Mistake(
                    "the arc",
                    lambda facts: facts.arc_fullness,
                    "That is the middle of the arc.",
                ),
                Mistake(
                    "how empty it is",
                    lambda facts: 1 - facts.pair_fullness,
                    "That is how empty the middle is. Asked is how full.",
                ),
                Mistake(
                    "the limit of a valley",
                    0.7,
                    "Below that share the middle is tested for a valley. Read how full it is here.",
                    look_at="the sentence below the valley of the pair",
                ),
                Mistake(
                    "the p-value",
                    lambda facts: facts.pair_p_value,
                    "That is the p-value: how likely such a valley is where there is none.",
                    look_at="the sentence below the valley of the pair",
                ),
            ),
        ),
        Question(
            name="emptiest middle first",
            text="Put arc, pair and nested into an order by the middle between their two clusters, "
            "the emptiest first.",
            kind=Ranking(_SHAPES),
            key=lambda facts: _order(facts, "fullness"),
            because="That is another order than that of the silhouettes. A silhouette asks how "
            "far apart two parts lie, and a valley whether there is a gap between them.",
            look_at="the valley of each of the three, drawn with show_valley",
            mistakes=(
                Mistake(
                    "the longest silhouette first",
                    lambda facts: _order(facts, "silhouette", falling=True),
                    "That is the order of the silhouettes. Two halves of one curve have long ones.",
                ),
                Mistake(
                    "the fullest first",
                    lambda facts: _order(facts, "fullness", falling=True),
                    "That is the order from the other end.",
                ),
                Mistake(
                    "what is most above null data first",
                    _beyond_null,
                    "That is how far silhouettes stand out from null data. What stands out is not "
                    "like null data, and may still be one group.",
                ),
                Mistake(
                    "the shortest silhouette first",
                    lambda facts: _order(facts, "silhouette"),
                    "That is the order of the silhouettes, turned round.",
                ),
            ),
        ),
        Question(
            name="groups of the nested",
            text="How many groups do the nested vectors have?",
            kind=Choice(("2", "3", "12", "3 and 12", "none")),
            key=lambda facts: f"{facts.n_outer_groups} and {facts.n_inner_groups}",
            because="There are groups in groups. Which number is right depends on how near you "
            "stand, so a good report names both.",
            look_at="the evidence for the nested vectors",
            mistakes=(
                Mistake(
                    "2, since they were cut into two",
                    "2",
                    "There is a valley at k = 2, but one of the two clusters holds more than one "
                    "group.",
                    look_at="the silhouettes over k",
                ),
                Mistake(
                    "3, the highest silhouette",
                    "3",
                    "The silhouette is highest there, and so it hides what is inside each of "
                    "the large groups.",
                ),
                Mistake(
                    "12, the finest",
                    "12",
                    "These are groups, and several of them lie together in a larger one.",
                    look_at="the silhouettes over k",
                ),
                Mistake(
                    "none",
                    "none",
                    "One group is rejected here.",
                ),
            ),
        ),
    ),
)
