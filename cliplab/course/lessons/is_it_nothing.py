"""Lesson 6: a silhouette needs the space that it comes from, and null data to compare with."""

from __future__ import annotations

from typing import Any, NamedTuple

from cliplab.clustering.measuring import remeasure
from cliplab.clustering.sweeping import sweep_clusters
from cliplab.course.kinds import Choice, Number
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.embeddings.baselines import encode_pixels
from cliplab.evaluation.agreement import class_agreement
from cliplab.evaluation.null import null_data
from cliplab.projection.projecting import project

# Two agreements that differ by less are taken for equal.
_MARGIN = 0.05


class _Facts(NamedTuple):
    """Silhouettes of five clusters, and how far clusters agree with the known classes."""

    on_the_map: float
    among_the_vectors: float
    found_among_the_vectors: float
    null_on_its_map: float
    null_among_its_vectors: float
    pixels_on_their_map: float
    clip_agreement: float
    pixels_agreement: float


def _facts(values: Any) -> _Facts:
    images, embeddings, seed = values.images, values.embeddings, values.random_state

    def five(points: Any) -> Any:
        return sweep_clusters(points, [5], random_state=seed)[5]

    null, pixels = null_data(embeddings, random_state=seed), encode_pixels(images)
    found = five(values.projection)
    on_null_map = five(project(null, random_state=seed))
    on_pixel_map = five(project(pixels, random_state=seed))
    return _Facts(
        on_the_map=found.silhouette_score,
        among_the_vectors=remeasure(embeddings, found).silhouette_score,
        found_among_the_vectors=five(embeddings).silhouette_score,
        null_on_its_map=on_null_map.silhouette_score,
        null_among_its_vectors=remeasure(null, on_null_map).silhouette_score,
        pixels_on_their_map=on_pixel_map.silhouette_score,
        clip_agreement=class_agreement(images, found).adjusted_mutual_info,
        pixels_agreement=class_agreement(images, on_pixel_map).adjusted_mutual_info,
    )


def _which_agrees(facts: _Facts) -> str:
    difference = facts.clip_agreement - facts.pixels_agreement
    if abs(difference) < _MARGIN:
        return "both alike"
    return "CLIP's" if difference > 0 else "the pixels'"


LESSON = Lesson(
    number="6",
    title="Is 0.06 nothing?",
    objectives=(
        "Measure the same clusters in two spaces.",
        "Compare a silhouette with that of null data.",
        "Say what a silhouette does not ask.",
    ),
    minutes=30,
    needs="Images, their vectors and a map. You know what a silhouette is.",
    values=("images", "embeddings", "projection"),
    facts=_facts,
    questions=(
        Question(
            name="among the vectors",
            text="Take the five clusters of the map and measure the same clusters among CLIP's "
            "vectors. What is their silhouette there?",
            kind=Number(-1, 1, tolerance=0.005),
            key=lambda facts: facts.among_the_vectors,
            because="The clusters are the same, and only the space is another. The map pulls them "
            "apart, so its silhouette says more about the map than about CLIP.",
            look_at="the table of five clusters, measured twice",
            mistakes=(
                Mistake(
                    "the silhouette on the map",
                    lambda facts: facts.on_the_map,
                    "That is the silhouette where the clusters were found. Use remeasure with the "
                    "vectors.",
                    look_at="the silhouettes on the map",
                ),
                Mistake(
                    "five other clusters, found among the vectors",
                    lambda facts: facts.found_among_the_vectors,
                    "These are five other clusters: K-means looked for them among the vectors. "
                    "Keep those of the map.",
                ),
                Mistake(
                    "null data on their map",
                    lambda facts: facts.null_on_its_map,
                    "That is the map of null data. Here the real images are asked for.",
                    look_at="the map of null data",
                ),
                Mistake(
                    "the pixels on their map",
                    lambda facts: facts.pixels_on_their_map,
                    "That is how well clusters of pixels lie apart. Here CLIP's are asked for.",
                    look_at="the map of the pixels",
                ),
            ),
        ),
        Question(
            name="nothing on a map",
            text="Draw null data with your seed, make a map of them and find five clusters on it. "
            "What is their silhouette on that map?",
            kind=Number(-1, 1, tolerance=0.005),
            key=lambda facts: facts.null_on_its_map,
            because="There are no groups in null data, and still the silhouette is high: t-SNE and "
            "K-means make it. Only what is beyond it can come from your images.",
            look_at="the map of null data",
            mistakes=(
                Mistake(
                    "zero",
                    0.0,
                    "No groups does not mean a silhouette of 0: K-means cuts anything into pieces, "
                    "and every piece is nearer to itself than to the others.",
                ),
                Mistake(
                    "null data among their own vectors",
                    lambda facts: facts.null_among_its_vectors,
                    "That is measured among the vectors of the null data. Measure on their map.",
                ),
                Mistake(
                    "the real images among their vectors",
                    lambda facts: facts.among_the_vectors,
                    "That is the real images among their vectors. Draw null data first.",
                    look_at="the table of five clusters, measured twice",
                ),
                Mistake(
                    "the real images on their map",
                    lambda facts: facts.on_the_map,
                    "That is the map of the real images. Null data have a map of their own.",
                    look_at="both maps, side by side",
                ),
            ),
        ),
        Question(
            name="which agrees with the kinds",
            text="On their maps, clusters of the pixels have longer silhouettes than CLIP's. Whose "
            "five clusters agree more with the known kinds of the images (adjusted mutual "
            f"information, by at least {_MARGIN:g})?",
            kind=Choice(("CLIP's", "the pixels'", "both alike", "the silhouettes decide it")),
            key=_which_agrees,
            because="A silhouette asks whether clusters lie apart. It does not ask what they are "
            "made of.",
            look_at="the table of agreements",
            mistakes=(
                Mistake(
                    "the pixels', with the longer silhouettes",
                    "the pixels'",
                    "Longer silhouettes are better separated clusters, of whatever. What are the "
                    "clusters of the pixels made of?",
                    look_at="the images of each cluster on the map of the pixels",
                ),
                Mistake(
                    "both alike",
                    "both alike",
                    "The two agreements are not close. Read the table row by row.",
                ),
                Mistake(
                    "the silhouettes decide it",
                    "the silhouettes decide it",
                    "A silhouette knows nothing of kinds: it is computed from distances alone.",
                    look_at="both silhouette plots, and then the table of agreements",
                ),
                Mistake(
                    "CLIP's, whatever the data",
                    "CLIP's",
                    "With your images it is not CLIP. Read the table, and not the name.",
                ),
            ),
        ),
    ),
)
