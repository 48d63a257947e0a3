"""The glossary's words: those that are not used are found nowhere in the project's text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("benchmarks", "binder", "cliplab", "docs", "notebooks", "tests", "tools", ".github")
KINDS = {".css", ".html", ".ipynb", ".js", ".json", ".md", ".mjs", ".py", ".pyi", ".toml", ".yml"}
# History stays as it was written, and a list of words has to name them.
EXEMPT = {"CHANGELOG.md", "docs/decisions.md", "docs/glossary.md", "tests/docs/test_glossary.py"}

# Inside names too (`by_lot`), but not inside other words ("arrival", "plane").
NOT_USED = {
    rf"(?<![A-Za-z])(?i:{word})(?![a-z])"
    for word in (
        "reckon(s|ed|ing)?",
        "rivals?",
        "lots",
        "by[ _]lot",
        "lottery",
        "lanes?",
        "control[ _]groups?",
        "(picture|projection|map|t-SNE) that stands",
    )
}
OLD_NAMES = {
    "Moves", "Shards", "SilhouetteCase", "cluster_shards", "least_support", "measure_in",
    "place_images", "project_shards", "show_moves", "silhouette_case", "sweep_shards", "what_moved",
}  # fmt: skip
# "a picture of a dog" is what CLIP is asked with.
IN_THE_PACKAGE = {r"(?i:pictures?)(?![ -]book| of (a|the|\{))", r"html\.escape"}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Each file's text, by its path."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    paths += [path for path in ROOT.iterdir() if path.is_file()]
    return {
        name: path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix in KINDS or path.name == "Makefile"
        if (name := path.relative_to(ROOT).as_posix()) not in EXEMPT
    }


def _found(pattern: str, texts: dict[str, str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize("pattern", sorted(NOT_USED))
def test_a_word_that_the_glossary_replaces_is_not_used(pattern, texts):
    assert _found(pattern, texts) == []


@pytest.mark.parametrize("name", sorted(OLD_NAMES))
def test_an_old_public_name_is_gone(name, texts):
    assert _found(rf"\b{name}\b", texts) == []


@pytest.mark.parametrize("pattern", sorted(IN_THE_PACKAGE))
def test_the_package_says_image_and_escapes_by_templates(pattern, texts):
    code = {
        name: text
        for name, text in texts.items()
        if re.match(r"cliplab/.*\.(py|pyi|js|html)$", name)
    }
    assert _found(pattern, code) == []


def test_a_word_inside_another_is_not_meant():
    text = {"a": "the arrival of a plane, slots and a pilot: Control by lottie"}
    assert all(_found(pattern, text) == [] for pattern in NOT_USED)
    assert all(
        any(_found(pattern, {"a": word}) for pattern in NOT_USED)
        for word in ("reckoned", "rival_medoid", "Lane", "by_lot", "a map that stands")
    )
