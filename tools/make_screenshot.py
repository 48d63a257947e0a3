"""Make the image of the README: the first lesson's Explorer in a real JupyterLab.

Usage: python tools/make_screenshot.py [docs/explorer.png] [--width 1280] [--height 800] [--dark]

With `--window` the image is the whole window and not the Explorer alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from lab import running_lab
from notebook_page import Notebook

ROOT = Path(__file__).parents[1]
# As many clusters as the storybook has kinds of things.
CHOICE = "explorer.state.n_clusters = 16"


def show_lesson(notebook: Notebook, dark: bool) -> int:
    """Run the first lesson and bring its Explorer into view; return the number of its cell."""
    if dark:
        notebook.command("apputils:change-theme", theme="JupyterLab Dark")
    notebook.run_all()
    notebook.run_cell(CHOICE)
    notebook.wait_for("data_of('sheets').uri.every((uri) => uri.length > 1000)")
    sources = notebook.evaluate("return cells.map((cell) => cell.model.sharedModel.source)")
    # It has moved from cell to cell, to the last that shows it.
    index = max(i for i, source in enumerate(sources) if source.endswith("\nexplorer"))
    notebook.evaluate("cells[arg].node.scrollIntoView()", index)
    notebook.wait_painted()
    notebook.page.wait_for_timeout(500)
    return index


def main() -> None:
    """Run the lesson, choose, and take the screenshot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, nargs="?", default=ROOT / "docs" / "explorer.png")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--scale", type=float, default=1.5)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--window", action="store_true")
    arguments = parser.parse_args()
    with running_lab() as lab:
        notebook = lab.open(
            ROOT / "notebooks" / "00_explore.ipynb",
            width=arguments.width,
            height=arguments.height,
            scale=arguments.scale,
        )
        index = show_lesson(notebook, arguments.dark)
        if arguments.window:
            notebook.screenshot(arguments.path)
        else:
            arguments.path.parent.mkdir(parents=True, exist_ok=True)
            explorer = notebook.cell(index).locator(".jp-OutputArea-output .widget-vbox").first
            explorer.screenshot(path=arguments.path)
        notebook.close()
    print(f"Written to {arguments.path}.")


if __name__ == "__main__":
    main()
