"""The lessons without a screen: every cell runs, and says what its words promise."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from loopback.open_images import SmallOpenImages
from loopback.server import nobody_there
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def _run(name: str, folder: Path = NOTEBOOKS, allowed: str = "") -> list[str]:
    """Run a notebook as nbclient does, in a folder; return each code cell's text.

    Warnings are errors, except one that begins as `allowed` says.
    """
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    strict = "import warnings; warnings.simplefilter('error')"
    if allowed:
        strict += f"; warnings.filterwarnings('ignore', {allowed!r})"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(strict))
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
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
    assert "The storybook: 1000 images, vectors of storybook" in said
    assert "storybook's own pack instead" in said
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


def test_the_third_lesson_goes_from_open_images_to_a_pack(hub, tmp_path, monkeypatch):
    small = SmallOpenImages(600)
    monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", small.server.address)
    with small.server:
        said = "\n".join(_run("02_open_images.ipynb", tmp_path))
    assert "ImageSet of 200 images, 200 with a class" in said
    assert "Credits of 200 images" in said
    assert "The model ViT-B-32 is not on the Hub" in said
    assert "ImageSet of 60 images, 60 with a class out of 3" in said
    assert "Our pictures: 200 images, vectors of storybook" in said
    assert (tmp_path / "my-pack" / "ATTRIBUTION.html").is_file()


def test_without_a_network_the_third_lesson_says_so_and_goes_on(tmp_path, monkeypatch):
    with nobody_there() as address:
        monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", address)
        monkeypatch.setenv("HF_ENDPOINT", address)
        said = _run("02_open_images.ipynb", tmp_path, allowed="Open Images cannot be reached")
    said = "\n".join(said)
    assert "So we go on with the pictures of a lesson pack." in said
    assert "So we take three kinds of the pictures that we have." in said
    assert "Our pictures: 200 images, vectors of storybook" in said
