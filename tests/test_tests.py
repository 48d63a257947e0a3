"""The tests themselves: each file is at the path of what it tests."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FILES = sorted([*TESTS.rglob("test_*.py"), *TESTS.rglob("*.test.mjs")])
# What several rooms are tested with, and what is tested as a whole.
WITHOUT_A_SUBJECT = {"browser", "loopback"}


def _subjects(test: Path) -> list[Path]:
    """Return the modules, folders and files that a test may be about, by its path.

    ``tests/a/test_b.py`` is about ``b`` in ``cliplab/a/`` or in ``a/``, and ``test_b_aspect.py``
    is a second file about it. A script ``b.js`` has its test in ``b.test.mjs``.
    """
    name = test.name.partition(".")[0].removeprefix("test_")
    folder = test.parent.relative_to(TESTS)
    places = [place / folder for place in (ROOT / "cliplab", ROOT)]
    return [
        path
        for place in places
        if place.is_dir()
        for path in place.iterdir()
        if f"{name}_".startswith(f"{path.stem.lower()}_")
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_every_test_file_is_at_the_path_of_what_it_tests(path):
    if path.relative_to(TESTS).parts[0] not in WITHOUT_A_SUBJECT:
        assert _subjects(path)


def test_a_test_of_what_is_not_there_is_found():
    assert not _subjects(TESTS / "clustering" / "test_nowhere.py")
    assert not _subjects(TESTS / "nowhere" / "test_lloyd.py")
