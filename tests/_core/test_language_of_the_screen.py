"""No words of the screen are left in code, templates or scripts: they stand in the messages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SCREEN = Path(__file__).parents[2] / "cliplab" / "explorer"

# Two words beside each other, or a word beside a gap.
WORDS = re.compile(r"[^\W\d_]{2,}[,.:;]? [^\W\d_]+|^ [^\W\d_]{2,}|[^\W\d_]{2,} $|…|⚠")
ONE_WORD = re.compile(r"[^\W\d_]{3,}")
# Where a single word is said.
SAYS = {"description", "placeholder", "tooltip", "tooltips", "label", "axis_label", "title"}
SAYING = {"with_tooltip", "button", "note", "set_title", "say_where"}
# What is given names of parts and traits, or code, or what an error says, which is English.
NAMING = {"part", "part_of", "change_glyphs", "draw_points", "_derived", "wrong_value"}
CODE = re.compile(r"\w\(|=>|^(const|return) ")
NOT_SAID = {
    "names of parts of the screen": {
        "cluster numbers", "evidence ", "evidence plots", "image colours", "map images", "null ",
        "number of clusters", "your clusters",
    },
    "names in code": {
        "as they are", "centered embedding", "likeness to words", "my groups", "neighbor counts",
        "neighbors kept", "null data",
    },
    "looks": {"row wrap", "…"},
    "what fingers do": {"one finger left", "two fingers"},
    "errors, which are English": {
        "for ", " and ", " of them", " Did you mean ", "rows of images, at least one",
        (
            " images: to project and cluster ten times as many rows would take hours. "
            "Open an Explorer on "
        ),
        (
            "where the map or the clusters were made elsewhere: it is not known how to make them "
            "of null data"
        ),
    },
}  # fmt: skip
KNOWN = set[str]().union(*NOT_SAID.values())
FILES_WITHOUT_WORDS = {"still.py": "names of fonts", "palettes.py": "colours"}
# What follows a bracket or a brace, or names several classes, is for the browser.
FOR_THE_BROWSER = re.compile(r"\{ |\w\(|^\(|<rect|cliplab-")


def _literals(node: ast.AST, *, is_said: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield each string in code that a reader may get to read, and whether that is certain."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, is_said
    if _is_not_read(node):
        return
    says = isinstance(node, ast.keyword) and node.arg in SAYS
    says |= isinstance(node, ast.Call) and _called(node) in SAYING
    for child in ast.iter_child_nodes(node):
        yield from _literals(child, is_said=says)


def _is_not_read(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):  # A docstring.
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Call):
        return _called(node) in NAMING
    if isinstance(node, ast.keyword):
        return node.arg == "name"
    if isinstance(node, ast.Assign):  # What an argument must be.
        return any(isinstance(each, ast.Name) and each.id == "must" for each in node.targets)
    return isinstance(node, ast.Raise) or getattr(node, "name", "") == "__repr__"


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _said_in_code(text: str) -> list[str]:
    return [
        literal
        for literal, is_said in _literals(ast.parse(text))
        if literal not in KNOWN
        and not CODE.search(literal)
        and (WORDS.search(literal) or (is_said and ONE_WORD.fullmatch(literal)))
    ]


def _said_in_template(text: str) -> list[str]:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style>.*?</style>", "", text, flags=re.DOTALL)
    said = re.findall(r"\b(?:alt|title|placeholder|aria-label)=[\"']([^\"']*)", text)
    said += re.sub(r"<[^>]*>", "\n", text).splitlines()
    return [each for each in said if re.search(r"[^\W\d_]", re.sub(r"\$index\S*", "", each))]


def _said_in_script(text: str) -> list[str]:
    text = re.sub(r"^\s*//.*$|^import .*;$", "", text, flags=re.MULTILINE)
    literals = re.findall(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`([^`]*)`", text)
    said = [re.sub(r"\$\{[^}]*\}", "", "".join(each)) for each in literals]
    return [
        each
        for each in said
        if WORDS.search(each) and each not in KNOWN and not FOR_THE_BROWSER.search(each)
    ]


FOUND_BY = {".py": _said_in_code, ".html": _said_in_template, ".js": _said_in_script}
FILES = [
    path
    for path in sorted(SCREEN.rglob("*"))
    if path.suffix in FOUND_BY and path.name not in FILES_WITHOUT_WORDS
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SCREEN).as_posix())
def test_what_a_reader_reads_stands_in_the_messages(path):
    assert FOUND_BY[path.suffix](path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("suffix", "text", "said"),
    [
        (".py", 'title = f"{n} clusters of {m} images"', [" clusters of ", " images"]),
        (".py", 'note("Reading …")', ["Reading …"]),
        (".py", 'Dropdown(description="seed")', ["seed"]),
        (".py", 'words = "Choose two clusters."', ["Choose two clusters."]),
        (".html", '<b title="{{ x }}">{{ say("a") }} images</b>', [" images"]),
        (".html", '<img alt="a map" src="{{ x }}">', ["a map"]),
        (".js", "text.textContent = `${n} clusters found`;", [" clusters found"]),
        (".js", 'element("b", { text: "not measured" })', ["not measured"]),
    ],
)
def test_words_that_are_new_in_code_are_found(suffix, text, said):
    assert FOUND_BY[suffix](text) == said


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".py", '"""A module says what it does."""'),
        (".py", 'raise ValueError("`k` must be a number.")'),
        (".py", 'plot.text("x", "y", name="cluster numbers")'),
        (".html", "<style>.a { color: red }</style>{{ say('a') }}"),
        (".js", "// The table of the clusters."),
        (".js", 'import { element } from "./elements.js";'),
    ],
)
def test_docstrings_errors_and_names_are_no_words_of_the_screen(suffix, text):
    assert FOUND_BY[suffix](text) == []


def test_what_is_left_out_is_still_there():
    literals = {
        literal
        for path in FILES
        if path.suffix == ".py"
        for literal, _ in _literals(ast.parse(path.read_text(encoding="utf-8")))
    }
    scripts = "".join(path.read_text(encoding="utf-8") for path in FILES if path.suffix == ".js")
    assert {each for each in KNOWN if each not in literals and f'"{each}"' not in scripts} == set()
