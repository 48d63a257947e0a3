"""A notebook's file, for what is opened in JupyterLab by a test or a benchmark."""

from __future__ import annotations

from pathlib import Path

import nbformat


def write_notebook(path: Path, *codes: str, title: str = "") -> Path:
    """Write a notebook with some cells of code, under a heading if there is a title."""
    cells = [nbformat.v4.new_markdown_cell(f"# {title}")] if title else []
    cells += [nbformat.v4.new_code_cell(code) for code in codes]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path
