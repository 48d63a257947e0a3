"""Scripts: what Python makes of them, and their own tests, which node runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import cliplab
from cliplab._core.scripts import script

PACKAGE, TESTS = Path(cliplab.__file__).parent, Path(__file__).parents[1]
SCRIPTS = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS)
def test_a_script_is_the_body_of_a_function(path):
    text = script(path)
    assert "function " in text
    # Not the words themselves: Bokeh has a function `export`.
    assert re.search(r"^(export|import)\b", text, re.MULTILINE) is None


def test_each_script_has_tests_of_its_own():
    tested = [
        path.relative_to(TESTS).as_posix().replace(".test.mjs", ".js")
        for path in TESTS.rglob("*.test.mjs")
    ]
    assert sorted(tested) == SCRIPTS


@pytest.mark.slow
def test_the_scripts_pass_their_own_tests():
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("node runs the tests of scripts, and it is not on this machine")
    files = [str(path) for path in TESTS.rglob("*.test.mjs")]
    done = subprocess.run([node, "--test", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_only_our_scripts_are_modules_and_not_those_of_jupyterlab_in_the_environment():
    root = Path(__file__).parents[2]
    assert "type" not in json.loads((root / "package.json").read_text(encoding="utf-8"))
    ours = json.loads((root / "cliplab/explorer/package.json").read_text(encoding="utf-8"))
    assert ours["type"] == "module"
