"""Each argument of each public name, given what is wrong: one form of sentence, before any work.

The table is made from the signatures, so a new function is in it without a line here.
"""

from __future__ import annotations

import inspect
import re
import threading
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import datasets
import numpy as np
import pandas as pd
import pytest
import torch
from test_cliplab import VALUES

import cliplab
from cliplab import course
from cliplab.course.map_series import MapKey

# Which argument, what it must be, and what was given.
SENTENCE = re.compile(r"`(\w+)`.* (must|can) .+Got .+ instead", re.DOTALL)
N = 12
VECTORS = np.random.default_rng(0).normal(size=(N, 6))
EMBEDDINGS = cliplab.Embeddings(VECTORS)
SWEEP = cliplab.sweep_clusters(EMBEDDINGS, range(2, 6))


def _images() -> cliplab.ImageSet:
    """Return images that cannot be decoded: so whoever decodes one is found."""
    columns = {
        "image": [{"bytes": b"no image", "path": None}] * N,
        "image_id": [f"image-{i}" for i in range(N)],
        "class_label": [i % 3 for i in range(N)],
    }
    kinds = {
        "image": datasets.Image(),
        "image_id": datasets.Value("string"),
        "class_label": datasets.ClassLabel(names=["cat", "dog", "fish"]),
    }
    table = datasets.Dataset.from_dict(columns, features=datasets.Features(kinds))
    return cliplab.ImageSet(table)


IMAGES = _images()
READABLE = cliplab.load_storybook(N)
ENCODER = cliplab.ClipEncoder("storybook")
# A right value for each name in an annotation, where a right one is needed.
RIGHT = VALUES | {
    "ImageSet": IMAGES,
    "Embeddings": EMBEDDINGS,
    "Projection": cliplab.Projection(VECTORS[:, :2], "tsne"),
    "Clustering": SWEEP[3],
    "ClusterSweep": SWEEP,
    "_Measured": SWEEP[3],
    "Answer": VALUES["Evidence"].answer,
    "ClipEncoder": ENCODER,
    "TextEncoder": ENCODER,
    "DataFrame": pd.DataFrame({"a": [1.0]}),
    "Dataset": IMAGES.dataset,
    "PathLike": Path("nowhere"),
    "AnotherSample": course.another_sample(READABLE, EMBEDDINGS, n_clusters=2),
    "Callable": lambda *_: None,
    "Mapping": {},
    "dict": {},
    "ArrayLike": VECTORS,
    "NDArray": np.arange(N),
    "Sequence": [],
    "Iterable": [2, 3],
    "tuple": (),
    "int": 2,
    "float": 0.5,
    "str": "words",
    "bytes": READABLE.file_bytes(0),
    "MapKey": MapKey(2.0, 0),
    "MapComparison": course.compare_maps(
        EMBEDDINGS, *[cliplab.Projection(VECTORS[:, :2], "tsne")] * 2, SWEEP[3]
    ),
    "Sorting": course.sort_images(READABLE, ["a"] * N),
    "Any": 0,
    "object": 0,
}


class Wrong(NamedTuple):
    """A value, and the names in annotations for which it is the right one, or may be."""

    value: Any
    right_for: frozenset[str] = frozenset()
    doubtful_for: frozenset[str] = frozenset()


def _wrong(value: Any, right_for: str = "", doubtful_for: str = "") -> Wrong:
    return Wrong(value, frozenset(right_for.split()), frozenset(doubtful_for.split()))


LISTS = "Sequence Iterable Collection tuple "
ARRAYS = "ArrayLike NDArray "
WRONG = {
    "images": _wrong(IMAGES, "ImageSet"),
    "embeddings": _wrong(EMBEDDINGS, "Embeddings ArrayLike NDArray"),
    "projection": _wrong(RIGHT["Projection"], "Projection ArrayLike NDArray"),
    "clustering": _wrong(SWEEP[3], "Clustering _Measured"),
    "sweep": _wrong(SWEEP, "ClusterSweep _Measured Mapping"),
    "encoder": _wrong(ENCODER, "ClipEncoder TextEncoder"),
    "pack": _wrong(cliplab.Pack(IMAGES, EMBEDDINGS)),
    "None": _wrong(None, "None"),
    "True": _wrong(True, "bool"),
    "-1": _wrong(-1, "", "int float"),
    "2**70": _wrong(2**70, "", "int float"),
    "1.5": _wrong(1.5, "", "float"),
    "nan": _wrong(float("nan"), "", "float"),
    "text": _wrong("no such thing", "", "str Iterable"),
    "bytes": _wrong(b"bytes", "bytes"),
    "path": _wrong(Path("nowhere"), "PathLike"),
    "object": _wrong(object()),
    "class": _wrong(cliplab.ImageSet, "Callable"),
    "module": _wrong(np),
    "function": _wrong(lambda *_: None, "Callable"),
    "generator": _wrong((i for i in range(3)), "", "Iterable tuple"),
    "numpy's generator": _wrong(np.random.default_rng(0)),
    "no list": _wrong([], "", LISTS + ARRAYS),
    "list of paths": _wrong([Path("a.jpg")], "", LISTS),
    "list of texts": _wrong(["a", "b"], "", LISTS),
    "list of None": _wrong([None, None], "", LISTS),
    "ragged list": _wrong([[1, 2], [3]], "", LISTS),
    "no dict": _wrong({}, "", "dict Mapping"),
    "dict": _wrong({"a": 1}, "", "dict Mapping"),
    "set": _wrong({1, 2}, "", "Collection Iterable tuple"),
    "table with text": _wrong(pd.DataFrame({"a": ["x", "y"]}), "DataFrame", LISTS),
    "tensor": _wrong(torch.zeros(3, 2, dtype=torch.bfloat16), "", LISTS),
    "dataset": _wrong(datasets.Dataset.from_dict({"a": [1]}), "", "Dataset " + LISTS),
    "array of texts": _wrong(np.array([["a", "b"]]), "", LISTS),
    "complex array": _wrong(np.ones((3, 2)) * 1j, "", LISTS),
    "row": _wrong(np.arange(3.0), "", LISTS + ARRAYS),
    "array of nan": _wrong(np.full((N, 2), np.nan), "", LISTS + ARRAYS),
    "no images": _wrong(IMAGES[[]], "", "ImageSet"),
    "no embeddings": _wrong(EMBEDDINGS[[]], "", "Embeddings " + ARRAYS),
}


def _public() -> dict[str, Any]:
    """Return the functions, the classes, and the methods of these that are our own."""
    found = {name: getattr(cliplab, name) for name in cliplab.__all__ if name != "course"}
    found |= {f"course.{name}": getattr(course, name) for name in course.__all__}
    for name, some in list(found.items()):
        for member in vars(some) if inspect.isclass(some) else ():
            method = getattr(some, member)
            if not member.startswith("_") and (
                inspect.isfunction(method) or inspect.ismethod(method)
            ):
                found[f"{name}.{member}"] = method
    return {name: some for name, some in found.items() if callable(some)}


PUBLIC = _public()


def _parameters(path: str) -> dict[str, inspect.Parameter]:
    """Return the arguments that have a kind; what is called ``**chosen`` has none."""
    found = inspect.signature(PUBLIC[path]).parameters.values()
    return {
        each.name: each
        for each in found
        if each.annotation is not each.empty and each.kind is not each.VAR_KEYWORD
    }


PATHS = [path for path in PUBLIC if _parameters(path)]


def _names(parameter: inspect.Parameter) -> set[str]:
    """Return the names in an annotation, without what is in brackets."""
    annotation = str(parameter.annotation)
    while "[" in annotation:
        annotation = re.sub(r"\[[^\[\]]*\]", "", annotation)
    return set(re.findall(r"\w+", annotation))


def _owner(name: str, right: dict[str, Any]) -> Any:
    name = name.removeprefix("course.")
    return MADE[name]() if name in MADE else right[name]


@cache
def _explorer() -> cliplab.Explorer:
    return cliplab.Explorer(READABLE, EMBEDDINGS, RIGHT["Projection"], SWEEP)


def _stored() -> cliplab.StoredEmbeddings:
    folder = Path("store").absolute()
    ENCODER.encode_images(READABLE[:2], store=folder)
    return cliplab.StoredEmbeddings(folder)


@cache
def _stepper() -> course.KMeansStepper:
    return course.KMeansStepper(READABLE, EMBEDDINGS, RIGHT["Projection"], n_clusters=3)


@cache
def _grid() -> course.MapGrid:
    grid = course.MapGrid(EMBEDDINGS, perplexities=[2, 3], random_states=[0])
    grid.settle()
    return grid


MADE = {
    "Explorer": _explorer,
    "StoredEmbeddings": _stored,
    "KMeansStepper": _stepper,
    "MapGrid": _grid,
}


def _caller(path: str, right_values: dict[str, Any]) -> Any:
    """Return a function of an argument's name and value, which calls what has the path."""
    owner, _, method = path.rpartition(".")
    is_method = owner not in ("", "course")
    function = getattr(_owner(owner, right_values), method) if is_method else PUBLIC[path]
    right = {
        name: next(each for kind, each in right_values.items() if kind in _names(parameter))
        for name, parameter in _parameters(path).items()
        if parameter.default is parameter.empty
    }

    def call(name: str, value: Any) -> Exception | None:
        try:
            result = function(**right | {name: value})
            if inspect.isgenerator(result):
                next(result, None)
        except Exception as error:
            return error
        return None

    return call


@pytest.mark.parametrize("path", PATHS)
def test_a_value_of_another_kind_is_refused_in_words_before_any_work(
    path, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    call = _caller(path, RIGHT)
    capfd.readouterr()
    before = {*tmp_path.rglob("*")}, threading.active_count()
    flaws = []
    for name, parameter in _parameters(path).items():
        kinds = _names(parameter)
        for label, (value, right_for, doubtful_for) in WRONG.items():
            if kinds & {"Any", "object", *right_for, *doubtful_for}:
                continue
            error = call(name, value)
            said = SENTENCE.match(str(error))
            if not said or said[1] != name or not isinstance(error, TypeError | ValueError):
                flaws.append(f"{name} = {label}: {type(error).__name__}: {error}")
    assert not flaws, "\n".join(flaws)
    after = {*tmp_path.rglob("*")}, threading.active_count()
    assert after == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
# What is asked for elsewhere is refused elsewhere, and is tested with servers.
@pytest.mark.parametrize("path", [path for path in PATHS if not re.search("fetch|hub", path)])
def test_a_value_of_the_kind_that_makes_no_sense_is_refused_in_words_too(
    path, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    call = _caller(path, RIGHT | {"ImageSet": READABLE})
    flaws = []
    for name, parameter in _parameters(path).items():
        for label, (value, _, doubtful_for) in WRONG.items():
            if _names(parameter) & doubtful_for and not _names(parameter) & {"Any", "object"}:
                error = call(name, value)
                if error is not None and not SENTENCE.match(str(error)):
                    flaws.append(f"{name} = {label}: {type(error).__name__}: {error}")
    assert not flaws, "\n".join(flaws)
