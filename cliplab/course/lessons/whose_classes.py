"""Lesson 8: clusters agree with classes by some amount, and whether more depends on the classes."""

from __future__ import annotations

from typing import Any, NamedTuple

from cliplab.course.kinds import Choice, Number
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.embeddings.baselines import encode_pixels
from cliplab.evaluation.comparison import Comparison, compare_embeddings

_FACTORS = ("object", "color", "place")
_N_CLUSTERS, _N_RUNS = 16, 3
# So few images that two intervals often overlap although the difference is clear.
_N_FEW, _SMALL_SIDE = 250, 5


class _Facts(NamedTuple):
    """Agreements with known classes, and differences of two of them."""

    clip_on_object: float
    clip_minus_pixels: float
    clip_minus_pixels_on_place: float
    clip_minus_pixels_in_rand_index: float
    pixels_ahead_by: dict[str, float]
    small_difference: float
    small_low: float
    small_high: float
    gap_between_intervals: float
    sharp_low: float


def _facts(values: Any) -> _Facts:
    images, seed = values.images, values.random_state
    pixels = encode_pixels(images)
    both = {"CLIP": values.embeddings, "pixels": pixels}

    def compared(images: Any, sights: dict[str, Any], n_clusters: int | None = None) -> Comparison:
        return compare_embeddings(images, sights, n_clusters, random_state=seed, n_init=_N_RUNS)

    by_factor = {
        factor: compared(images.with_classes(factor), both, _N_CLUSTERS) for factor in _FACTORS
    }
    agreements = by_factor["object"].agreements
    few = images[:_N_FEW].with_classes("place")
    sizes = {"sharp": pixels[:_N_FEW], "small": encode_pixels(few, _SMALL_SIDE)}
    small = compared(few, sizes)
    ends = small.to_pandas().set_index("embedding")
    difference = small.difference("sharp", "small")
    return _Facts(
        clip_on_object=agreements["CLIP"].adjusted_mutual_info,
        clip_minus_pixels=by_factor["object"].difference("CLIP", "pixels").value,
        clip_minus_pixels_on_place=by_factor["place"].difference("CLIP", "pixels").value,
        clip_minus_pixels_in_rand_index=agreements["CLIP"].adjusted_rand
        - agreements["pixels"].adjusted_rand,
        pixels_ahead_by={
            factor: comparison.difference("pixels", "CLIP").value
            for factor, comparison in by_factor.items()
        },
        small_difference=difference.value,
        small_low=difference.low,
        small_high=difference.high,
        gap_between_intervals=float(ends.loc["sharp", "low"] - ends.loc["small", "high"]),
        sharp_low=float(ends.loc["sharp", "low"]),
    )


def _where_pixels_lead(facts: _Facts) -> str:
    factor = max(facts.pixels_ahead_by, key=facts.pixels_ahead_by.__getitem__)
    return factor if facts.pixels_ahead_by[factor] > 0 else "none"


LESSON = Lesson(
    number="8",
    title="Whose classes?",
    objectives=(
        "Commit to a number of clusters before you see the known classes.",
        "Measure by how much the clusters of one embedding agree better than those of another.",
        "Read the interval of a difference, and say what it leaves out.",
    ),
    minutes=35,
    needs="Nothing but this notebook. You know what K-means does.",
    values=("images", "embeddings"),
    facts=_facts,
    questions=(
        Question(
            name="clip minus pixels",
            text="16 clusters each: by how much do CLIP's agree better with the object than those "
            "of the pixels (difference of the adjusted mutual information)?",
            kind=Number(-2, 2, tolerance=0.005),
            key=lambda facts: facts.clip_minus_pixels,
            because="A difference says by how much. The same sentence without a number would be "
            "as true of 0.01.",
            look_at="the table of the object",
            mistakes=(
                Mistake(
                    "CLIP's agreement alone",
                    lambda facts: facts.clip_on_object,
                    "That is how far CLIP's clusters agree. What do the pixels reach without CLIP?",
                ),
                Mistake(
                    "pixels minus CLIP",
                    lambda facts: -facts.clip_minus_pixels,
                    "The size is right. Which of the two is subtracted from which?",
                ),
                Mistake(
                    "the difference for the place",
                    lambda facts: facts.clip_minus_pixels_on_place,
                    "That is the difference for the place. Here the object is asked for.",
                ),
                Mistake(
                    "the difference of the Rand index",
                    lambda facts: facts.clip_minus_pixels_in_rand_index,
                    "That is another measure, the adjusted Rand index. Take the column of the "
                    "adjusted mutual information.",
                ),
            ),
        ),
        Question(
            name="where pixels lead",
            text="For which of the three do the 16 clusters of pixels agree better than CLIP's? "
            "If there are several, take the one with the largest difference.",
            kind=Choice((*_FACTORS, "none")),
            key=_where_pixels_lead,
            because="The clusters are the same for all three. Which embedding is ahead depends on "
            "whose classes you ask for.",
            look_at="the table of all three",
            mistakes=(
                Mistake(
                    "none: CLIP is always ahead",
                    "none",
                    "Read all rows of the table. Somewhere the pixels are ahead, and by much.",
                ),
                Mistake(
                    "the object",
                    "object",
                    "Compare the two numbers in the rows of the object. Which is the higher one?",
                ),
                Mistake(
                    "the color",
                    "color",
                    "Pixels do hold colours, but those of the whole scene. The object is a small "
                    "part of it.",
                    look_at="the images of one cluster of the pixels",
                ),
                Mistake(
                    "the place",
                    "place",
                    "With your images it is not the place. Read the numbers, and not the story.",
                ),
            ),
        ),
        Question(
            name="low end of the difference",
            text="Images of 16 × 16 pixels and of 5 × 5, and the place: the difference of their "
            "agreements has a 95 % interval of its own. Where is its low end?",
            kind=Number(-2, 2, tolerance=0.005),
            key=lambda facts: facts.small_low,
            because="Both were measured on the same images, so what is hard for both drops out. "
            "That is why this interval decides, and not whether the two others overlap.",
            look_at="the difference below the table of small images",
            mistakes=(
                Mistake(
                    "one interval's end minus the other's",
                    lambda facts: facts.gap_between_intervals,
                    "That is the gap between the two separate intervals. It treats the two as if "
                    "they were measured on different images.",
                ),
                Mistake(
                    "the difference itself",
                    lambda facts: facts.small_difference,
                    "That is what was measured. How small could it be in other samples?",
                ),
                Mistake(
                    "the high end",
                    lambda facts: facts.small_high,
                    "That is the other end. Which end decides whether the difference is clear?",
                ),
                Mistake(
                    "the low end of one agreement",
                    lambda facts: facts.sharp_low,
                    "That is an end of the interval of one agreement. The difference has its own.",
                    look_at="the last line of that output, which begins with Difference",
                ),
            ),
        ),
    ),
)
