"""What `import cliplab` shows: every name is there, explained, annotated, and cheap to import."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from numpydoc.validate import validate

import cliplab

# Each of numpydoc's rules that is kept. A docstring begins on the line of its quotes and may do
# without an extended summary, "See Also" and full stops in the lists.
RULES = {
    "GL03", "GL05", "GL06", "GL07", "GL08", "GL09", "GL10",  # sections: known, in order
    "SS01", "SS02", "SS03", "SS04", "SS06",  # the first line: a sentence on one line
    "PR01", "PR02", "PR03", "PR04", "PR10",  # every parameter, in order, with its type
    "RT01", "RT03", "YD01",  # what comes back, and what it means
}  # fmt: skip

CONTRACT = {
    "ClipEncoder", "ClusterSweep", "Clustering", "Embeddings", "Explorer", "ExplorerState",
    "ImageSet", "Projection", "class_agreement", "explore",
    "fetch_hub_images", "fetch_open_images", "load_folder", "load_storybook",
    "project", "sweep_clusters",
}  # fmt: skip


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


@pytest.mark.parametrize("name", cliplab.__all__)
def test_every_public_name_comes_from_the_room_that_the_list_names(name):
    room = MODULE_OF[name]
    assert (getattr(cliplab, name).__module__ + ".").startswith(room + ".")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="attribute load_story"):
        cliplab.load_story  # noqa: B018


def test_importing_cliplab_loads_no_heavy_library():
    heavy = {"bokeh", "datasets", "ipywidgets", "numpy", "open_clip", "pandas", "sklearn", "torch"}
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
