"""The course's notebooks are built from Markdown in which exercise and solution stand together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from build_lessons import SOURCES, build, notebook_path

ROOT = Path(__file__).parents[2]
LESSON = """# A question?

Words.

```python
1 + 1
```

Now you.

```python exercise
answer = ...
answer
```

```python solution
answer = 3
answer
```

More words with ```python``` inside.
"""


def _cells(**options):
    return [(cell.cell_type, cell.source) for cell in build(LESSON, "a", **options).cells]


def test_a_learner_gets_the_exercise_and_below_it_the_solution_folded():
    solution = "<summary>A solution</summary>\n\n```python\nanswer = 3\nanswer\n```"
    title, code, words, exercise, folded, end = _cells()
    assert title == ("markdown", "# A question?\n\nWords.")
    assert (code, words) == (("code", "1 + 1"), ("markdown", "Now you."))
    assert exercise == ("code", "answer = ...\nanswer")
    assert folded[0] == "markdown"
    assert solution in folded[1]
    assert end == ("markdown", "More words with ```python``` inside.")


def test_solved_the_solution_stands_in_place_of_the_exercise():
    code = [source for kind, source in _cells(is_solved=True) if kind == "code"]
    assert code == ["1 + 1", "answer = 3\nanswer"]


def test_the_ids_of_cells_stay_what_they_are():
    assert [cell.id for cell in build(LESSON, "a").cells[:2]] == ["a-00", "a-01"]


def test_every_notebook_of_the_course_is_what_its_markdown_says():
    check = [sys.executable, str(ROOT / "tools" / "build_lessons.py"), "--check"]
    result = subprocess.run(check, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    built = {notebook_path(source) for source in SOURCES.glob("*.md")}
    assert built >= set((ROOT / "notebooks").glob("lesson_*.ipynb"))
    assert all(path.exists() for path in built)
