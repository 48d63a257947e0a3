"""DESIGN.md says of rooms and layers what the linter's contract and the folders say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DESIGN = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = {
    contract["containers"][0]: contract["layers"]
    for contract in PROJECT["tool"]["importlinter"]["contracts"]
    if contract["type"] == "layers"
}


def _rooms(package: str) -> set[str]:
    """Return the folders with code and the modules inside a package."""
    folder = ROOT / package.replace(".", "/")
    folders = {path.name for path in folder.iterdir() if any(path.glob("**/*.py"))}
    return folders | {path.stem for path in folder.glob("[a-z]*.py")}


def test_the_contract_has_nine_layers_and_six_inside_the_screen():
    sizes = {package: len(layers) for package, layers in LAYERS.items()}
    assert sizes == {"cliplab": 9, "cliplab.explorer": 6}


def test_the_contract_has_no_exception():
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    assert all("ignore_imports" not in contract for contract in contracts)


@pytest.mark.parametrize("package", sorted(LAYERS))
def test_the_layers_are_those_of_the_contract(package):
    assert " → ".join(LAYERS[package]) in DESIGN


@pytest.mark.parametrize("package", sorted(LAYERS))
def test_the_drawing_of_the_rooms_has_all_that_are_there(package):
    indent = "  " * (package.count(".") + 1)
    (drawing,) = re.findall(r"```\n(cliplab/\n.*?)```", DESIGN, re.DOTALL)
    if package == "cliplab.explorer":
        (drawing,) = re.findall(r"^  explorer/.*\n((?:    .*\n)*)", drawing, re.MULTILINE)
    drawn = re.findall(rf"^{indent}(\w+)(?:/|\.py| )", drawing, re.MULTILINE)
    assert sorted(drawn) == sorted(_rooms(package))


def test_every_file_that_is_named_is_there():
    named = re.findall(r"`([a-z_/]+(?:\.py|/))`", DESIGN)
    places = (ROOT, ROOT / "cliplab", ROOT / "cliplab" / "explorer")
    assert len(named) > 10
    assert [name for name in named if not any((place / name).exists() for place in places)] == []
