"""The lessons without a screen: every cell runs, and says what its words promise."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def _run(name: str) -> list[str]:
    """Run a notebook as nbclient does, with warnings as errors; return each code cell's text."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    strict = nbformat.v4.new_code_cell("import warnings; warnings.simplefilter('error')")
    notebook.cells.insert(0, strict)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return ["\n".join(_texts(cell)) for cell in code]


def _texts(cell):
    for output in cell.outputs:
        yield output.get("text") or output.get("data", {}).get("text/plain", "")


def _agreements(texts: list[str]) -> dict[str, float]:
    lines = re.findall(r"^(\w+) +AMI = (\d\.\d\d)$", "\n".join(texts), re.MULTILINE)
    return {factor: float(value) for factor, value in lines}


@pytest.fixture(scope="module")
def explored() -> list[str]:
    return _run("00_explore.ipynb")


@pytest.fixture(scope="module")
def stepped() -> list[str]:
    return _run("01_step_by_step.ipynb")


def test_the_first_lesson_goes_from_pictures_to_the_explorer(explored):
    said = "\n".join(explored)
    assert "ImageSet of 1000 images, 1000 with a class out of 16" in said
    assert "Embeddings of 1000 rows with 128 features, made by storybook" in said
    assert "Projection of 1000 images into 2 dimensions, tsne, KL divergence" in said
    assert "ClusterSweep of 1000 images in the embedding, k from 2 to 20" in said


@pytest.mark.parametrize("name", ["explored", "stepped"])
def test_a_lesson_ends_with_the_right_answers(name, request):
    agreement = _agreements(request.getfixturevalue(name))
    assert set(agreement) == {"object", "color", "place"}
    assert max(agreement.values()) >= 0.5


def test_the_second_lesson_shows_that_a_map_flatters_the_silhouettes(stepped):
    (pair,) = (text for text in stepped if re.fullmatch(r"\(0\.\d+, 0\.\d+\)", text))
    in_clip, on_the_map = (float(number) for number in pair.strip("()").split(", "))
    assert on_the_map > in_clip + 0.1


def test_the_second_lesson_agrees_with_scikit_learn_s_k_means(stepped):
    (pair,) = (text for text in stepped if re.fullmatch(r"\(\d\d+\.\d+, \d\d+\.\d+\)", text))
    theirs, ours = (float(number) for number in pair.strip("()").split(", "))
    assert ours <= 1.01 * theirs
