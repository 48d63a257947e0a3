"""The lessons without a screen: every cell runs, and says what its words promise."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import nbformat
import pytest
from build_lessons import SOURCES, build
from hidden import hiding
from loopback.open_images import SmallOpenImages
from loopback.server import nobody_there
from nbclient import NotebookClient

from cliplab._core.extras import EXTRAS
from cliplab.course.lessons import find_lesson

pytestmark = [pytest.mark.notebook, pytest.mark.slow]

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
MADE_AGAIN = """
import json
from cliplab.course.progress import PROGRESS
from cliplab.course.recipes import make_again

begun = PROGRESS.begun["{}"].beginning
made = make_again(json.loads(json.dumps(begun.values)), begun.random_state)
print(sorted(set(vars(made)) - {{"random_state"}}))
"""


def _run(
    name: str, folder: Path = NOTEBOOKS, allowed: str = "", again_after: str = ""
) -> list[str]:
    """Run a notebook as nbclient does, in a folder; return each code cell's text.

    One that encodes nothing runs as where the extra `clip` is not installed. Warnings are errors,
    except one that begins as `allowed` says. The last cell of code is run again after the code
    `again_after`.
    """
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    return _run_cells(notebook, folder, allowed, again_after)


def _run_cells(notebook, folder, allowed="", again_after=""):
    if again_after:
        last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
        notebook.cells += [nbformat.v4.new_code_cell(code) for code in (again_after, last.source)]
    strict = "import warnings; warnings.simplefilter('error')"
    # What libraries tell one another is not shown to a learner, unless we have called them.
    strict += "; warnings.filterwarnings('ignore', category=DeprecationWarning, "
    strict += "module='(?!__main__|cliplab)')"
    if allowed:
        strict += f"; warnings.filterwarnings('ignore', {allowed!r})"
    if not _encodes(notebook):
        strict += "\n" + hiding([*EXTRAS["clip"], "timm"])
    place = {"metadata": {"path": str(folder)}}
    with tempfile.TemporaryDirectory() as empty:
        record = Path(empty) / "asked.txt"
        strict += _RECORD_REQUESTS.format(record=str(record))
        notebook.cells.insert(0, nbformat.v4.new_code_cell(strict))
        NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
        asked = record.read_text().splitlines() if record.exists() else []
    assert _fetches(notebook) or asked == []
    assert {address for address in asked if "127.0.0.1" not in address} == set()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return ["\n".join(_texts(cell)) for cell in code]


# Libraries may say nothing of a request that has failed, so each one is written down.
_RECORD_REQUESTS = """
import socket as _socket
def _recorded(self, address, _connect=_socket.socket.connect):
    if self.family in (_socket.AF_INET, _socket.AF_INET6):
        with open({record!r}, "a") as file:
            print(address, file=file)
    return _connect(self, address)
_socket.socket.connect = _recorded
"""


def _fetches(notebook):
    return any("fetch_" in cell.source for cell in notebook.cells if cell.cell_type == "code")


def _encodes(notebook):
    return any("ClipEncoder(" in cell.source for cell in notebook.cells if cell.cell_type == "code")


def _texts(cell):
    for output in cell.outputs:
        yield output.get("text") or output.get("data", {}).get("text/plain", "")


def _agreements(texts: list[str]) -> dict[str, float]:
    lines = re.findall(
        r"^(\w+) +AMI = (\d\.\d\d)(?: \(95 % interval .*\))?$", "\n".join(texts), re.MULTILINE
    )
    return {factor: float(value) for factor, value in lines}


@pytest.fixture(scope="module")
def explored() -> list[str]:
    return _run("00_explore.ipynb", again_after="explorer.state.committed_k = 15")


def test_eight_notebooks_need_no_torch_and_the_readme_names_them():
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    light = [path for path in paths if not _encodes(nbformat.read(path, as_version=4))]
    readme = (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8")
    (named,) = re.findall(r"need no PyTorch: (.*?)\.", readme, re.DOTALL)
    numbers = [path.stem.removeprefix("lesson_")[:2] for path in light]
    assert re.findall(r"\d\d", named) == numbers
    assert len(light) == 8


def test_the_first_lesson_says_which_pictures_it_has(explored):
    text = "\n".join(explored)
    assert "Pack 'The storybook' of 1000 images, embedded by storybook" in text
    assert "This is the pack of the storybook." in text


def test_the_first_lesson_says_nothing_of_the_answers_before_a_commitment(explored):
    *before, _, after = explored
    assert _agreements(before) == {}
    assert before[-1].startswith("Commit to a k first")
    assert after.startswith("You committed to k = 15.")
    assert after.count("95 % interval") == 1 + len(_agreements([after]))


def test_the_first_lesson_ends_with_the_right_answers(explored):
    agreement = _agreements(explored)
    assert set(agreement) == {"object", "color", "place", "light", "size"}
    assert max(agreement.values()) >= 0.5


def test_the_workshop_goes_from_open_images_to_a_pack(hub, tmp_path, monkeypatch):
    small = SmallOpenImages(600)
    monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", small.server.address)
    with small.server:
        text = "\n".join(_run("02_open_images.ipynb", tmp_path))
    assert "ImageSet of 200 images, 200 with a class" in text
    assert "Credits of 200 images" in text
    assert "The model ViT-B-32 is not on the Hub" in text
    assert "ImageSet of 60 images, 60 with a class out of 3" in text
    assert "Pack 'Our pictures' of 200 images, embedded by storybook" in text
    assert (tmp_path / "my-pack" / "ATTRIBUTION.html").is_file()


def test_without_a_network_the_workshop_says_so_and_goes_on(tmp_path, monkeypatch):
    with nobody_there() as address:
        monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", address)
        monkeypatch.setenv("HF_ENDPOINT", address)
        text = _run("02_open_images.ipynb", tmp_path, allowed="Open Images cannot be reached")
    text = "\n".join(text)
    assert "So we go on with the pictures of a lesson pack." in text
    assert "So we take three kinds of the pictures that we have." in text
    assert "Pack 'Our pictures' of 200 images, embedded by storybook" in text


@pytest.mark.parametrize(
    "source", sorted(SOURCES.glob("[0-9]*.md")), ids=lambda source: source.stem
)
def test_a_lesson_of_the_course_says_what_it_is_for_and_its_solutions_are_right(source):
    text = source.read_text(encoding="utf-8")
    solved, asked = (build(text, source.stem, is_solved=each) for each in (True, False))
    lesson = find_lesson(str(int(source.stem[:2])))
    head = solved.cells[0].source
    assert head.startswith(f"# {lesson.title}")
    assert [f"* {each}" in head for each in lesson.objectives] == [True] * len(lesson.objectives)
    assert f"{lesson.minutes} minutes" in head
    assert sum(cell.cell_type == "code" for cell in asked.cells) <= 14
    solved.cells.append(nbformat.v4.new_code_cell(MADE_AGAIN.format(lesson.number)))
    *said, made_again = _run_cells(solved, NOTEBOOKS)
    assert re.findall(r"Reply (.)", "\n".join(said)) == ["✓"] * len(lesson.questions)
    # So whoever gathers the hand-ins can check them. Progress may stand before it.
    assert made_again.splitlines()[-1] == str(sorted(lesson.values))


def test_the_ninety_minutes_ask_six_questions_and_their_solutions_are_right():
    text = (SOURCES / "ninety_minutes.md").read_text(encoding="utf-8")
    said = "\n".join(_run_cells(build(text, "ninety", is_solved=True), NOTEBOOKS))
    assert re.findall(r"Reply (.)", said) == ["✓"] * 6


def test_where_nothing_is_filled_in_a_lesson_runs_to_its_end_and_says_what_to_do():
    """Exercises of the shortest lesson; the cells between them are those of the solved one."""
    said = "\n".join(_run("lesson_02_what_does_near_mean.ipynb"))
    assert said.count("Reply ? Write your answer in place of the three dots") == 3
