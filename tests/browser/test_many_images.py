"""More images than are sent at once: pictures come when the mouse asks for them, and k moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from notebook_page import Notebook

pytestmark = pytest.mark.browser

CELL = """\
import datasets
import numpy as np
from PIL import Image
from cliplab import Embeddings, Explorer, ImageSet, Projection, sweep_clusters

random, n_images = np.random.default_rng(0), 6000
groups = np.arange(n_images) % 4
picture = [Image.new("RGB", (8, 8), color) for color in ("red", "green", "blue", "black")]
images = ImageSet(datasets.Dataset.from_dict({
    "image": [picture[group] for group in groups], "image_id": [f"id{i}" for i in range(n_images)],
}))
embeddings = Embeddings(np.eye(4)[groups] + 0.2 * random.normal(size=(n_images, 4)))
sweep = sweep_clusters(embeddings, range(2, 7), n_silhouettes=500)
places = 9 * np.eye(4)[groups][:, :2] + random.normal(size=(n_images, 2))
explorer = Explorer(images, embeddings, Projection(places, "drawn"), sweep)
explorer"""


@pytest.fixture
def many(tmp_path: Path, open_notebook: Callable[..., Notebook]) -> Notebook:
    path = tmp_path / "many.ipynb"
    cells = [nbformat.v4.new_markdown_cell("# Many"), nbformat.v4.new_code_cell(CELL)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    notebook = open_notebook(path)
    notebook.run_all()
    notebook.wait_painted()
    # What many images have comes after the first painting.
    notebook.wait_for("data_of('measured').rows.length === 500")
    notebook.wait_for("cells[1].node.querySelector('.cliplab-choose-k input:enabled')")
    notebook.evaluate("cells[1].node.scrollIntoView()")
    return notebook


def test_of_many_images_the_hover_fetches_a_picture_and_k_still_moves(many: Notebook) -> None:
    slider = many.cell(1).get_by_role("slider").first
    slider.press("End")
    many.wait_for("new Set(data_of('images').cluster_labels).size === 6")
    many.wait_for("model_of('silhouettes').title.text.includes(' of 500')")
    many.wait_painted()
    columns = many.data("images")
    assert set(columns) == {"x", "y", "color_values", "cluster_labels"}
    assert len(many.data("measured")["rows"]) == 500
    x, y = many.point("scatter", columns["x"][7], columns["y"][7])
    many.page.mouse.move(x - 30, y)
    many.page.mouse.move(x, y, steps=4)
    picture = many.page.locator("div[style*='url(data:image/webp']").first
    picture.wait_for(state="visible", timeout=10_000)
    (row,) = many.data("answer")["rows"]
    # Its name comes along; there are no classes that it could give away.
    words = picture.evaluate("(node) => node.parentElement.innerText")
    assert f"cluster {columns['cluster_labels'][row]}" in words
    assert f"id{row}" in words
    assert many.run_cell("print(explorer._board.plots.hover.answer.data['rows'])") == f"[{row}]"


def test_bars_and_points_are_selected_together(many: Notebook) -> None:
    bars = many.data("measured")
    best = max(range(500), key=lambda i: bars["silhouettes"][i])
    many.tap("silhouettes", bars["silhouettes"][best] / 2, bars["bar_positions"][best])
    many.wait_for("model_of('images').selected.indices.length >= 1")
    selected = many.evaluate("return model_of('images').selected.indices")
    assert bars["rows"][best] in selected
    many.wait_for("cells[1].node.innerText.includes('to the nearest cluster')")
