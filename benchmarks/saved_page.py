"""How large a saved page is, and how long a browser takes until it is painted.

Usage: PYTHONPATH=tools OMP_NUM_THREADS=1 python benchmarks/saved_page.py [--images 1000]

The images are those of the storybook. Chromium opens the file without a network and draws in
software. The time runs until the plots have come to rest and the first images are shown.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from find_browser import BROWSER_OPTIONS, find_browser
from playwright.sync_api import sync_playwright

from cliplab import ClipEncoder, Explorer, load_storybook

_PAINTED = (
    "window.Bokeh?.documents[0]?.is_idle && document.querySelector('.cliplab-gallery figure')"
)
_N_OPENED = 5


def main() -> None:
    """Save a page of the storybook, and open it without a network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=1000)
    images = load_storybook(n_images=parser.parse_args().images)
    encoder = ClipEncoder("storybook")
    explorer = Explorer(images, encoder.encode_images(images), encoder=encoder)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        path = explorer.save_page(Path(folder) / "lesson.html")
        saved = time.perf_counter() - start
        megabytes = path.stat().st_size / 1e6
        painted = sorted(_painted(path) for _ in range(_N_OPENED))[_N_OPENED // 2]
    print(
        f"A page of {len(images):,} images: {megabytes:.1f} MB, saved in {saved:.1f} s, "
        f"painted in {painted:.1f} s (median of {_N_OPENED})"
    )


def _painted(path: Path) -> float:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_OPTIONS)
        page = browser.new_context(offline=True).new_page()
        start = time.perf_counter()
        page.goto(path.as_uri())
        page.wait_for_function(_PAINTED)
        seconds = time.perf_counter() - start
        browser.close()
    return seconds


if __name__ == "__main__":
    main()
