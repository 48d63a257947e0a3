"""The lessons without a screen: every cell runs, and says what its words promise."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from build_lessons import SOURCES, build
from loopback.open_images import SmallOpenImages
from loopback.server import nobody_there
from nbclient import NotebookClient

from cliplab import Embeddings, load_storybook, save_pack
from cliplab.course.lessons import find_lesson
from cliplab.packs.published import publish_pack

pytestmark = [pytest.mark.notebook, pytest.mark.slow]

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def _run(
    name: str,
    folder: Path = NOTEBOOKS,
    allowed: str = "",
    last_cell: str = "",
    again_after: str = "",
) -> list[str]:
    """Run a notebook as nbclient does, in a folder; return each code cell's text.

    Warnings are errors, except one that begins as `allowed` says. `last_cell` is the id of the
    cell after which to stop. The last cell of code is run again after the code `again_after`.
    """
    return _run_cells(
        nbformat.read(NOTEBOOKS / name, as_version=4), folder, allowed, last_cell, again_after
    )


def _run_cells(notebook, folder, allowed="", last_cell="", again_after=""):
    if last_cell:
        ids = [cell.id for cell in notebook.cells]
        notebook.cells = notebook.cells[: ids.index(last_cell) + 1]
    if again_after:
        last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
        notebook.cells += [nbformat.v4.new_code_cell(code) for code in (again_after, last.source)]
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
    lines = re.findall(
        r"^(\w+) +AMI = (\d\.\d\d)(?: \(95 % interval .*\))?$", "\n".join(texts), re.MULTILINE
    )
    return {factor: float(value) for factor, value in lines}


@pytest.fixture(scope="module")
def explored() -> list[str]:
    return _run("00_explore.ipynb", again_after="explorer.state.committed_k = 15")


@pytest.fixture(scope="module")
def stepped() -> list[str]:
    return _run("01_step_by_step.ipynb")


@pytest.fixture(scope="module")
def repeated() -> str:
    return "\n".join(_run("03_original_study.ipynb"))


def _row(text: str, name: str) -> list[float]:
    """Return the numbers that stand in a table after a name, in its first row of that name."""
    (numbers,) = re.findall(rf"^(?:\w+)? *{name}((?: +-?\d+(?:\.\d+)?)+)$", text, re.MULTILINE)[:1]
    return [float(number) for number in numbers.split()]


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


@pytest.mark.parametrize("name", ["explored", "stepped"])
def test_a_lesson_ends_with_the_right_answers(name, request):
    agreement = _agreements(request.getfixturevalue(name))
    others = {"light", "size"} if name == "explored" else set()
    assert set(agreement) == {"object", "color", "place"} | others
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
        text = "\n".join(_run("02_open_images.ipynb", tmp_path))
    assert "ImageSet of 200 images, 200 with a class" in text
    assert "Credits of 200 images" in text
    assert "The model ViT-B-32 is not on the Hub" in text
    assert "ImageSet of 60 images, 60 with a class out of 3" in text
    assert "Pack 'Our pictures' of 200 images, embedded by storybook" in text
    assert (tmp_path / "my-pack" / "ATTRIBUTION.html").is_file()


def test_without_a_network_the_third_lesson_says_so_and_goes_on(tmp_path, monkeypatch):
    with nobody_there() as address:
        monkeypatch.setenv("CLIPLAB_OPEN_IMAGES_MIRROR", address)
        monkeypatch.setenv("HF_ENDPOINT", address)
        text = _run("02_open_images.ipynb", tmp_path, allowed="Open Images cannot be reached")
    text = "\n".join(text)
    assert "So we go on with the pictures of a lesson pack." in text
    assert "So we take three kinds of the pictures that we have." in text
    assert "Pack 'Our pictures' of 200 images, embedded by storybook" in text


def test_the_fourth_lesson_measures_the_five_clusters_of_the_map_elsewhere(repeated):
    on_the_map, _ = _row(repeated, "found on the map, measured there")
    in_clip, negative = _row(repeated, "the same clusters among the vectors")
    better, _ = _row(repeated, "found and measured among the vectors")
    assert in_clip < better < on_the_map - 0.2
    assert negative > 0.1


def test_the_fourth_lesson_counts_the_pictures_that_another_seed_moves(repeated):
    seeds = re.findall(r"^seed \d: silhouette (0\.\d+)\. .* (\d+) of 1000", repeated, re.MULTILINE)
    assert len(seeds) == 3
    on_the_map, _ = _row(repeated, "found on the map, measured there")
    for silhouette, n_moved in seeds:
        assert float(silhouette) == pytest.approx(on_the_map, abs=0.03)
        assert 10 < int(n_moved) < 500


def test_the_fourth_lesson_finds_no_evidence_for_five(repeated):
    text = " ".join(repeated.split())
    assert "one group is rejected" in text
    assert text.count("No verdict on a map") == 1
    assert "Between clusters 0 and 1" in text
    assert "k = 5 is well supported" not in text


def test_a_map_of_null_data_reaches_most_of_the_study_s_silhouette(repeated):
    real, real_in_clip = _row(repeated, "the real vectors")
    for seed in range(5):
        null, null_in_clip = _row(repeated, f"null data, seed {seed}")
        assert 0.8 * real < null < real
        assert null_in_clip < 0.6 * real_in_clip


def test_what_has_the_longest_silhouettes_has_not_understood_most(repeated):
    (clip,), (pixels,) = _row(repeated, "CLIP"), _row(repeated, "pixels")
    assert pixels > clip + 0.1
    _, tables = re.split(r"^ +adjusted_mutual_info +low +high$", repeated, flags=re.MULTILINE)
    by_object, by_place = re.split(r"^place +CLIP", tables, flags=re.MULTILINE)
    agreement, low, high = _row(by_object, "CLIP")
    assert 0.5 < low < agreement < high
    assert _row(by_object, "pixels")[2] < 0.1
    assert _row(by_place, "pixels")[1] > 0.5


def test_chosen_kinds_look_better_than_a_random_sample(repeated):
    chosen, drawn = _row(repeated, "five chosen kinds"), _row(repeated, "drawn at random")
    assert chosen[0] > drawn[0] + 0.1
    assert chosen[1] > drawn[1] + 0.2
    assert drawn[2] > drawn[1] + 0.1
    assert (chosen[3], drawn[3]) == (5, 16)


def test_other_algorithms_find_other_fives_and_words_come_with_more_clusters(repeated):
    others = ("agglomerative, Ward", "agglomerative, average", "Gaussian mixture", "HDBSCAN")
    assert all(_row(repeated, name)[-1] > 200 for name in others)
    noise, silhouette = _row(repeated, "HDBSCAN")[2:4]
    assert noise > 500
    assert silhouette > _row(repeated, "K-means")[3]
    few, many = re.findall(r"Names of (?:5|16) clusters: (.*)", repeated)
    assert few.count("unsure") >= 4
    assert many.count("unsure") < 8


@pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw bytes:DeprecationWarning")
def test_photographs_without_their_clip_send_the_fourth_lesson_to_the_storybook(
    hub, tmp_path, monkeypatch
):
    monkeypatch.setenv("HF_TOKEN", "hf_for_the_small_hub")
    vectors = np.random.default_rng(0).normal(size=(20, 512))
    photographs = load_storybook(n_images=20), Embeddings(vectors, "ViT-B-32")
    save_pack(tmp_path / "pack", *photographs, title="Photographs")
    publish_pack(tmp_path / "pack", "school/photographs")
    monkeypatch.setenv("CLIPLAB_PACK", "school/photographs")
    text = "\n".join(_run("03_original_study.ipynb", tmp_path, last_cell="pictures"))
    assert "The model ViT-B-32 is not on the Hub" in text
    assert "So we go on with the storybook." in text
    assert "ImageSet of 1000 images, 1000 with a class out of 16" in text


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
    said = "\n".join(_run_cells(solved, NOTEBOOKS))
    assert re.findall(r"Reply (.)", said) == ["✓"] * len(lesson.questions)


def test_the_ninety_minutes_ask_six_questions_and_their_solutions_are_right():
    text = (SOURCES / "ninety_minutes.md").read_text(encoding="utf-8")
    said = "\n".join(_run_cells(build(text, "ninety", is_solved=True), NOTEBOOKS))
    assert re.findall(r"Reply (.)", said) == ["✓"] * 6


def test_where_nothing_is_filled_in_a_lesson_runs_to_its_end_and_says_what_to_do():
    """Exercises of the shortest lesson; the cells between them are those of the solved one."""
    said = "\n".join(_run("lesson_02_what_does_near_mean.ipynb"))
    assert said.count("Reply ? Write your answer in place of the three dots") == 3
