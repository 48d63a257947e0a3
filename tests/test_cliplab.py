"""The public names: each is listed, documented, annotated and imported when it is used."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpydoc.validate import validate

import cliplab
from cliplab.evaluation.evidence.answers import Answer

# The rules of numpydoc that are checked. A docstring begins on the line of its quotes; it needs no
# extended summary, no "See Also" and no full stops in the lists.
RULES = {
    "GL03", "GL05", "GL06", "GL07", "GL08", "GL09", "GL10",  # sections: known, in order
    "SS01", "SS02", "SS03", "SS04", "SS06",  # the first line: a sentence on one line
    "PR01", "PR02", "PR03", "PR04", "PR10",  # every parameter, in order, with its type
    "RT01", "RT03", "YD01",  # what comes back, and what it means
}  # fmt: skip

# The names of the design that exist already.
CONTRACT = {
    "ClipEncoder", "ClusterSweep", "ClusterTransitions", "Clustering", "Embeddings", "Explorer",
    "ExplorerState", "ImageSet", "Projection", "SilhouetteExplanation", "StoredEmbeddings",
    "add_to_projection", "class_agreement", "compare_clusterings", "explain_silhouette", "explore",
    "fetch_hub_images", "fetch_open_images", "load_folder", "load_laboratory", "load_storybook",
    "neighbor_counts", "neighbors_kept", "project",
    "remeasure", "show_elbow", "show_evidence", "show_projection", "show_silhouettes",
    "show_transitions", "show_valley", "sweep_clusters", "valley",
}  # fmt: skip

# The data that functions work on, in the order of the pipeline.
DATA = [
    {"images"},
    {"embeddings"},
    {"projection", "projections"},
    {"sweep", "sweeps", "clustering", "before", "after", "first", "second"},
    {"encoder"},
]


def _methods(name: str) -> list[str]:
    """Methods and properties of a public class that are our own."""
    public_class = getattr(cliplab, name)
    return [
        f"{name}.{member}"
        for member, value in vars(public_class).items()
        if not member.startswith("_") and (callable(value) or isinstance(value, property))
    ]


CLASSES = [name for name in cliplab.__all__ if inspect.isclass(getattr(cliplab, name))]
FUNCTIONS = [name for name in cliplab.__all__ if name not in CLASSES]
METHODS = [method for name in CLASSES for method in _methods(name)]


def _look_up(path: str):
    value = cliplab
    for name in path.split("."):
        value = (
            inspect.getattr_static(value, name) if value is not cliplab else getattr(value, name)
        )
    return value


STUB = ast.parse(Path(cliplab.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
MODULE_OF = {
    alias.name: f"cliplab.{node.module}"
    for node in STUB.body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}


def test_every_public_name_is_listed_once_and_re_exported():
    listed = [
        (alias.name, alias.asname)
        for node in STUB.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert len(set(listed)) == len(listed)
    assert all(name == shown for name, shown in listed)
    assert cliplab.__all__ == sorted(MODULE_OF)


def test_the_names_of_the_contract_are_public():
    assert set(cliplab.__all__) >= CONTRACT


def test_the_names_of_the_contract_inside_of_classes_and_functions_exist():
    assert {"committed_k", "n_clusters", "null_data", "selected"} <= set(
        cliplab.ExplorerState.class_trait_names()
    )
    assert _positional("agreement_by_label")[-1] == "min_support"
    assert _positional("borderline_images")[-1] == "tolerance"
    for name in (
        "show_elbow",
        "show_evidence",
        "show_projection",
        "show_silhouettes",
        "show_valley",
    ):
        assert inspect.signature(getattr(cliplab, name)).return_annotation == "FigureDisplay"


@pytest.mark.parametrize("name", cliplab.__all__)
def test_every_public_name_comes_from_the_room_that_the_list_names(name):
    room = MODULE_OF[name]
    assert (getattr(cliplab, name).__module__ + ".").startswith(room + ".")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="attribute load_story"):
        cliplab.load_story  # noqa: B018


def _arguments(path: str) -> list[inspect.Parameter]:
    value = _look_up(path)
    function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
    parameters = inspect.signature(function).parameters.values()
    return [each for each in parameters if each.name not in ("self", "cls")]


def _positional(path: str) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each.name for each in _arguments(path) if each.kind in kinds]


def _rank(name: str) -> int | None:
    """Return where in the pipeline an argument belongs; None if it is not data."""
    return next((rank for rank, names in enumerate(DATA) if name in names), None)


@pytest.mark.parametrize("path", [*FUNCTIONS, *METHODS, "ClipEncoder", "Explorer", "Pack"])
def test_data_come_in_the_order_of_the_pipeline(path):
    """Images, embeddings, projection, sweep or clustering, encoder."""
    if not isinstance(_look_up(path), property):
        ranks = [_rank(name) for name in _positional(path)]
        data = [rank for rank in ranks if rank is not None]
        assert data == sorted(data)


@pytest.mark.parametrize("path", sorted({*FUNCTIONS, *METHODS, "Explorer"}))
def test_all_but_data_and_one_more_argument_are_keyword_only(path):
    """The rule: data, and at most one other argument, are positional. All others are keyword-only.

    The one other argument is what the function asks of the data, for example `n_clusters` or
    `text`, or where it reads from or writes to, for example `path`. Two clusters, `a` and `b`, are
    one. The constructors of values
    are not functions: they take their fields.
    """
    if not isinstance(_look_up(path), property):
        others = [name for name in _positional(path) if _rank(name) is None]
        others = ["a and b" if name == "a" else name for name in others if name != "b"]
        assert len(others) <= 1
        assert "random_state" not in others


def _values() -> dict[str, object]:
    """Make one small value of each public class that is a value."""
    images = cliplab.load_storybook(n_images=4)
    embeddings = cliplab.Embeddings(np.eye(4))
    clustering = cliplab.Clustering([0, 0, 1, 1], np.eye(2, 4), 1.0, [0.5] * 4)
    agreement = cliplab.class_agreement(images, clustering)
    scores = pd.DataFrame({"silhouette_main": [np.nan, 0.5], "gap": [0, 1], "gap_error": 0.1})
    scores["stability"] = scores["fullness"] = scores["silhouette_main"]
    scores = scores.set_index(pd.Index([1, 2], name="n_clusters"))
    labels = pd.DataFrame({"cluster_label": [0], "label_name": ["Dog"], "n_present": [2]})
    values = [
        images,
        images.credits(),
        images.attribution[0],
        embeddings,
        cliplab.NamedGroup([0, 1], "cats"),
        cliplab.Projection(np.eye(4, 2)),
        clustering,
        cliplab.ClusterSweep((clustering,)),
        agreement,
        cliplab.AlgorithmComparison({"K-means": clustering}, {"K-means": 2}),
        cliplab.ClusterNames(("cat", "dog"), [[0.9, 0.1], [0.2, 0.3]], ("cat", "unsure")),
        cliplab.ClusterTransitions(np.array([0, 0, 1]), np.array([0, 1, 1])),
        cliplab.Comparison({"CLIP": agreement}, {"CLIP": np.zeros(3)}, 2),
        cliplab.Evidence(scores, Answer("no verdict"), space="tsne"),
        cliplab.LabelAgreement(labels, n_clusters=2, n_images=4, n_unlabelled=1),
        cliplab.load_laboratory("arc", n_images=4),
        cliplab.NeighborsKept(1, np.array([1.0, 0.0]), np.array([[1], [0]]), 0.9, 0.8),
        cliplab.Valley(0, 1, np.arange(2), np.array([0.0, 1.0]), (1.0, 0.0, 1.0), 0.5),
        cliplab.SilhouetteExplanation(0, 0, 1, a=0.5, b=1.0, medoid=1, nearest_medoid=2),
        cliplab.TextRanking("a cat", [0.1, 0.2]),
        cliplab.Pack(images, embeddings),
    ]
    return {type(value).__name__: value for value in values}


VALUES = _values()
NOT_VALUES = {"ClipEncoder", "Explorer", "ExplorerState", "StoredEmbeddings"}
WITHOUT_ROWS = {"Attribution", "Pack"}


def test_every_public_class_is_a_value_or_is_known_not_to_be():
    assert set(CLASSES) == set(VALUES) | NOT_VALUES


@pytest.mark.parametrize("name", ["labels_", "cluster_centers_", "inertia_"])
def test_a_clustering_can_be_read_under_the_names_of_scikit_learn(name):
    assert getattr(VALUES["Clustering"], name) is not None


def test_a_clustering_becomes_a_table_of_clusters_or_of_images():
    clustering, images = VALUES["Clustering"], VALUES["ImageSet"]
    assert (len(clustering.to_pandas()), len(clustering.to_pandas(images))) == (2, 4)


@pytest.mark.parametrize("name", VALUES)
def test_the_repr_of_a_value_begins_with_its_class(name):
    assert re.match(rf"{name}\b", repr(VALUES[name]))


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_value_has_html_for_notebooks(name):
    html = VALUES[name]._repr_html_()
    assert isinstance(html, str)
    assert html


@pytest.mark.parametrize("name", sorted(set(VALUES) - WITHOUT_ROWS))
def test_a_value_with_rows_becomes_a_table(name):
    assert isinstance(VALUES[name].to_pandas(), pd.DataFrame)


def test_importing_cliplab_loads_no_heavy_library():
    heavy = {
        "bokeh", "datasets", "ipywidgets", "matplotlib", "numpy", "open_clip", "pandas", "sklearn",
        "torch",
    }  # fmt: skip
    code = f"import sys, cliplab; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("path", CLASSES + FUNCTIONS + METHODS)
def test_every_docstring_follows_numpydoc(path):
    full = f"{getattr(cliplab, path.split('.')[0]).__module__}.{path}"
    flaws = [f"{code}: {what}" for code, what in validate(full)["errors"] if code in RULES]
    assert flaws == []


@pytest.mark.parametrize("name", CLASSES + FUNCTIONS)
def test_every_class_and_function_has_examples(name):
    assert ">>> " in getattr(cliplab, name).__doc__


@pytest.mark.parametrize("path", CLASSES + FUNCTIONS + METHODS)
def test_everything_public_is_annotated(path):
    value = _look_up(path)
    if isinstance(value, property):
        value = value.fget
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    function = value.__init__ if inspect.isclass(value) else value
    signature = inspect.signature(function)
    unannotated = [
        parameter.name
        for parameter in signature.parameters.values()
        if parameter.annotation is parameter.empty and parameter.name not in ("self", "cls")
    ]
    assert unannotated == []
    assert signature.return_annotation is not inspect.Signature.empty
