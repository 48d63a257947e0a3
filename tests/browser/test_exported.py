"""A notebook that was run where nobody watches, exported and opened without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from first_lesson import RESULTS
from lab import Lab
from nbclient import NotebookClient
from nbconvert import HTMLExporter, LatexExporter
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# On a slow machine there are progress bars. As widgets they would be shown, so they are words here.
CELLS = (
    """import tqdm.auto
tqdm.auto.tqdm = tqdm.tqdm
from cliplab import Explorer, load_storybook, project, show_elbow, sweep_clusters
from cliplab.embeddings.baselines import encode_colors
images = load_storybook(n_images=60)
embeddings = encode_colors(images)
projection, sweep = project(embeddings, "pca"), sweep_clusters(embeddings, range(2, 9))
explorer = Explorer(images, embeddings, projection, sweep, parts=("map",))
explorer""",
    "explorer.parts = 'all'\nexplorer",
    "show_elbow(sweep)",
)


@pytest.fixture(scope="module")
def executed() -> nbformat.NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in CELLS])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook


@pytest.fixture(scope="module")
def html(executed: nbformat.NotebookNode) -> str:
    return str(HTMLExporter().from_notebook_node(executed)[0])


@pytest.fixture
def page(lab: Lab) -> Iterator[Page]:
    context = lab.browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    yield context.new_page()
    context.close()


def test_each_is_page_picture_and_sentence_and_no_widget(executed: nbformat.NotebookNode) -> None:
    shown = [
        output.data
        for cell in executed.cells
        for output in cell.outputs
        if output.output_type == "display_data" and "text/html" in output.data
    ]
    assert [set(each) for each in shown] == [{"text/html", "image/png", "text/plain"}] * 3
    assert ["<iframe" in each["text/html"] for each in shown] == [False, True, True]
    assert all(len(each["image/png"]) < 200_000 for each in shown)
    latex, files = LatexExporter().from_notebook_node(executed)
    assert latex.count(r"\adjustimage") == len(files["outputs"]) == 3


def test_its_page_works_and_asks_for_nothing(html: str, page: Page, tmp_path: Path) -> None:
    assert '<script type="application/vnd.jupyter.widget-view+json"' not in html
    (tmp_path / "lesson.html").write_text(html, encoding="utf-8")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "lesson.html").as_uri(), wait_until="domcontentloaded")
    explorer = page.frame_locator(".cliplab-copy iframe >> nth=0")
    explorer.locator(".cliplab-gallery figure").first.wait_for()
    assert explorer.locator(".cliplab-clusters tbody tr").count() == 4
    explorer.locator(".cliplab-choose-k input").press("ArrowRight")
    explorer.locator(".cliplab-clusters tbody tr").nth(4).wait_for()
    assert explorer.locator(".cliplab-k").inner_text() == "5"
    # Where there is a page, the picture is for paper.
    assert page.locator(".cliplab-copy img:visible").count() == 1
    page.screenshot(path=RESULTS / "exported.png")
    page.emulate_media(media="print")
    assert page.locator(".cliplab-copy img:visible").count() == 3
    assert errors == []


def test_stripped_of_scripts_styles_and_frames_it_shows_pictures(html: str, page: Page) -> None:
    stripped = re.sub(r"<(script|style|iframe)\b.*?</\1>", "", html, flags=re.DOTALL)
    page.set_content(stripped)
    pictures = page.locator(".cliplab-copy img:visible")
    assert pictures.count() == 3
    assert pictures.evaluate_all("all => all.every((each) => each.naturalWidth > 500)")
    assert page.locator("figcaption:visible").all_inner_texts()[1].startswith("60 images in 4")
    page.screenshot(path=RESULTS / "exported_stripped.png", full_page=True)
