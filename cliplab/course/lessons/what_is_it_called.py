"""Lesson 9: a name is a choice from a list, a cosine is a rank, and a sign needs a reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cliplab.course.kinds import Choice, Number
from cliplab.course.questions import Lesson, Mistake, Question
from cliplab.embeddings.values import Embeddings

# All of them known to the storybook's CLIP: a word that it does not know draws all images.
_VEHICLES = ("car", "boat", "rocket")
# Of images with a wrong sign, the share called by the sign from which on it has been read.
_READS = 0.2

_CANNOT_READ = "these signs hardly change its names, another CLIP may read"
_NO_MATTER = "words in an image do not matter to CLIP"
_NOT_FOOLED = "this CLIP reads the sign and is not fooled"
_FOOLED = "the sign fools this CLIP"


class _Facts(NamedTuple):
    """Ranks of an image for two texts, false names for two lists, and names by the sign."""

    cosine: float
    share_below: float
    share_below_for_object: float
    false_from_vehicles: float
    false_from_objects: float
    called_by_sign: float


def _facts(values: Any) -> _Facts:
    table = values.images.to_pandas()
    objects = table["object"].to_numpy()
    kinds = sorted(set(objects))
    cosines = _cosines(values, values.embeddings, [f"the {table['place'][0]}"])[:, 0]
    for_object = _cosines(values, values.embeddings, [f"a {objects[0]}"])[:, 0]

    signs = values.signed_images.to_pandas()
    called = _called(values, values.signed_embeddings, values.signed_images.class_names)
    is_wrong = (signs["sign"] == "wrong").to_numpy()
    by_sign = called == signs["painted_word"].to_numpy()
    return _Facts(
        cosine=float(cosines[0]),
        share_below=float((cosines < cosines[0]).mean()),
        share_below_for_object=float((for_object < for_object[0]).mean()),
        false_from_vehicles=_false(values, objects, _VEHICLES),
        false_from_objects=_false(values, objects, kinds),
        called_by_sign=float(by_sign[is_wrong].mean()) if is_wrong.any() else 0.0,
    )


def _cosines(values: Any, embeddings: Embeddings, texts: list[str]) -> NDArray[np.float32]:
    cosines: NDArray[np.float32] = embeddings.vectors @ values.encoder.encode_texts(texts).vectors.T
    return cosines


def _called(values: Any, embeddings: Embeddings, words: Sequence[str]) -> NDArray[np.str_]:
    nearest = _cosines(values, embeddings, [f"a {word}" for word in words]).argmax(axis=1)
    called: NDArray[np.str_] = np.array(words)[nearest]
    return called


def _false(values: Any, objects: NDArray[Any], words: Sequence[str]) -> float:
    return float((_called(values, values.embeddings, words) != objects).mean())


LESSON = Lesson(
    number="9",
    title="What is it called? Will a sign fool it?",
    objectives=(
        "Judge a cosine of image and text by the image's rank among the others.",
        "Show what a list of words does to the names that come out of it.",
        "Say what a test with painted words shows of one CLIP, and what not.",
    ),
    minutes=35,
    needs="Nothing but this notebook. You know what a cosine is.",
    values=("images", "embeddings", "encoder", "signed_images", "signed_embeddings"),
    facts=_facts,
    questions=(
        Question(
            name="rank of a cosine",
            text="Take the cosines of all your images with the place of image 0. What share of the "
            "images has a lower cosine than image 0?",
            kind=Number(0, 1, tolerance=0.005),
            key=lambda facts: facts.share_below,
            because="The cosine alone is neither weak nor strong. Among the other images it says "
            "that this one is in the right place.",
            look_at="the table of cosines by place",
            mistakes=(
                Mistake(
                    "the cosine",
                    lambda facts: facts.cosine,
                    "That is the cosine of image 0. Count how many images are below it.",
                ),
                Mistake(
                    "the share above it",
                    lambda facts: 1 - facts.share_below,
                    "You have counted the other side. Which images fit the text worse?",
                ),
                Mistake(
                    "the share for its object",
                    lambda facts: facts.share_below_for_object,
                    "That is its rank for the name of its object. Here the text is the place.",
                    look_at="the text above the table of cosines by place",
                ),
                Mistake(
                    "half of them, since the cosine is about a half",
                    0.5,
                    "A cosine is no percentage, and half of one is no half of the images.",
                ),
            ),
        ),
        Question(
            name="false names",
            text="Call each of your images by the nearest of car, boat and rocket. What "
            "share of the images gets a false name?",
            kind=Number(0, 1, tolerance=0.005),
            key=lambda facts: facts.false_from_vehicles,
            because="The nearest word of a list is always there, even where no word fits. A name "
            "is a choice from your list.",
            look_at="the table of objects and their names",
            mistakes=(
                Mistake(
                    "none, because CLIP knows these objects",
                    0.0,
                    "It knows them, but it may only answer with one of the three words.",
                ),
                Mistake(
                    "the right ones",
                    lambda facts: 1 - facts.false_from_vehicles,
                    "That is the share that gets its own name. The others are asked for.",
                ),
                Mistake(
                    "two of three, by chance",
                    0.667,
                    "That would be a guess among three words. Count, image by image.",
                ),
                Mistake(
                    "the share with the full list",
                    lambda facts: facts.false_from_objects,
                    "That is with all objects in the list. Now there are only three words.",
                    look_at="the list of words in the cell above the table of names",
                ),
                Mistake(
                    "all of them",
                    1.0,
                    "Some of your images do show a car, a boat or a rocket.",
                ),
            ),
        ),
        Question(
            name="what the signs show",
            text="What do the images with a sign show?",
            kind=Choice((_CANNOT_READ, _NO_MATTER, _NOT_FOOLED, _FOOLED)),
            key=lambda facts: _FOOLED if facts.called_by_sign >= _READS else _CANNOT_READ,
            because="The test is about the model in front of you. One that was trained on images "
            "with text in them may read, and then a sign can decide the name.",
            look_at="the table of names with and without a sign",
            mistakes=(
                Mistake(
                    "no effect here, so none anywhere",
                    _NO_MATTER,
                    "You have seen one model. What would you have to test before you speak of "
                    "every CLIP?",
                ),
                Mistake(
                    "it reads and resists",
                    _NOT_FOOLED,
                    "Somebody who reads is helped by a right sign. Are the right signs of any "
                    "help here?",
                    look_at="the row of the right signs in the table of names",
                ),
                Mistake(
                    "it is fooled",
                    _FOOLED,
                    "Then images with a wrong sign would be called by it. How many are?",
                    look_at="the column of names as on the sign",
                ),
                Mistake(
                    "it cannot read",
                    _CANNOT_READ,
                    "Your CLIP is not the storybook's. Many wrong signs have become the name.",
                    look_at="the column of names as on the sign",
                ),
            ),
        ),
    ),
)
