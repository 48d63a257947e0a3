"""The Explorer comes, goes and comes again: run, reloaded, shown twice, with strangers' data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from first_lesson import FIGURES, LESSON, cell_of_the_explorer, opened_once, see_explorer, watched
from lab import Lab
from notebook_page import Notebook

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    with opened_once(lab, LESSON) as notebook:
        # Run All ends at the last cell; the notebook is scrolled to the Explorer from there.
        notebook.wait_for(
            """(() => {
              const [frame, seen] = ['.cliplab-frame', '.jp-WindowedPanel-outer'].map(
                (each) => document.querySelector(each)?.getBoundingClientRect().top);
              return Math.abs(frame - seen) < 20;
            })()"""
        )
        yield notebook


@pytest.fixture
def lesson(opened: Notebook, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    with watched(opened, request.node.name, cell_of_the_explorer(opened)):
        opened.wait_painted()
        see_explorer(opened)
        yield opened


def test_run_all_paints_every_figure(lesson: Notebook) -> None:
    assert lesson.page.locator("p[role=alert]").count() == 0  # All parts of the page fit.
    for name in FIGURES:
        # A canvas with only its background has one colour; a painted one has many.
        colors = lesson.evaluate(
            """const view = view_of(arg);
            const canvas = view.canvas_view.primary.canvas;
            const pixels = canvas.getContext('2d').getImageData(
              0, 0, canvas.width, canvas.height).data;
            const colors = new Set();
            for (let i = 0; i < pixels.length; i += 4) {
              colors.add(pixels.slice(i, i + 4).join());
            }
            return colors.size""",
            name,
        )
        assert colors > 20, name


def test_the_notebook_has_a_picture_that_is_hidden_while_the_plots_are_there(
    lesson: Notebook,
) -> None:
    index = cell_of_the_explorer(lesson)
    stored = f"cells[{index}].model.outputs.toJSON().at(-1).data"
    lesson.run_cell("explorer.state.n_clusters = 6")
    # It follows what is chosen, once nothing moves.
    lesson.wait_for(f"{stored}['text/plain'].includes('in 6 clusters')")
    lesson.wait_for(f"{stored}['image/png']?.length > 10_000")
    assert lesson.page.locator(".cliplab-copy:visible").count() == 0
    # And it leaves no gap.
    outputs = lesson.cell(index).locator(".jp-OutputArea-child")
    assert outputs.last.evaluate("(node) => node.getBoundingClientRect().height") == 0
    # Cells that showed it before have their own pictures.
    pictures = lesson.evaluate(
        """return cells.flatMap((cell) => cell.model.outputs?.toJSON() ?? [])
          .filter(({ data }) => data?.['image/png'] && data['text/html']).length"""
    )
    assert pictures == 3


def test_a_reloaded_page_shows_what_was_chosen(lesson: Notebook) -> None:
    lesson.run_cell("explorer.state.n_clusters = 5; explorer.state.selected = [1, 2, 3]")
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 5")
    lesson.reload()
    lesson.wait_painted()
    lesson.wait_for("![...document.querySelectorAll('.cliplab-copy')].some((x) => x.offsetHeight)")
    assert len(set(lesson.data("images")["cluster_labels"])) == 5
    assert lesson.evaluate("return model_of('images').selected.indices") == [1, 2, 3]
    lesson.run_cell("explorer.state.n_clusters = 9")
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 9")
    see_explorer(lesson)


def test_a_cell_that_runs_again_leaves_one_document(lesson: Notebook) -> None:
    index = cell_of_the_explorer(lesson)
    for _ in range(3):
        lesson.run(index)
        lesson.wait_painted()
    lesson.wait_for("documents.length === 1")
    assert (
        lesson.run_cell(
            "import gc; from jupyter_bokeh import BokehModel\n"
            "models = [each for each in gc.get_objects() if isinstance(each, BokehModel)]\n"
            "print(sum(each.comm is not None for each in models)); del models"
        )
        == "1"
    )
    # Those before are gone, from IPython's list of results too, once their last task has ended.
    count = "import gc; gc.collect(); print(sum(isinstance(o, Explorer) for o in gc.get_objects()))"
    for _ in range(40):
        if (n_explorers := lesson.run_cell(count)) == "1":
            break
        lesson.page.wait_for_timeout(250)
    assert n_explorers == "1"
    lesson.run_cell("explorer.state.n_clusters = 4")
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 4")


def test_shown_again_it_shows_what_is(lesson: Notebook) -> None:
    lesson.run_cell("explorer.state.n_clusters = 7")
    lesson.run_cell("explorer")
    lesson.wait_for("doc && new Set(data_of('images').cluster_labels).size === 7")
    lesson.run_cell("explorer.state.n_clusters = 8")
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 8")
    assert lesson.evaluate("return documents.length") == 1
    assert len(lesson.data("words")["names"]) == 8
    first = lesson.cell(cell_of_the_explorer(lesson))
    assert "shown in another cell now" in first.inner_text()


def test_names_from_a_data_set_are_never_run(lesson: Notebook) -> None:
    lesson.run_cell(
        """import datasets
from cliplab import ImageSet, Pack
attack = "<img src=x onerror='window.attacked = true'>"
credits = ["author", "title", "license", "url"]
table = images.dataset.remove_columns(["image_id", "class_label", *credits])
for name in credits:
    table = table.add_column(name, [attack] * len(images))
for name in ("author_url", "license_url"):
    table = table.add_column(name, ["javascript:window.attacked = true"] * len(images))
table = table.add_column("mood", [attack + str(i % 3) for i in range(len(images))])
table = table.add_column("image_id", [attack + str(i) for i in range(len(images))])
table = table.add_column("class_label", [0] * len(images)).cast_column(
    "class_label", datasets.ClassLabel(names=[attack]))
hostile_images = ImageSet(table, provenance={"citation": attack})
hostile_pack = Pack(hostile_images, embeddings, title=attack, note=attack)
hostile = Explorer(hostile_images, embeddings, projection, sweep)
hostile.state.committed_k = 1
hostile.state.color_by = "class"
hostile.state.page = "images"
hostile"""
    )
    lesson.wait_for("data_of('sheets').uri[0].length > 1000")
    lesson.wait_for("data_of('images').image_ids[0].startsWith('<img')")
    columns = lesson.data("images")
    x, y = lesson.point("scatter", columns["x"][7], columns["y"][7])
    lesson.page.mouse.move(x - 30, y)
    lesson.page.mouse.move(x, y, steps=4)
    lesson.page.locator("div[style*='background-image']").first.wait_for(
        state="visible", timeout=10_000
    )
    lesson.run_cell("hostile.state.selected = range(10); hostile.state.color_by = 'mood'")
    lesson.wait_for("document.querySelectorAll('.cliplab-gallery .image').length >= 10")
    for shown in ("hostile_images", "hostile_images.credits()", "hostile_pack"):
        lesson.run_cell(shown)
    lesson.page.wait_for_timeout(500)
    assert lesson.evaluate("return !document.querySelector('a[href*=attacked]')")
    assert lesson.evaluate(
        "return [...document.querySelectorAll('img')].every((image) => !image.onerror)"
    )
    assert lesson.evaluate("return window.attacked === undefined")
