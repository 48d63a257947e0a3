"""The public names of the course: each is listed, documented, annotated and imported when used."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from numpydoc.validate import validate
from test_cliplab import RULES

from cliplab import course

STUB = ast.parse(Path(course.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
MODULE_OF = {
    alias.name: f"cliplab.course.{node.module}"
    for node in STUB.body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}
CONTRACT = {
    "KMeansStepper", "MapGrid", "another_sample", "ask", "begin", "check", "hand_in",
    "load_lesson", "predict", "reset", "save_lesson", "settings", "summarize_hand_ins",
}  # fmt: skip
FUNCTIONS = [name for name in course.__all__ if inspect.isfunction(getattr(course, name))]
CLASSES = [name for name in course.__all__ if inspect.isclass(getattr(course, name))]
METHODS = [
    f"{name}.{member}"
    for name in CLASSES
    for member, value in vars(getattr(course, name)).items()
    if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
]


def test_the_names_of_the_contract_are_public():
    assert set(course.__all__) >= CONTRACT
    assert course.__all__ == sorted(MODULE_OF)


@pytest.mark.parametrize("name", course.__all__)
def test_every_public_name_comes_from_the_module_that_the_list_names(name):
    assert MODULE_OF[name].startswith(getattr(course, name).__module__)


@pytest.mark.parametrize("path", CLASSES + FUNCTIONS + METHODS)
def test_every_docstring_follows_numpydoc(path):
    module = MODULE_OF[path.split(".")[0]]
    flaws = [
        f"{code}: {what}" for code, what in validate(f"{module}.{path}")["errors"] if code in RULES
    ]
    assert flaws == []


@pytest.mark.parametrize("name", CLASSES + FUNCTIONS)
def test_every_class_and_function_has_an_example(name):
    assert ">>> " in getattr(course, name).__doc__


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_annotated(name):
    signature = inspect.signature(getattr(course, name))
    annotations = [each.annotation for each in signature.parameters.values()]
    assert inspect.Signature.empty not in [*annotations, signature.return_annotation]


def test_importing_the_course_loads_no_heavy_library():
    heavy = {"bokeh", "datasets", "ipywidgets", "matplotlib", "numpy", "pandas", "sklearn", "torch"}
    code = f"import sys; from cliplab import course; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
