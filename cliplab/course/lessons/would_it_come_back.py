"""Lesson 10: what holds beyond one run, one sample and one choice of images."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab.clustering.measuring import remeasure
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.clustering.values import Clustering
from cliplab.course.kinds import Choice, Number
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.course.reasoned import Reasoned
from cliplab.course.samples import another_sample
from cliplab.embeddings.values import Embeddings
from cliplab.evaluation.agreement import class_agreement
from cliplab.evaluation.null import null_data
from cliplab.images.image_set import ImageSet
from cliplab.projection.projecting import project

_N_CLUSTERS, _N_KINDS = 10, 5
# Null data that reach this share of a silhouette leave too little of it to speak of groups.
_REACHED = 0.5


class _Chosen(NamedTuple):
    """Clusters of images of some kinds: as many as kinds, and five."""

    agreement: float
    agreement_of_five: float
    silhouette_of_five: float


class _Facts(NamedTuple):
    """Overlaps with another sample, chosen and random images, and silhouettes on maps."""

    overlaps: NDArray[np.float64]
    share_back: float
    chosen: _Chosen
    drawn: _Chosen
    on_the_map: float
    among_the_vectors: float
    null_on_its_map: float


def _facts(values: Any) -> _Facts:
    images, embeddings, seed = values.images, values.embeddings, values.random_state
    found = another_sample(images, embeddings, n_clusters=_N_CLUSTERS, random_state=seed)
    chosen = _rows_of_commonest_kinds(images)
    drawn = np.random.default_rng(seed).choice(len(images), len(chosen), replace=False)
    null = null_data(embeddings, random_state=seed)
    of_null = _clusters(project(null, random_state=seed), 5, seed)
    five = _clusters(values.projection, 5, seed)
    return _Facts(
        overlaps=found.overlaps,
        share_back=float(found.comes_back.mean()),
        chosen=_clustered(images[chosen], embeddings[chosen], seed),
        drawn=_clustered(images[drawn], embeddings[drawn], seed),
        on_the_map=five.silhouette_score,
        among_the_vectors=remeasure(embeddings, five).silhouette_score,
        null_on_its_map=of_null.silhouette_score,
    )


def _rows_of_commonest_kinds(images: ImageSet) -> NDArray[np.intp]:
    labels = images.class_labels
    commonest = Counter(labels[labels >= 0].tolist()).most_common(_N_KINDS)
    return np.flatnonzero(np.isin(labels, [label for label, _ in commonest]))


def _clustered(images: ImageSet, embeddings: Embeddings, seed: int) -> _Chosen:
    n_kinds = len(np.unique(images.class_labels[images.class_labels >= 0]))
    five = _clusters(embeddings, 5, seed)
    as_many = _clusters(embeddings, n_kinds, seed)
    return _Chosen(
        agreement=class_agreement(images, as_many).adjusted_mutual_info,
        agreement_of_five=class_agreement(images, five).adjusted_mutual_info,
        silhouette_of_five=five.silhouette_score,
    )


def _clusters(points: Any, n_clusters: int, seed: int) -> Clustering:
    return sweep_clusters(points, [n_clusters], random_state=seed)[n_clusters]


def _claim(facts: _Facts) -> str:
    return "no" if facts.null_on_its_map >= _REACHED * facts.on_the_map else "yes"


LESSON = Lesson(
    number="10",
    title="Would it come back?",
    objectives=(
        "Test clusters on another sample.",
        "Tell what a choice of images adds to a result.",
        "Judge a claim by a number, and say what would change your mind.",
    ),
    minutes=45,
    needs="Nothing but this notebook. It uses words of the lessons before: map, silhouette, null "
    "data, agreement.",
    values=("images", "embeddings", "projection"),
    facts=_facts,
    questions=(
        Question(
            name="how far clusters come back",
            text="Ten clusters of your first half of the images, and the next half: what is the "
            "mean overlap of your clusters with their matches?",
            kind=Number(0, 1, tolerance=0.005),
            key=lambda facts: float(facts.overlaps.mean()),
            because="How far they come back differs from cluster to cluster, and from sample to "
            "sample. What is said of all ten is about yours.",
            look_at="the bars of another sample",
            mistakes=(
                Mistake(
                    "1: what was found is found again",
                    1.0,
                    "That would be the same clusters, image by image.",
                ),
                Mistake(
                    "the share that comes back",
                    lambda facts: facts.share_back,
                    "That is how many of the ten reach 0.75. The mean of the overlaps is asked "
                    "for.",
                ),
                Mistake(
                    "the best of them",
                    lambda facts: float(facts.overlaps.max()),
                    "That is the cluster that comes back best. What about the other nine?",
                ),
                Mistake(
                    "the worst of them",
                    lambda facts: float(facts.overlaps.min()),
                    "That is the cluster that comes back worst. What about the other nine?",
                ),
            ),
        ),
        Question(
            name="chosen minus random",
            text="Five chosen kinds and as many images at random, each with as many clusters as it "
            "has kinds: by how much is the agreement of the chosen ones higher?",
            kind=Number(-2, 2, tolerance=0.005),
            key=lambda facts: facts.chosen.agreement - facts.drawn.agreement,
            because="The vectors and the number of images are the same. Who chose the images has "
            "chosen a part of the result, with fewer kinds and more images of each.",
            look_at="the table of chosen and random images",
            mistakes=(
                Mistake(
                    "both with five clusters",
                    lambda facts: facts.chosen.agreement_of_five - facts.drawn.agreement_of_five,
                    "Random images have more than five kinds, so five clusters cannot hold them. "
                    "Give each as many clusters as it has kinds.",
                ),
                Mistake(
                    "the chosen images alone",
                    lambda facts: facts.chosen.agreement,
                    "That is what chosen images reach. What do random ones reach?",
                ),
                Mistake(
                    "random minus chosen",
                    lambda facts: facts.drawn.agreement - facts.chosen.agreement,
                    "The size is right. Which is subtracted from which?",
                ),
                Mistake(
                    "the silhouettes",
                    lambda facts: facts.chosen.silhouette_of_five - facts.drawn.silhouette_of_five,
                    "That is the difference of the silhouettes. The agreement with the kinds is "
                    "asked for.",
                ),
            ),
        ),
        Question(
            name="claim 2",
            text="“The silhouettes on the map show that the five clusters are good.” Does it hold? "
            "Give your verdict with the one number that the study's silhouette must be set beside.",
            kind=Reasoned(Choice(("yes", "no")), Number(-1, 1, tolerance=0.005)),
            key=lambda facts: (_claim(facts), facts.null_on_its_map),
            because="It is a claim with a number that could have been otherwise. Had null data "
            "stayed far below, the verdict would be another one.",
            look_at="the table of the study and null data",
            mistakes=(
                Mistake(
                    "yes, it is high",
                    lambda facts: ("yes", facts.on_the_map),
                    "A number is high beside another one. What do null data reach on a map?",
                ),
                Mistake(
                    "no, with the study's own number",
                    lambda facts: ("no", facts.on_the_map),
                    "That number is the claim itself. Which one speaks against it?",
                ),
                Mistake(
                    "no, with another space",
                    lambda facts: ("no", facts.among_the_vectors),
                    "That shows that a map flatters. It leaves open whether real images do better "
                    "on a map than null data.",
                ),
                Mistake(
                    "yes, it is above null data",
                    lambda facts: ("yes", facts.null_on_its_map),
                    "This is the number. How much of the study's silhouette is left above it?",
                ),
                Mistake(
                    "no, although null data stay far below",
                    lambda facts: ("no", facts.null_on_its_map),
                    "This is the number. With your images it is less than half of the study's.",
                ),
            ),
        ),
    ),
)
