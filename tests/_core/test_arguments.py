"""Arguments: each is of the kind that its annotation says, and what was meant is said."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import ArrayLike, NDArray

import cliplab
from cliplab import (
    Clustering,
    ClusterSweep,
    Embeddings,
    Explorer,
    ImageSet,
    Pack,
    Projection,
    explore,
    load_laboratory,
    load_storybook,
    project,
    sweep_clusters,
)
from cliplab._core.arguments import checked
from cliplab._core.kinds import count, number

IMAGES = load_storybook(n_images=12)
VECTORS = np.random.default_rng(0).normal(size=(12, 6))
EMBEDDINGS = Embeddings(VECTORS)
SWEEP = sweep_clusters(EMBEDDINGS, range(2, 5))
PROJECTION = Projection(VECTORS[:, :2], "tsne")


@checked(share=number(0, 1), times=count(1, 5))
def _taken(
    *,
    whole: int = 0,
    real: float = 0.0,
    flag: bool = False,
    words: Sequence[str] = (),
    points: ArrayLike = (),
    labels: NDArray[np.int64] | None = None,
    several: Iterable[int] = (),
    named: Mapping[str, float] | None = None,
    share: float = 0.5,
    times: int | None = None,
    random_state: int = 0,
) -> dict[str, Any]:
    """Return what a function gets."""
    return dict(locals())


def test_numbers_of_any_library_become_numbers_of_python():
    for value in (np.int64(3), np.uint8(3), torch.tensor(3).numpy()[()]):
        for name in ("whole", "times", "random_state"):
            assert type(_taken(**{name: value})[name]) is int
    assert _taken(flag=np.bool_(True))["flag"] is True
    assert _taken(real=np.float32(0.5))["real"] == 0.5


def test_tables_of_numbers_become_arrays():
    for value in (
        [[1, 2], [3, 4]],
        ((1.0, 2.0), (3.0, 4.0)),
        pd.DataFrame({"x": [1, 3], "y": [2, 4]}),
        torch.tensor([[1, 2], [3, 4]]),
        np.array([[1, 2], [3, 4]], dtype=object),
    ):
        points = _taken(points=value)["points"]
        assert isinstance(points, np.ndarray)
        assert points.tolist() == [[1, 2], [3, 4]]
    array = np.eye(3)
    assert _taken(points=array)["points"] is array


def test_none_is_taken_only_where_it_may_be_left_out():
    assert _taken(times=None, labels=None)["times"] is None
    with pytest.raises(ValueError, match=r"`whole` must be a whole number\. Got None instead"):
        _taken(whole=None)


def test_a_generator_is_handed_on_unread():
    assert list(_taken(several=(i for i in range(3)))["several"]) == [0, 1, 2]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"whole": 2.0}, r"`whole` must be a whole number\. Got 2\.0 instead\.$"),
        ({"whole": True}, r"`whole` must be a whole number\. Got True instead\.$"),
        ({"real": "half"}, r"`real` must be a number\. Got 'half' instead\.$"),
        ({"share": float("nan")}, r"`share` must be a number from 0 to 1\. Got nan instead\.$"),
        ({"times": 6}, r"`times` must be a whole number from 1 to 5\. Got 6 instead\.$"),
        ({"flag": 1}, r"`flag` must be True or False\. Got 1 instead\.$"),
        ({"words": "one"}, r"`words` must be a list of texts\. Got 'one' instead\.$"),
        ({"words": ["one", 2]}, r"`words` must be a list of texts\. Got 2 instead\.$"),
        ({"several": 8}, r"`several` must be a list of whole numbers\. Got 8 instead: write \[8\]"),
        ({"labels": [0.5]}, r"`labels` must be an array of whole numbers\. Got list instead\.$"),
        ({"points": [["a"]]}, r"`points` must be an array of numbers\. Got list instead\.$"),
        ({"points": 5}, r"`points` must be an array of numbers\. Got int instead\.$"),
        ({"named": {"a": "b"}}, r"`named` must be a dict of texts and numbers\. Got str instead"),
        ({"random_state": -1}, r"whole number from 0 to 2\*\*63 - 1\. Got -1 instead\.$"),
        ({"random_state": 2**63}, r"whole number from 0 to 2\*\*63 - 1\. Got 9223\d+ instead\.$"),
    ],
)
def test_another_kind_is_refused_in_words(given, message):
    with pytest.raises((TypeError, ValueError), match=message):
        _taken(**given)


def test_python_says_itself_which_argument_is_missing_or_unknown():
    with pytest.raises(TypeError, match="unexpected keyword argument 'n_image'"):
        load_storybook(n_image=3)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'images'"):
        explore()


def test_a_long_value_is_cut_short():
    with pytest.raises(ValueError, match=r"Got 'x{399}… instead\.$"):
        _taken(whole="x" * 10_000)


def test_a_signature_and_a_docstring_stay_as_they_are_written():
    parameters = list(inspect.signature(sweep_clusters).parameters)
    assert parameters[:3] == ["embeddings", "n_clusters", "random_state"]
    assert explore.__doc__.startswith("Encode, project and cluster images")


LABORATORY = load_laboratory("arc", n_images=12)
PACK = Pack(IMAGES, EMBEDDINGS)


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        (lambda: explore("photos"), r"Got str instead: a folder\? load_folder\('photos'\)\."),
        (lambda: explore(Path("photos")), r"a folder\? load_folder\('photos'\)\."),
        (lambda: explore(PACK), r"Got Pack instead: a pack\? its images are pack\.images"),
        (lambda: explore(IMAGES.dataset), r"a dataset\? ImageSet\(dataset\)\."),
        (lambda: explore(IMAGES, "storybook"), r"a model\? ClipEncoder\('storybook'\)\."),
        (lambda: project(IMAGES), r"images\? encode them first: ClipEncoder\('storybook'\)"),
        (lambda: project(PACK), r"a pack\? pack\.embeddings\."),
        (lambda: project(LABORATORY), r"a laboratory\? laboratory\.embeddings\."),
        (lambda: project("e.safetensors"), r"a file\? load_embeddings\('e\.safetensors'\)\."),
        (lambda: project(torch.zeros(5, 3, dtype=torch.bfloat16)), r"a tensor\? tensor\.detach"),
        (lambda: Explorer(IMAGES, IMAGES), r"images\? encode them first"),
        (lambda: Pack(IMAGES, VECTORS), r"an array\? Embeddings\(array\)\."),
        (lambda: Explorer(IMAGES, EMBEDDINGS, "tsne"), r"a method\? project\(embeddings, 'tsne'\)"),
        (lambda: Explorer(IMAGES, EMBEDDINGS, VECTORS), r"an array\? Projection\(array\)\."),
        (lambda: Explorer(IMAGES, EMBEDDINGS, None, SWEEP[3]), r"ClusterSweep\(\(clustering,\)\)"),
        (lambda: cliplab.class_agreement(IMAGES, SWEEP), r"one of its clusterings\? sweep\[5\]\."),
        (lambda: sweep_clusters(EMBEDDINGS, 8), r"Got 8 instead: write \[8\]\."),
    ],
)
def test_what_was_meant_is_said(call, hint):
    with pytest.raises((TypeError, ValueError), match=hint):
        call()


@pytest.mark.parametrize("n_images", [1, 2, 3])
def test_too_few_images_are_called_images_before_they_are_encoded(n_images):
    few = ImageSet(IMAGES.dataset.select(range(n_images)))
    with pytest.raises(ValueError, match=rf"`images` must be at least 4 .* Got {n_images} instead"):
        explore(few)


def test_an_array_is_called_what_the_caller_calls_it():
    wrong = np.full((12, 3), np.nan)
    with pytest.raises(ValueError, match="`embeddings` must have rows that are finite"):
        Explorer(IMAGES, wrong)
    with pytest.raises(ValueError, match="`vectors` must have rows that are finite"):
        Embeddings(wrong)


def test_defaults_suit_a_few_images():
    assert sweep_clusters(EMBEDDINGS).n_clusters == tuple(range(2, 12))
    assert cliplab.neighbors_kept(EMBEDDINGS, PROJECTION).n_neighbors == 5
    assert cliplab.neighbor_counts(EMBEDDINGS[:4]).mean() == 3
    assert len(cliplab.compare_algorithms(EMBEDDINGS[:6], 3)) == 6
    assert project(EMBEDDINGS).parameters["perplexity"] < 4


SEEDED = [
    name
    for name in cliplab.__all__
    if "random_state" in inspect.signature(getattr(cliplab, name)).parameters
]
GIVEN: dict[str, Any] = {
    "images": IMAGES,
    "embeddings": EMBEDDINGS,
    "sweep": SWEEP,
    "clustering": SWEEP[3],
    "clusterings": SWEEP.clusterings,
    "n_clusters": 3,
    "name": "mixture",
    "a": 0,
    "b": 1,
    "n_images": 12,
    "n_references": 3,
    "n_resamples": 2,
    "n_starts": 2,
    "n_init": 1,
}


def _call(name: str, random_state: Any) -> Any:
    function = getattr(cliplab, name)
    given = {each: GIVEN[each] for each in inspect.signature(function).parameters if each in GIVEN}
    if name == "compare_embeddings":
        given["embeddings"] = {"CLIP": EMBEDDINGS}
    if name == "sweep_clusters":
        given["n_clusters"] = [3]
    result = function(**given, random_state=random_state)
    return list(result) if inspect.isgenerator(result) else result


def _content(value: Any) -> str:
    """Return what was computed, in digits."""
    if isinstance(value, ClusterSweep):
        return str([each.cluster_labels.tolist() for each in value.clusterings])
    if isinstance(value, Clustering | np.ndarray):
        return str(np.asarray(getattr(value, "cluster_labels", value)).tolist())
    table = value.to_pandas() if hasattr(value, "to_pandas") else value
    return table.to_csv() if isinstance(table, pd.DataFrame) else getattr(value, "sentence", "")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SEEDED if not name.startswith("fetch")])
def test_a_seed_of_any_library_is_the_same_seed_and_may_be_large(name):
    expected = _content(_call(name, 7))
    assert _content(_call(name, np.uint8(7))) == expected
    assert _call(name, 2**63 - 1) is not None


@pytest.mark.parametrize("name", SEEDED)
@pytest.mark.parametrize(
    "seed",
    [None, True, -1, 2**63, 1.0, "0", [1], np.array([1, 2]), np.random.default_rng(0), EMBEDDINGS],
)
def test_what_is_no_seed_is_refused_before_anything_is_computed(name, seed):
    with pytest.raises(
        ValueError, match=r"`random_state` must be a whole number from 0 to 2\*\*63"
    ):
        _call(name, seed)
