"""Build the course's notebooks from their Markdown, in which exercise and solution stand together.

A lesson is a file in `notebooks/lessons/`. Its fences of ```` ```python ```` become cells of code,
and what stands between them cells of text. A fence ```` ```python exercise ```` is what the learner
fills in, and the ```` ```python solution ```` after it is folded below. With `--check` nothing is
written, and notebooks that are out of date make the script fail.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from stamp_address import Address, stamp_notebook, written

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "notebooks" / "lessons"
METADATA = {
    "accelerator": "GPU",
    "colab": {"provenance": []},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FENCE = re.compile(r"^```python *(exercise|solution|)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
FOLDED = "<details>\n<summary>A solution</summary>\n\n```python\n{code}\n```\n\n</details>"


def main() -> int:
    """Build every lesson, or check them; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if out of date")
    check = parser.parse_args().check
    address = Address.from_pyproject()
    is_old = False
    for source in sorted(SOURCES.glob("*.md")):
        path = notebook_path(source)
        lesson = build(source.read_text(encoding="utf-8"), path.stem)
        text = written(stamp_notebook(lesson, path.name, address))
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        is_old = True
        print(f"{path.relative_to(ROOT)}: {'out of date' if check else 'built'}")
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and is_old:
        print("Run `make format`.")
    return int(check and is_old)


def notebook_path(source: Path) -> Path:
    """Return where the notebook of a lesson belongs."""
    name = f"lesson_{source.stem}" if source.stem[0].isdigit() else source.stem
    return source.parents[1] / f"{name}.ipynb"


def build(markdown: str, name: str, *, is_solved: bool = False) -> Any:
    """Return the notebook of a lesson; `is_solved` puts each solution in place of its exercise."""
    cells = list(_solved(_parts(markdown)) if is_solved else map(_folded, _parts(markdown)))
    new_cell: Any = {"code": nbformat.v4.new_code_cell, "text": nbformat.v4.new_markdown_cell}
    made = [
        new_cell["text" if kind == "text" else "code"](content, id=f"{name}-{i:02}"[-64:])
        for i, (kind, content) in enumerate(cells)
    ]
    return nbformat.v4.new_notebook(cells=made, metadata=METADATA)


def _parts(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield each part of a lesson: text, code, exercise or solution, and what it says."""
    end = 0
    for fence in FENCE.finditer(markdown):
        if text := markdown[end : fence.start()].strip():
            yield "text", text
        yield fence[1] or "code", fence[2]
        end = fence.end()
    if text := markdown[end:].strip():
        yield "text", text


def _folded(part: tuple[str, str]) -> tuple[str, str]:
    kind, content = part
    return ("text", FOLDED.format(code=content)) if kind == "solution" else part


def _solved(parts: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return (part for part in parts if part[0] != "exercise")


if __name__ == "__main__":
    sys.exit(main())
