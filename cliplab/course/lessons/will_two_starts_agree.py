"""Lesson 4: K-means ends where its start leads it, and the lowest inertia is one more opinion."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

from cliplab.clustering.lloyd import kmeans_steps
from cliplab.clustering.matching import without_gaps
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.course.kinds import Number, WholeNumber
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.evaluation.agreement import class_agreement
from cliplab.evaluation.transitions import compare_clusterings

_N_STARTS = 10
_N_SEARCHES = 5


class _Facts(NamedTuple):
    """What became of two starts, of ten, and of five searches; agreements are AMI."""

    n_moved: int
    n_stayed: int
    n_with_another_number: int
    two_starts: float
    share_that_stayed: float
    lowest_inertia_of_ten_starts: float
    highest_inertia_of_ten_starts: float
    first_start_with_kinds: float
    least_of_ten_starts_with_kinds: float
    most_of_ten_starts_with_kinds: float
    lowest_of_ten_starts_with_kinds: float
    lowest_inertia_of_searches: float
    searches_with_kinds: float
    silhouette_of_searches: float


def _facts(values: Any) -> _Facts:
    images, embeddings, seed = values.images, values.embeddings, values.random_state

    def with_kinds(found: Clustering) -> float:
        return class_agreement(images, found).adjusted_mutual_info

    def inertia(found: Clustering) -> float:
        return found.inertia

    starts = [_one_start(embeddings, seed + i) for i in range(_N_STARTS)]
    searches = [
        sweep_clusters(embeddings, [8], random_state=seed + i)[8] for i in range(_N_SEARCHES)
    ]
    first, second, best = *starts[:2], min(searches, key=inertia)
    n_moved = len(compare_clusterings(first, second).movers)
    return _Facts(
        n_moved=n_moved,
        n_stayed=len(first) - n_moved,
        n_with_another_number=int((first.cluster_labels != second.cluster_labels).sum()),
        two_starts=float(adjusted_mutual_info_score(first.cluster_labels, second.cluster_labels)),
        share_that_stayed=1 - n_moved / len(first),
        lowest_inertia_of_ten_starts=min(map(inertia, starts)),
        highest_inertia_of_ten_starts=max(map(inertia, starts)),
        first_start_with_kinds=with_kinds(first),
        least_of_ten_starts_with_kinds=min(map(with_kinds, starts)),
        most_of_ten_starts_with_kinds=max(map(with_kinds, starts)),
        lowest_of_ten_starts_with_kinds=with_kinds(min(starts, key=inertia)),
        lowest_inertia_of_searches=best.inertia,
        searches_with_kinds=with_kinds(best),
        silhouette_of_searches=best.silhouette_score,
    )


def _one_start(embeddings: Any, seed: int) -> Clustering:
    *_, end = kmeans_steps(embeddings, 8, random_state=seed)
    used = np.unique(end.cluster_labels)  # A centre may have lost all its images.
    not_measured = np.full(len(end.cluster_labels), np.nan)
    labels = without_gaps(end.cluster_labels)
    return Clustering(labels, end.centers[used], end.inertia, not_measured)


LESSON = Lesson(
    number="4",
    title="Will two starts agree?",
    objectives=(
        "Run K-means from two starts and count the images that move.",
        "Explain why a low inertia does not say what clusters mean.",
        "Report more than one start.",
    ),
    minutes=35,
    needs="Images with known kinds, and their vectors.",
    values=("images", "embeddings"),
    facts=_facts,
    questions=(
        Question(
            name="images that move",
            text="Run K-means with k = 8 once from your seed and once from your seed + 1. Clusters "
            "that are most alike count as the same. How many images are in another cluster?",
            kind=WholeNumber(0, 1_000_000),
            key=lambda facts: facts.n_moved,
            because="Both runs have settled: no image wants to move any more. They have settled in "
            "two different places.",
            look_at="the flow from the first start to the second",
            mistakes=(
                Mistake(
                    "none, since both have settled",
                    0,
                    "Settled means that another step changes nothing. It does not mean that "
                    "another start would end there.",
                ),
                Mistake(
                    "clusters with other numbers",
                    lambda facts: facts.n_with_another_number,
                    "The numbers of clusters are arbitrary: cluster 3 here may be cluster 5 there. "
                    "compare_clusterings matches them first.",
                ),
                Mistake(
                    "the images that stay",
                    lambda facts: facts.n_stayed,
                    "That is how many stay. Asked is how many move.",
                ),
                Mistake(
                    "all of them",
                    lambda facts: facts.n_moved + facts.n_stayed,
                    "Some groups come back from nearly every start.",
                ),
            ),
        ),
        Question(
            name="agreement of two starts",
            text="How far do the clusters of these two starts agree (adjusted mutual information)? "
            "1 is the same clusters, 0 is what chance gives.",
            kind=Number(-1, 1, tolerance=0.005),
            key=lambda facts: facts.two_starts,
            because="That is how much of a result belongs to your images and not to the start. "
            "It needs no known kinds, so you can always report it.",
            look_at="the flow from the first start to the second",
            mistakes=(
                Mistake(
                    "1, the same clusters",
                    1.0,
                    "If they were the same, no image would have moved.",
                ),
                Mistake(
                    "0, nothing in common",
                    0.0,
                    "They have something in common: thick bands lead from some clusters to one "
                    "cluster.",
                ),
                Mistake(
                    "the share of images that stay",
                    lambda facts: facts.share_that_stayed,
                    "That is the share of images that stay. Some stay by chance too, and AMI takes "
                    "chance away.",
                ),
                Mistake(
                    "one start and the known kinds",
                    lambda facts: facts.first_start_with_kinds,
                    "That compares the first start with the known kinds. Compare the two starts "
                    "with each other.",
                    look_at="the two arguments of adjusted_mutual_info_score",
                ),
            ),
        ),
        Question(
            name="the lowest inertia",
            text="Five searches, from your seed on, each try many starts. Take the one with the "
            "lowest inertia. How far do its clusters agree with the known kinds (AMI)?",
            kind=Number(-1, 1, tolerance=0.005),
            key=lambda facts: facts.searches_with_kinds,
            because="Inertia asks how near images are to their centres. It does not ask whether "
            "a cluster is what you mean by a group.",
            look_at="the images of each cluster of this search",
            mistakes=(
                Mistake(
                    "1, since it is the lowest",
                    1.0,
                    "The lowest inertia is the best answer to K-means' own question, which does "
                    "not know the kinds.",
                ),
                Mistake(
                    "the best of ten starts",
                    lambda facts: facts.most_of_ten_starts_with_kinds,
                    "That is the start that agrees most with the kinds. Choose by inertia, as "
                    "somebody must who does not know the kinds.",
                    look_at="the column of inertias",
                ),
                Mistake(
                    "the lowest inertia of ten starts",
                    lambda facts: facts.lowest_of_ten_starts_with_kinds,
                    "That is the lowest of ten single starts. A search goes further.",
                    look_at="the table of searches",
                ),
                Mistake(
                    "the silhouette",
                    lambda facts: facts.silhouette_of_searches,
                    "That is the mean silhouette. It does not ask about kinds either.",
                    look_at="the column of agreements",
                ),
                Mistake(
                    "0, nothing but chance",
                    0.0,
                    "With your images there is more than chance.",
                    look_at="the column of agreements",
                ),
            ),
        ),
    ),
)
