"""The Explorer under a learner's hands: a real JupyterLab in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from first_lesson import (
    FIGURES,
    LESSON,
    RESULTS,
    cell_of_the_explorer,
    opened_once,
    see_explorer,
    watched,
)
from lab import Lab
from notebook_page import Notebook

pytestmark = pytest.mark.browser

BEGINNING = """\
chosen = dict(selected=(), color_by="cluster", projection="tsne", perplexity=30, n_clusters=10,
              page="images", map_images="none")
for name, value in chosen.items():
    setattr(explorer.state, name, value)"""


@pytest.fixture(scope="module")
def opened(lab: Lab) -> Iterator[Notebook]:
    """The first lesson, run once for all tests here: what a learner does in one sitting."""
    with opened_once(lab, LESSON) as notebook:
        yield notebook


@pytest.fixture
def lesson(opened: Notebook, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    opened.page.mouse.move(0, 0)
    opened.run_cell(BEGINNING)
    opened.wait_for("new Set(data_of('images').cluster_labels).size === 10")
    opened.wait_painted()
    see_explorer(opened)
    with watched(opened, request.node.name, cell_of_the_explorer(opened)):
        yield opened


def _lasso_everything_left(notebook: Notebook, *, outside: float = 0, pause: float = 0) -> None:
    columns = notebook.data("images")
    x, y = np.array(columns["x"]), np.array(columns["y"])
    left, right = x.min() - 1, float(np.median(x))
    top, bottom = y.max() + 1, y.min() - 1
    path = [(left, top), (right, top), (right, bottom), (left, bottom)]
    if not outside:
        notebook.drag("scatter", path)
        return
    points = [notebook.point("scatter", *each) for each in path]
    edge = notebook.evaluate(
        """const {canvas_view, frame} = view_of('scatter');
        return canvas_view.el.getBoundingClientRect().top + frame.bbox.top"""
    )
    mouse = notebook.page.mouse
    mouse.move(points[0][0], edge - outside)
    mouse.down()
    notebook.page.wait_for_timeout(pause)
    for point in points[1:]:
        mouse.move(*point, steps=8)
    mouse.up()


def test_all_of_the_explorer_fits_into_a_window_of_1280_by_800(lesson: Notebook) -> None:
    room, needed, width, content = lesson.evaluate(
        """const notebook = panel.content.node.getBoundingClientRect();
        const output = cells[arg].node.querySelector('.jp-OutputArea-output .widget-vbox');
        const gallery = output.getBoundingClientRect();
        return [notebook.height, gallery.height, output.clientWidth, output.scrollWidth]""",
        cell_of_the_explorer(lesson),
    )
    assert needed <= room
    assert content <= width


def test_the_slider_moves_the_silhouettes(lesson: Notebook) -> None:
    before = lesson.data("images")["silhouettes"]
    slider = lesson.cell(cell_of_the_explorer(lesson)).get_by_role("slider").first
    slider.press("End")
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 20")
    assert lesson.data("images")["silhouettes"] != before
    # The kernel hears of it a moment later, and a cell that is run by a script may come first.
    lesson.wait_for(f"cells[{cell_of_the_explorer(lesson)}].node.innerText.includes('20 clusters')")
    assert lesson.run_cell("print(explorer.state.n_clusters)") == "20"


def test_what_the_kernel_sends_does_not_come_back_to_it(lesson: Notebook) -> None:
    lesson.evaluate(
        """const socket = panel.sessionContext.session.kernel._ws;
        const send = socket.send.bind(socket);
        window.sent = 0;
        socket.send = (data) => { window.sent += data.byteLength ?? data.length; send(data) }"""
    )
    lesson.cell(cell_of_the_explorer(lesson)).get_by_role("slider").first.press("ArrowRight")
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 11")
    lesson.page.wait_for_timeout(500)
    assert 0 < lesson.evaluate("return window.sent") < 2000


@pytest.mark.parametrize("figure", ["elbow", "score"])
def test_a_tap_on_a_curve_moves_the_slider(lesson: Notebook, figure: str) -> None:
    columns = lesson.data("sweep")
    field = {"elbow": "inertias", "score": "silhouette_scores"}[figure]
    lesson.tap(figure, 6.2, columns[field][columns["n_clusters"].index(6)])
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 6")
    readout = lesson.cell(cell_of_the_explorer(lesson)).locator(".cliplab-k")
    assert readout.inner_text() == "6"


def test_numbers_on_the_map_keep_apart_also_when_one_zooms(lesson: Notebook) -> None:
    lesson.run_cell("explorer.state.n_clusters = 20")
    lesson.wait_for("data_of('numbers').names.length === 20")
    boxes = """const is_it = (view) => view.model.name === 'cluster numbers';
        const {glyph} = [...Bokeh.index.query(is_it)][0];
        return Array.from(glyph.sx, (x, i) => [
          x + glyph.x_offset.get(i), glyph.sy[i] + glyph.y_offset.get(i),
          glyph.swidth[i], glyph.sheight[i]])"""
    zoom = """const {x_range, y_range} = model_of('scatter');
        const ends = ({start, end}) => {
          const [middle, half] = [(start + end) / 2, arg * (end - start) / 2];
          return {start: middle - half, end: middle + half};
        };
        x_range.setv(ends(x_range)); y_range.setv(ends(y_range))"""
    for by in (1, 1.5, 1.5, 0.25, 16 / 9):  # The last one leads back.
        lesson.evaluate(zoom, by)
        lesson.wait_painted()
        lesson.page.wait_for_timeout(200)
        x, y, width, height = np.array(lesson.evaluate(boxes)).T
        assert len(x) > 5
        one, other = np.triu_indices(len(x), 1)
        is_beside = np.abs(x[one] - x[other]) >= (width[one] + width[other]) / 2
        is_above = np.abs(y[one] - y[other]) >= (height[one] + height[other]) / 2
        assert (is_beside | is_above).all()


def test_a_cluster_is_opened_by_one_click_and_closed_by_another_or_by_escape(
    lesson: Notebook,
) -> None:
    n_selected = "model_of('images').selected.indices.length"
    numbers = lesson.data("numbers")
    largest = int(np.argmax(numbers["sizes"]))  # Its number stands where it belongs.
    # Two clicks within 300 ms are one of another kind to Bokeh.
    for pause in (0, 400):
        for expected in (numbers["sizes"][largest], 0):
            lesson.page.wait_for_timeout(pause)
            lesson.tap("scatter", numbers["x"][largest], numbers["y"][largest])
            lesson.page.mouse.move(0, 0)
            lesson.wait_for(f"{n_selected} === arg", expected)
    badge = lesson.page.locator(".cliplab-gallery [data-cluster='2']").first
    badge.click()
    lesson.page.mouse.move(0, 0)
    lesson.wait_for(f"{n_selected} === arg", numbers["sizes"][2])
    lesson.page.keyboard.press("Escape")
    lesson.evaluate("model_of('images').selected.indices = []")
    rows = lesson.cell(cell_of_the_explorer(lesson)).locator(".cliplab-clusters tbody tr")
    chip = lesson.cell(cell_of_the_explorer(lesson)).locator(".cliplab-selection")
    assert rows.count() == 10
    rows.nth(3).click()
    lesson.wait_for(
        "data_of('images').cluster_labels.filter((label) => label === 3).length === "
        "model_of('images').selected.indices.length"
    )
    size = rows.nth(3).locator("td:not(.cliplab-word)").nth(1).inner_text()
    assert chip.inner_text() == f"{size} images of cluster 3 ✕"
    assert lesson.run_cell("print(len(explorer.state.selected))") == size
    see_explorer(lesson)
    rows.nth(3).click()
    lesson.wait_for("model_of('images').selected.indices.length === 0")
    rows.nth(5).click()
    chip.wait_for(state="visible")
    lesson.page.keyboard.press("Escape")
    chip.wait_for(state="hidden")
    assert lesson.run_cell("print(explorer.state.selected)") == "()"


def test_while_the_kernel_is_busy_k_is_turned_all_the_same_and_the_kernel_follows(
    lesson: Notebook,
) -> None:
    cell = lesson.cell(cell_of_the_explorer(lesson))
    # Its status says little: messages of widgets are heard by a thread that stays free.
    lesson.evaluate(
        """window.is_awake = false;
        panel.sessionContext.session.kernel.requestExecute({code: 'import time; time.sleep(4)'})
          .done.then(() => { window.is_awake = true })"""
    )
    for size in (11, 12, 13):
        cell.get_by_role("slider").first.press("ArrowRight")
        lesson.wait_for("new Set(data_of('images').cluster_labels).size === arg", size)
    assert not lesson.evaluate("return window.is_awake")
    cell.get_by_text("The kernel is busy").wait_for(state="visible")
    cell.get_by_text("The kernel is busy").wait_for(state="hidden")
    assert lesson.run_cell("print(explorer.state.n_clusters)") == "13"
    in_python = lesson.run_cell(
        "print(sum(explorer._board.plots.images.data['cluster_labels'].tolist()))"
    )
    assert int(in_python) == sum(lesson.data("images")["cluster_labels"])


def test_the_map_is_a_square_with_equal_scales(lesson: Notebook) -> None:
    width, height, across, up = lesson.evaluate(
        """const map = model_of('scatter');
        return [map.inner_width, map.inner_height,
          map.x_range.end - map.x_range.start, map.y_range.end - map.y_range.start]"""
    )
    assert width / across == pytest.approx(height / up, rel=1e-3)
    assert 0.85 < width / height < 1.18
    assert height <= 0.6 * lesson.evaluate("return window.innerHeight") + 1


def test_a_lasso_fills_the_gallery(lesson: Notebook) -> None:
    # A press that pauses, and begins outside the frame, is a lasso too.
    _lasso_everything_left(lesson, outside=6, pause=600)
    lesson.wait_for("document.querySelectorAll('.cliplab-gallery .image').length === 10")
    lesson.wait_for("document.querySelector('.jp-Notebook').innerText.includes(' selected')")
    n_selected = int(lesson.run_cell("print(len(explorer.state.selected))"))
    assert 300 < n_selected < 700
    gallery = lesson.cell(cell_of_the_explorer(lesson)).locator(".cliplab-gallery")
    assert gallery.get_by_role("img").count() == 10
    # Names of files often hold the class, so before the commitment there are only numbers.
    first = "image " + lesson.run_cell("print(explorer.state.selected[0])")
    lesson.wait_for("document.querySelector('.cliplab-gallery figure').title.includes(arg)", first)


def test_typical_images_are_clicked_and_a_lasso_on_the_wall_selects(lesson: Notebook) -> None:
    n_selected = "model_of('images').selected.indices.length"
    show = lesson.cell(cell_of_the_explorer(lesson)).locator("label:text-is('show') + select")
    show.select_option("typical images")
    lesson.wait_for("data_of('map images').shown[0] === 'typical'")
    numbers = lesson.data("numbers")
    largest = int(np.argmax(numbers["sizes"]))  # Its image stands right above its number.
    x, y = lesson.point("scatter", numbers["x"][largest], numbers["y"][largest])
    for expected in (numbers["sizes"][largest], 0):
        lesson.page.mouse.click(x, y - 30)
        lesson.page.mouse.move(0, 0)
        lesson.wait_for(f"{n_selected} === arg", expected)

    on_map = lesson.data("images")["x"]
    show.select_option("all, as a wall")
    lesson.wait_for("data_of('map images').shown[0] === 'wall'")
    lesson.wait_for("document.querySelector('.jp-Notebook').innerText.includes('the wall keeps')")
    see_explorer(lesson)
    lesson.page.wait_for_timeout(1200)  # Until images have slid into their cells.
    _lasso_everything_left(lesson)
    lesson.wait_for(f"{n_selected} > 0")
    x = np.array(lesson.data("images")["x"])
    assert len(np.unique(x)) == 32
    n_left = int(lesson.run_cell("print(len(explorer.state.selected))"))
    assert (x < np.median(x)).sum() <= n_left <= (x <= np.median(x)).sum()
    chip = lesson.cell(cell_of_the_explorer(lesson)).locator(".cliplab-selection")
    assert chip.inner_text() == f"{n_left} images ✕"
    see_explorer(lesson)
    chip.click()
    lesson.wait_for(f"{n_selected} === 0")
    show.select_option("dots")
    lesson.wait_for("data_of('map images').shown[0] === 'none'")
    assert lesson.data("images")["x"] == on_map


def test_a_tap_on_a_bar_shows_its_picture(lesson: Notebook) -> None:
    columns = lesson.data("images")
    row = int(np.argmax(columns["silhouettes"]))
    lesson.tap("silhouettes", columns["silhouettes"][row] / 2, columns["bar_positions"][row])
    lesson.wait_for("model_of('images').selected.indices.length >= 1")
    selected = lesson.evaluate("return model_of('images').selected.indices")
    # A bar is thinner than a pixel: its neighbours may come along.
    assert row in selected
    assert len(selected) <= 4


def test_what_a_later_cell_sets_is_seen(lesson: Notebook) -> None:
    lesson.run_cell(
        "explorer.state.n_clusters = 3; explorer.state.committed_k = 3; "
        "explorer.state.color_by = 'class'"
    )
    lesson.wait_for("new Set(data_of('images').cluster_labels).size === 3")
    legend = lesson.cell(cell_of_the_explorer(lesson)).inner_text()
    assert "octopus" in legend


def test_a_new_perplexity_moves_the_points_while_one_watches(lesson: Notebook) -> None:
    lesson.evaluate(
        """window.frames_seen = 0;
        model_of('images').properties.data.change.connect(() => { window.frames_seen += 1 })"""
    )
    before = lesson.data("images")["x"]
    lesson.run_cell("explorer.state.perplexity = 12")
    lesson.wait_for("model_of('scatter').title.text.includes('perplexity 12')")
    lesson.wait_for("panel.sessionContext.session.kernel.status === 'idle'")
    lesson.page.wait_for_timeout(3000)
    assert lesson.data("images")["x"] != before
    assert lesson.evaluate("return window.frames_seen") >= 3


def test_the_hover_draws_lines_to_neighbours_and_does_not_tell_the_kernel(lesson: Notebook) -> None:
    lesson.run_cell('explorer.state.color_by = "neighbors kept"')
    lesson.wait_for("data_of('neighbors').rows.length === 10 * data_of('images').x.length")
    lesson.wait_painted()
    see_explorer(lesson)
    columns = lesson.data("images")
    row = int(np.argmin(columns["neighbors_kept"]))
    x, y = lesson.point("scatter", columns["x"][row], columns["y"][row])
    lesson.page.mouse.move(x - 30, y)
    lesson.page.mouse.move(x, y, steps=4)
    lesson.wait_for("data_of('lines').x0.length === 10")
    lesson.page.mouse.move(0, 0)
    lesson.wait_for("data_of('lines').x0.length === 0")
    assert lesson.run_cell("print(explorer._board.plots.hover.lines.data['x0'])") == "[]"


def test_the_hover_shows_the_picture(lesson: Notebook) -> None:
    lesson.wait_for("data_of('sheets').uri.every((uri) => uri.length > 1000)")
    columns = lesson.data("images")
    x, y = lesson.point("scatter", columns["x"][7], columns["y"][7])
    lesson.page.mouse.move(x - 30, y)
    lesson.page.mouse.move(x, y, steps=4)
    picture = lesson.page.locator("div[style*='background-image']").first
    picture.wait_for(state="visible", timeout=10_000)
    assert 'url("blob:' in picture.evaluate("(node) => getComputedStyle(node).backgroundImage")


def test_in_the_dark_theme_all_of_it_can_be_read(lesson: Notebook) -> None:
    lesson.command("apputils:change-theme", theme="JupyterLab Dark")
    lesson.page.wait_for_timeout(1000)
    see_explorer(lesson)
    for name in FIGURES:
        # The plot's own pixels are laid over the page's colour, as the eye sees them.
        contrasts = lesson.evaluate(
            """const luminance = (rgb) => rgb
              .map((value) => value / 255)
              .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
              .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
            const view = view_of(arg);
            let node = view.el;
            const numbers = /[0-9.]+/g;
            const colour = () => getComputedStyle(node).backgroundColor.match(numbers).map(Number);
            while (colour()[3] === 0) node = node.parentElement ?? node.getRootNode().host;
            const page = colour().slice(0, 3);
            const canvas = view.canvas_view.primary.canvas;
            const pixels = canvas.getContext('2d').getImageData(
              0, 0, canvas.width, canvas.height).data;
            const counts = new Map();
            for (let i = 0; i < pixels.length; i += 4) {
              const share = pixels[i + 3] / 255;
              const seen = page.map((value, c) => value * (1 - share) + pixels[i + c] * share);
              const [low, high] = [luminance(seen), luminance(page)].sort((a, b) => a - b);
              const contrast = ((high + 0.05) / (low + 0.05)).toFixed(1);
              counts.set(contrast, (counts.get(contrast) ?? 0) + 1);
            }
            return [page, Object.fromEntries(counts)]""",
            name,
        )
        page, counts = contrasts
        assert max(page) < 40, "the page is dark"
        readable = sum(count for contrast, count in counts.items() if float(contrast) >= 4)
        assert readable > 100, name
    lesson.screenshot(RESULTS / "dark.png")
    lesson.command("apputils:change-theme", theme="JupyterLab Light")
    lesson.page.wait_for_timeout(1000)
