"""Lesson 5: an elbow depends on where the range of k ends, and null data have one too."""

from __future__ import annotations

from typing import Any, NamedTuple

from cliplab.clustering.cluster_sweep import ClusterSweep
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.course.kinds import WholeNumber
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.evaluation.null import null_data
from cliplab.projection.projecting import project


class _Facts(NamedTuple):
    """The k at the elbow, 0 for none, by the last k of the range; and at the highest silhouette."""

    map_to_8: int
    map_to_15: int
    map_to_30: int
    null_map_to_8: int
    null_map_to_15: int
    vectors_to_15: int
    highest_silhouette_on_the_map: int
    highest_silhouette_on_the_null_map: int
    highest_silhouette_among_the_vectors: int


def _facts(values: Any) -> _Facts:
    embeddings, seed = values.embeddings, values.random_state

    def sweep_to(last: int, points: Any) -> ClusterSweep:
        return sweep_clusters(points, range(2, last + 1), random_state=seed)

    on_map = sweep_to(30, values.projection)
    null_map = project(null_data(embeddings, random_state=seed), random_state=seed)
    on_null_map, in_vectors = sweep_to(15, null_map), sweep_to(15, embeddings)
    return _Facts(
        map_to_8=on_map.elbows[8] or 0,
        map_to_15=on_map.elbows[15] or 0,
        map_to_30=on_map.elbows[30] or 0,
        null_map_to_8=on_null_map.elbows[8] or 0,
        null_map_to_15=on_null_map.elbows[15] or 0,
        vectors_to_15=in_vectors.elbows[15] or 0,
        highest_silhouette_on_the_map=_highest_silhouette(on_map),
        highest_silhouette_on_the_null_map=_highest_silhouette(on_null_map),
        highest_silhouette_among_the_vectors=_highest_silhouette(in_vectors),
    )


def _highest_silhouette(sweep: ClusterSweep) -> int:
    return max(sweep, key=lambda k: sweep[k].silhouette_score)


LESSON = Lesson(
    number="5",
    title="Where is the elbow?",
    objectives=(
        "Find an elbow, and see it move with the range of k.",
        "Compare it with the elbow of null data.",
        "Say when there is none.",
    ),
    minutes=30,
    needs="Vectors and a map. You know what K-means does.",
    values=("embeddings", "projection"),
    facts=_facts,
    questions=(
        Question(
            name="a longer range",
            text="Cluster your map for every k from 2 to 30. At which k is the elbow now? "
            "Write 0 if there is none.",
            kind=WholeNumber(0, 100),
            key=lambda facts: facts.map_to_30,
            because="The clusters for each k are the same as before. Only the range is longer, and "
            "the rule measures the bend as a share of the range.",
            look_at="the curve of your map, drawn to k = 30",
            mistakes=(
                Mistake(
                    "the elbow of the usual range",
                    lambda facts: facts.map_to_15,
                    "That is where it was when k ended at 15. It need not stay there.",
                ),
                Mistake(
                    "the elbow of the short range",
                    lambda facts: facts.map_to_8,
                    "That is the elbow of the range that ends at 8.",
                    look_at="the range in your call of sweep_clusters",
                ),
                Mistake(
                    "the highest silhouette",
                    lambda facts: facts.highest_silhouette_on_the_map,
                    "There the mean silhouette is highest. The elbow belongs to the inertia, the "
                    "curve on the left.",
                ),
                Mistake(
                    "the end of the range",
                    30,
                    "Inertia is lowest at the end of every range. The elbow is where it stops "
                    "falling fast.",
                ),
            ),
        ),
        Question(
            name="an elbow of nothing",
            text="Null data have no groups. On their map, with k from 2 to 15, at which k is "
            "the elbow? Write 0 if there is none.",
            kind=WholeNumber(0, 100),
            key=lambda facts: facts.null_map_to_15,
            because="Evenly spread points in a plane have a curve that bends, and so an elbow. One "
            "that null data have too is no evidence of groups.",
            look_at="the curve of the map of null data",
            mistakes=(
                Mistake(
                    "no groups, so no elbow",
                    0,
                    "There are no groups, and still the curve bends: twice as many clusters of a "
                    "plane have about half the inertia.",
                ),
                Mistake(
                    "one group, so 1",
                    1,
                    "The smallest k of the sweep is 2. A rule that looks for a bend cannot answer "
                    "1, even where it would be right.",
                ),
                Mistake(
                    "the short range",
                    lambda facts: facts.null_map_to_8,
                    "That is the elbow of null data when k ends at 8.",
                    look_at="the range in your call of sweep_clusters",
                ),
                Mistake(
                    "the highest silhouette",
                    lambda facts: facts.highest_silhouette_on_the_null_map,
                    "There the mean silhouette of the null data is highest. Read the curve of the "
                    "inertia.",
                ),
                Mistake(
                    "the map of the images",
                    lambda facts: facts.map_to_15,
                    "That is the elbow of your images. Null data have a map of their own.",
                ),
            ),
        ),
        Question(
            name="without a map",
            text="Cluster the vectors themselves, with k from 2 to 15. At which k is the "
            "elbow? Write 0 if there is none.",
            kind=WholeNumber(0, 100),
            key=lambda facts: facts.vectors_to_15,
            because="The map has two dimensions, and the vectors have many. The same images can "
            "have an elbow in one space and none in the other.",
            look_at="the curve of the vectors, drawn to k = 15",
            mistakes=(
                Mistake(
                    "the elbow of the map",
                    lambda facts: facts.map_to_15,
                    "That is the elbow of the map. What is drawn in the plane bends by itself.",
                    look_at="the curve of the map and that of the vectors, side by side",
                ),
                Mistake(
                    "the highest silhouette",
                    lambda facts: facts.highest_silhouette_among_the_vectors,
                    "There the mean silhouette is highest. That is another measure, and it may "
                    "name a k where the elbow names none.",
                ),
                Mistake(
                    "none, so one group",
                    1,
                    "A curve without an elbow does not say that there is one group. It says that "
                    "this rule cannot tell.",
                ),
                Mistake(
                    "the end of the range",
                    15,
                    "Inertia is lowest at the end of every range, whatever the data.",
                ),
            ),
        ),
    ),
)
