"""Lesson 3: a t-SNE map keeps many neighbours, and neither the sizes of groups nor the gaps."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.measuring import remeasure
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.course.kinds import Number, WholeNumber
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.embeddings.laboratory import load_laboratory
from cliplab.evaluation.neighbors import neighbors_kept
from cliplab.projection.projecting import project

# The map is cut into so many islands.
_K = 10
# The laboratory's first group is made so many times narrower, and this many of the second stay.
_TIMES_NARROWER, _N_FEW = 5, 25


class _Facts(NamedTuple):
    """What a map keeps of neighbours, of the widths of known groups, and of nearest islands."""

    kept: float
    kept_by_chance: float
    trustworthiness: float
    continuity: float
    few_on_the_map: float
    few_among_the_vectors: float
    wide_on_the_map: float
    n_nearest_islands: int


def _facts(values: Any) -> _Facts:
    embeddings, projection, seed = values.embeddings, values.projection, values.random_state
    neighbors = neighbors_kept(embeddings, projection)
    points, group = _groups_of_known_width(seed)
    on_map = np.asarray(project(points, random_state=seed), dtype=np.float64)
    narrow, few, wide = (_width(on_map[group == each]) for each in range(3))
    islands = sweep_clusters(projection, [_K], random_state=seed)[_K]
    nearest_on_map, nearest = (
        _nearest(each.centers) for each in (islands, remeasure(embeddings, islands))
    )
    return _Facts(
        kept=neighbors.share,
        kept_by_chance=neighbors.share_by_chance,
        trustworthiness=neighbors.trustworthiness,
        continuity=neighbors.continuity,
        few_on_the_map=few / narrow,
        few_among_the_vectors=_width(points[group == 1]) / _width(points[group == 0]),
        wide_on_the_map=wide / narrow,
        n_nearest_islands=int((nearest == nearest_on_map).sum()),
    )


def _groups_of_known_width(seed: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return points and their groups: many in a narrow one, few in a wide one, many in another."""
    laboratory = load_laboratory("mixture", n_groups=3, n_images=300, random_state=seed)
    points, group = laboratory.embeddings.vectors.astype(np.float64), laboratory.class_labels
    middle = points[group == 0].mean(axis=0)
    points[group == 0] = middle + (points[group == 0] - middle) / _TIMES_NARROWER
    rows = np.delete(np.arange(len(points)), np.flatnonzero(group == 1)[_N_FEW:])
    return points[rows], group[rows]


def _width(points: NDArray[np.float64]) -> float:
    """Return how far points are from their middle: the root of their mean squared distance."""
    return float(np.sqrt(points.var(axis=0).sum()))


def _nearest(centers: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return for each centre which other one is nearest."""
    from scipy.spatial.distance import cdist

    nearest: NDArray[np.intp] = cdist(centers, centers).argsort(axis=1)[:, 1]
    return nearest


LESSON = Lesson(
    number="3",
    title="What does the map keep?",
    objectives=(
        "Measure how many neighbours a map keeps.",
        "Test on known groups whether the size of an island means something.",
        "Compare which groups are near on the map and among the vectors.",
    ),
    minutes=35,
    needs="Images, their vectors and a map.",
    values=("images", "embeddings", "projection"),
    facts=_facts,
    questions=(
        Question(
            name="neighbors kept",
            text="Of the ten images nearest to an image among the vectors, what share is among the "
            "ten nearest on the map, too, on average?",
            kind=Number(0, 1, tolerance=0.01),
            key=lambda facts: facts.kept,
            because="It is far more than chance and far from all. Neighbours on the map are a good "
            "guess, and each guess can be wrong.",
            look_at="the map coloured by the neighbours kept",
            mistakes=(
                Mistake(
                    "all of them",
                    1.0,
                    "t-SNE tries to keep neighbours, and in a plane there is not room for all. "
                    "Follow the lines of a pale point.",
                ),
                Mistake(
                    "the share by chance",
                    lambda facts: facts.kept_by_chance,
                    "That is what a map with its points in random places keeps.",
                ),
                Mistake(
                    "the share that is lost",
                    lambda facts: 1 - facts.kept,
                    "That is the share that is lost. The share that is kept is asked for.",
                ),
                Mistake(
                    "the trustworthiness",
                    lambda facts: facts.trustworthiness,
                    "Trustworthiness takes less off for a wrong neighbour that is nearly one. "
                    "Count the neighbours themselves.",
                ),
                Mistake(
                    "the continuity",
                    lambda facts: facts.continuity,
                    "Continuity takes less off for a neighbour that is lost and still close. Count "
                    "the neighbours themselves.",
                ),
            ),
        ),
        Question(
            name="the small island",
            text="How many times as wide as the island of the first group is that of the second, "
            "which has few points, on the map?",
            kind=Number(0, 100, tolerance=0.02),
            key=lambda facts: facts.few_on_the_map,
            because="Among the vectors the second group is about five times as wide as the first. "
            "t-SNE gives each point about as many neighbours, so an island is wide because it has "
            "many points and not because these differ much.",
            look_at="the map of the three groups",
            mistakes=(
                Mistake(
                    "the larger island varies more: the widths among the vectors",
                    lambda facts: facts.few_among_the_vectors,
                    "That is true among the vectors. Measure the two islands on the map.",
                ),
                Mistake(
                    "the areas among the vectors",
                    lambda facts: facts.few_among_the_vectors**2,
                    "That is the square of a width, and among the vectors. Measure widths on the "
                    "map.",
                ),
                Mistake(
                    "the other way round",
                    lambda facts: 1 / facts.few_on_the_map,
                    "That is the first island by the second. Divide the second by the first.",
                ),
                Mistake(
                    "the third group",
                    lambda facts: facts.wide_on_the_map,
                    "That is the third group, which has as many points as the first.",
                ),
                Mistake(
                    "the numbers of points",
                    _N_FEW / 100,
                    "The second group has a quarter of the points. But a width is asked for, and "
                    "it is measured.",
                ),
            ),
        ),
        Question(
            name="the nearest island",
            text=f"K-means has cut the map into {_K} islands. For how many of them is the island "
            "that is nearest on the map nearest among the vectors, too (by their centres)?",
            kind=WholeNumber(0, _K),
            key=lambda facts: facts.n_nearest_islands,
            because="t-SNE cares for the neighbours of images. Islands are placed where there was "
            "room, so the next island is a guess, and a gap on the map is not a distance.",
            look_at="the table of nearest islands",
            mistakes=(
                Mistake(
                    "all: the gap is the distance",
                    _K,
                    "Then a gap on the map would be a distance. Compare the two rows, island by "
                    "island.",
                ),
                Mistake(
                    "none: the map keeps nothing",
                    0,
                    "The map knows something of what is near. Count the columns with the same "
                    "number twice.",
                ),
                Mistake(
                    "the share of neighbours kept",
                    lambda facts: round(_K * facts.kept),
                    "That is the share of neighbours of images. Here whole islands are compared.",
                ),
                Mistake(
                    "those that differ",
                    lambda facts: _K - facts.n_nearest_islands,
                    "That counts the islands for which the two differ. Count where they are the "
                    "same.",
                ),
                Mistake(
                    "one, as by chance",
                    round(_K / (_K - 1)),
                    "So many would agree by chance. Count how many do.",
                ),
            ),
        ),
    ),
)
