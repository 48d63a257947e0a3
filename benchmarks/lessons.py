"""How many CPU seconds each lesson of the course takes, and the whole course.

Usage: PYTHONPATH=tools python benchmarks/lessons.py [01 04 ...]

Each lesson is run by nbclient in a kernel of its own, with the solutions of its exercises in place
and every prediction's output shown. The seconds are those of all threads of the kernel, imports
included, so they hardly depend on what else the machine does; the memory is the kernel's peak.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from build_lessons import SOURCES, build
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

BAR_LESSON, BAR_COURSE, BAR_MB = 60, 360, 800
MEASURE = """\
import json, resource
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}))"""


def run(source: Path) -> dict[str, float]:
    """Run a lesson with its solutions; return the seconds and the memory of its kernel."""
    notebook: Any = build(source.read_text(encoding="utf-8"), source.stem, is_solved=True)
    notebook.cells.append(new_code_cell(MEASURE))
    place = {"metadata": {"path": str(SOURCES.parent)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place).execute()
    found: dict[str, float] = json.loads(notebook.cells[-1].outputs[0].text)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", nargs="*", default=[""], metavar="01", help="all if left out")
    begins = tuple(parser.parse_args().lessons)
    sources = [each for each in sorted(SOURCES.glob("*.md")) if each.stem.startswith(begins)]
    print(f"{'lesson':<28} {'CPU s':>6} {'peak MB':>8}")
    found = {}
    for source in sources:
        each = found[source.stem] = run(source)
        print(f"{source.stem:<28} {each['seconds']:6.1f} {each['mb']:8,.0f}", flush=True)
    lessons = {name: each for name, each in found.items() if name[0].isdigit()}
    longest = max(found.values(), key=lambda each: each["seconds"])
    print(
        f"{len(lessons)} lessons: {sum(each['seconds'] for each in lessons.values()):.0f} s of CPU "
        f"(at most {BAR_COURSE} for ten), the longest of all {longest['seconds']:.0f} (at most "
        f"{BAR_LESSON}), peak {max(each['mb'] for each in found.values()):,.0f} MB (at most "
        f"{BAR_MB})"
    )


if __name__ == "__main__":
    main()
