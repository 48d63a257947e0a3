"""Many images: pictures come when the mouse asks for them, and of very many k comes so too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from first_lesson import opened_once, watched
from lab import Lab
from notebook_file import write_notebook
from notebook_page import Notebook

pytestmark = pytest.mark.browser

CELL = """\
import io
import datasets
import numpy as np
from PIL import Image
from cliplab import Embeddings, Explorer, ImageSet, Projection, sweep_clusters

def drawn(color):
    Image.new("RGB", (8, 8), color).save(buffer := io.BytesIO(), "PNG")
    return {"bytes": buffer.getvalue(), "path": None}

random, n_images = np.random.default_rng(0), 20_100
groups = np.arange(n_images) % 4
picture = [drawn(color) for color in ("red", "green", "blue", "black")]
images = ImageSet(datasets.Dataset.from_dict({
    "image": [picture[group] for group in groups], "image_id": [f"id{i}" for i in range(n_images)],
}).cast_column("image", datasets.Image()))
embeddings = Embeddings(np.eye(4)[groups] + 0.2 * random.normal(size=(n_images, 4)))
sweep = sweep_clusters(embeddings, range(2, 7), n_silhouettes=500)
places = 9 * np.eye(4)[groups][:, :2] + random.normal(size=(n_images, 2))
explorer = Explorer(images, embeddings, Projection(places, "drawn"), sweep)
explorer"""


FEW = """\
few = 6000
sweep = sweep_clusters(embeddings[:few], range(2, 7))
explorer = Explorer(images[:few], embeddings[:few], Projection(places[:few], "drawn"), sweep)
explorer"""

# Its status says little: messages of widgets are heard by a thread that stays free.
# An interrupt would be lost on what the kernel did before it fell asleep.
ASLEEP = """\
window.is_awake = false;
const code = `import time
try: print('asleep', flush=True); time.sleep(60)
except KeyboardInterrupt: pass`;
const asleep = panel.sessionContext.session.kernel.requestExecute({code});
asleep.done.then(() => { window.is_awake = true });
await new Promise((heard) => {
  asleep.onIOPub = ({content}) => { if (content.text?.includes('asleep')) heard() }
})"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, lab: Lab) -> Iterator[Notebook]:
    path = tmp_path_factory.mktemp("many") / "many.ipynb"
    write_notebook(path, CELL, title="Many")
    with opened_once(lab, path) as notebook:
        notebook.wait_painted()
        # What many images have comes after the first painting.
        notebook.wait_for("data_of('measured').rows.length === 500")
        notebook.wait_for("cells[1].node.querySelector('.cliplab-choose-k input:enabled')")
        yield notebook


@pytest.fixture
def many(opened: Notebook, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    with watched(opened, request.node.name, 1):
        opened.evaluate("cells[1].node.scrollIntoView()")
        yield opened


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


def test_the_clusters_of_very_many_images_are_clicked_too(many: Notebook) -> None:
    row = many.cell(1).locator(".cliplab-clusters [data-cluster='1']")
    row.click()
    many.wait_for("model_of('images').selected.indices.length > 1000")
    labels, chosen = many.data("images")["cluster_labels"], "model_of('images').selected.indices"
    assert {labels[each] for each in many.evaluate(f"return {chosen}")} == {1}
    bars = many.evaluate("return model_of('measured').selected.indices")
    rows = many.data("measured")["rows"]
    assert {labels[rows[bar]] for bar in bars} == {1}
    n_chosen = many.run_cell("print(len(explorer.state.selected))")
    assert f"{n_chosen} images of cluster 1" in many.cell(1).inner_text()
    row.click()
    many.wait_for(f"{chosen}.length === 0")


def test_up_to_twenty_thousand_are_turned_while_the_kernel_is_busy(many: Notebook) -> None:
    many.run_cell(FEW)
    cell = many.evaluate("return panel.content.activeCellIndex")
    many.wait_painted()
    many.wait_for("data_of('images').x.length === 6000")
    slider = many.cell(cell).get_by_role("slider").first
    many.wait_for("cells[arg].node.querySelector('.cliplab-choose-k input:enabled')", cell)
    many.page.wait_for_timeout(500)  # The views of other k come one by one.
    many.evaluate(ASLEEP)
    slider.press("End")
    many.wait_for("new Set(data_of('images').cluster_labels).size === 6")
    assert not many.evaluate("return window.is_awake")
    assert many.evaluate("return model_of('measured')") is None
    assert many.evaluate("return data_of('sheets').uri.length") == 0
    many.evaluate("await panel.sessionContext.session.kernel.interrupt()")
    assert many.run_cell("print(explorer.state.n_clusters)") == "6"
