"""The course's stepper, its grid of maps and another sample, as a learner uses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from access import add_axe, violations
from notebook_file import write_notebook
from notebook_page import Notebook

pytestmark = pytest.mark.browser

CELLS = [
    """from cliplab import course, encode_colors, load_storybook, project
images = load_storybook(n_images=60)
embeddings = encode_colors(images)""",
    """stepper = course.KMeansStepper(images, embeddings, project(embeddings, "pca"), n_clusters=5)
stepper""",
    "course.show_another_sample(course.another_sample(images, embeddings, n_clusters=4))",
    """grid = course.MapGrid(embeddings, images=images, perplexities=[5, 15])
grid""",
]


@pytest.fixture
def notebook(open_notebook: Callable[..., Notebook], tmp_path: Path) -> Notebook:
    path = write_notebook(tmp_path / "tools.ipynb", *CELLS)
    notebook = open_notebook(path, width=1280, height=1400)
    notebook.run_all()
    return notebook


def test_a_learner_steps_compares_two_maps_and_draws_another_sample(notebook: Notebook) -> None:
    page = notebook.page
    tools = page.locator(".cliplab-tool")

    def press(name: str) -> None:
        page.get_by_role("button", name=name).first.click()

    # K-means, half a step at a time and to its end.
    notebook.evaluate("cells[1].node.scrollIntoView()")
    press("Assign images")
    press("Move centres")
    page.get_by_text("centres moved to the mean of their images").first.wait_for()
    page.get_by_role("spinbutton", name="k").fill("3")
    page.keyboard.press("Enter")
    page.get_by_text("3 images are the first centres").first.wait_for()
    press("Assign images")
    page.get_by_role("status").filter(has_text="Half step 1 of K-means").wait_for()
    assert notebook.run_cell("stepper.run(); len(stepper.stages[0].centers)") == "3"
    page.get_by_role("status").filter(has_text="agree with an AMI of").wait_for()

    # Maps have settled meanwhile: the group that changes most, and the way from map to map.
    notebook.evaluate("cells[3].node.scrollIntoView()")
    tools.nth(1).get_by_text("6 of 6 t-SNE maps have settled.").wait_for()
    press("images ·")
    notebook.wait_for(
        "documents.some((each) => each.get_model_by_name('grid images')?.selected.indices.length)"
    )
    assert notebook.run_cell("grid.selected == grid.comparison.rows(grid.comparison.changes[0][0])")
    slider = tools.nth(1).get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    press("Align on selection")
    notebook.wait_for(
        """documents.some((each) => each.get_model_by_name('between')?.title.text
        === 'perplexity 15, seed 1')"""
    )

    # Names, roles and colours of all that is on the page, and the figure of another sample.
    notebook.evaluate("cells[2].node.scrollIntoView()")
    notebook.cell(2).locator(".bk-Figure").first.wait_for(state="visible")
    add_axe(page)
    assert violations(page, ".cliplab-tool") == []
