"""How long `import cliplab` takes beyond numpy, and what it loads.

Usage: python benchmarks/imports.py [--repeats 15]

Each import has a fresh process; the two sides take turns. The first of each warms the disk's cache
and is not counted.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

from measuring import spread

BAR_SECONDS = 0.5
HEAVY = ("torch", "datasets", "bokeh", "sklearn", "pandas", "open_clip")
SIDES = {
    "import numpy": "import numpy",
    "import cliplab": "import numpy, cliplab",
    # What the first lesson needs at once; for comparison, there is no bar for it.
    "the first lesson's": "import numpy; from cliplab import Explorer, class_agreement, fetch_pack",
}


def in_fresh_process(code: str) -> str:
    """Return what a new Python prints."""
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout


def seconds(imports: str) -> float:
    """Return how long an import takes, once Python itself has started."""
    timed = (
        f"import time; began = time.perf_counter(); {imports}; print(time.perf_counter() - began)"
    )
    return float(in_fresh_process(timed))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    turns = [{side: seconds(code) for side, code in SIDES.items()} for _ in range(repeats + 1)]
    for side in SIDES:
        print(f"{side:<18} {spread([1000 * turn[side] for turn in turns[1:]], 0)} ms")
    over = [turn["import cliplab"] - turn["import numpy"] for turn in turns[1:]]
    loaded = in_fresh_process(
        f"import sys, cliplab; print(*sorted({set(HEAVY)} & set(sys.modules)))"
    )
    print(
        f"import cliplab: {statistics.median(over):.3f} s over numpy (at most {BAR_SECONDS} s); of "
        f"{', '.join(HEAVY)} it loads {loaded.strip() or 'none'}"
    )


if __name__ == "__main__":
    main()
