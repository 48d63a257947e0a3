"""Lesson 2: a cosine says something beside the cosine of any two images, and not alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab.course.kinds import Number
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.embeddings.values import Embeddings

# The cosine that a learner is asked about: high in one collection and low in another.
_COSINE = 0.5


class _Facts(NamedTuple):
    """Cosines of two images, of all kinds of pairs, and what centering changes."""

    any_two: float
    two_of_a_class: float
    nearest: float
    share_below: float
    share_below_centered: float
    nearest_changed: float
    nearest_ten_lost: float
    share_of_falling_cosines: float


def _facts(values: Any) -> _Facts:
    plain, centered = _cosines(values.embeddings), _cosines(values.embeddings.centered())
    pairs = np.triu_indices(len(plain), 1)
    cosines, after = plain[pairs], centered[pairs]
    labels = values.images.class_labels
    is_known = (labels >= 0)[:, None] & (labels >= 0)[None, :]
    of_a_class = (is_known & np.equal.outer(labels, labels))[pairs]
    before_ten, after_ten = (_nearest(each, 10) for each in (plain, centered))
    n_kept = sum(len(set(a) & set(b)) for a, b in zip(before_ten, after_ten, strict=True))
    return _Facts(
        any_two=float(cosines.mean()),
        two_of_a_class=float(cosines[of_a_class].mean()) if of_a_class.any() else 1.0,
        nearest=float(np.take_along_axis(plain, _nearest(plain, 1), axis=1).mean()),
        share_below=float((cosines < _COSINE).mean()),
        share_below_centered=float((after < _COSINE).mean()),
        nearest_changed=float((_nearest(plain, 1) != _nearest(centered, 1)).mean()),
        nearest_ten_lost=1 - n_kept / before_ten.size,
        share_of_falling_cosines=float((after < cosines).mean()),
    )


def _cosines(embeddings: Embeddings) -> NDArray[np.float64]:
    """Return the cosine of every two images."""
    vectors = np.asarray(embeddings, dtype=np.float64)
    cosines: NDArray[np.float64] = vectors @ vectors.T
    return cosines


def _nearest(cosines: NDArray[np.float64], n_neighbors: int) -> NDArray[np.intp]:
    """Return the rows of the images with the highest cosines, without the image itself."""
    others = cosines.copy()
    np.fill_diagonal(others, -2)
    return np.argsort(-others, axis=1, kind="stable")[:, :n_neighbors]


LESSON = Lesson(
    number="2",
    title='What does "near" mean?',
    objectives=(
        "Compute the cosine of two images.",
        "Compare a cosine with that of any two images.",
        "Say what centering changes, and what it leaves as it is.",
    ),
    minutes=30,
    needs="Images and their vectors.",
    values=("images", "embeddings"),
    facts=_facts,
    questions=(
        Question(
            name="any two",
            text="Take every pair of two different images. What is the mean of their cosines?",
            kind=Number(-1, 1, tolerance=0.01),
            key=lambda facts: facts.any_two,
            because="Orthogonal is not unrelated: all vectors share one direction, so even images "
            "that have nothing to do with each other point the same way a little. This mean is "
            "the baseline of your collection.",
            look_at="the histogram of all cosines",
            mistakes=(
                Mistake(
                    "zero, as for unrelated directions",
                    0.0,
                    "Zero would mean that vectors point in all directions alike. Where is the "
                    "middle of the hill?",
                ),
                Mistake(
                    "two images of one class",
                    lambda facts: facts.two_of_a_class,
                    "That is the mean for images of one class. Take all pairs, whatever they show.",
                ),
                Mistake(
                    "an image and its nearest",
                    lambda facts: facts.nearest,
                    "That is the mean cosine of an image and the one nearest to it. Most pairs are "
                    "less alike.",
                    look_at="the images nearest to the first one, and then the histogram",
                ),
                Mistake(
                    "the distance in place of the cosine",
                    lambda facts: 1 - facts.any_two,
                    "That is one minus the cosine, which is a distance: 0 for the same image.",
                ),
                Mistake(
                    "the middle between 0 and 1",
                    0.5,
                    "Half of what? A cosine goes from -1 to 1, and the mean follows from the "
                    "images. Compute it.",
                ),
            ),
        ),
        Question(
            name="is it high",
            text=f"Two images have a cosine of {_COSINE:g}. What share of all pairs of your "
            "collection has a lower one?",
            kind=Number(0, 1, tolerance=0.01),
            key=lambda facts: facts.share_below,
            because="The same cosine is high in one collection and low in another. Its place among "
            "all pairs tells you which.",
            look_at="the histogram in two colours",
            mistakes=(
                Mistake(
                    "the cosine itself",
                    _COSINE,
                    "The cosine is no share of pairs. Count the pairs that are left of 0.5.",
                ),
                Mistake(
                    "the share above",
                    lambda facts: 1 - facts.share_below,
                    "That is the share to the right of 0.5. The share to the left is asked for.",
                ),
                Mistake(
                    "an angle of 60 degrees, of 90",
                    round(60 / 90, 2),
                    "A cosine of 0.5 is an angle of 60 degrees. But are all angles equally "
                    "frequent in your collection?",
                ),
                Mistake(
                    "after centering",
                    lambda facts: facts.share_below_centered,
                    "That is the share after centering. Use the vectors as CLIP gives them.",
                ),
                Mistake(
                    "the mean of all cosines",
                    lambda facts: facts.any_two,
                    "That is the mean cosine. Here a share of the pairs is asked for.",
                ),
            ),
        ),
        Question(
            name="what centering changes",
            text="For what share of the images is another image the nearest one, after centering?",
            kind=Number(0, 1, tolerance=0.005),
            key=lambda facts: facts.nearest_changed,
            because="Centering takes away what all vectors share, so nearly all cosines fall. "
            "Still most images keep their nearest one. Near means nearer than others, whatever "
            "the number is.",
            look_at="the images nearest to the first one, before and after centering",
            mistakes=(
                Mistake(
                    "all of them, since all cosines change",
                    1.0,
                    "All cosines change. Does their order change too?",
                    look_at="both histograms, and then the nearest images",
                ),
                Mistake(
                    "none, since it is only a shift",
                    0.0,
                    "After the shift the vectors get length 1 again, and that is no shift. Count.",
                ),
                Mistake(
                    "the share of the ten nearest that is lost",
                    lambda facts: facts.nearest_ten_lost,
                    "That is the share of all ten nearest. Here only the nearest one counts.",
                ),
                Mistake(
                    "the share of pairs whose cosine falls",
                    lambda facts: facts.share_of_falling_cosines,
                    "That counts pairs that lie further apart. An image can move away from all "
                    "others and keep its nearest.",
                    look_at="both histograms, and then the nearest images",
                ),
                Mistake(
                    "half of them, as by chance",
                    0.5,
                    "By chance nearly every image would have another nearest one. Count.",
                ),
            ),
        ),
    ),
)
