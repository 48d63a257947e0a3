"""The harness itself: what it says about a page must be so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from first_lesson import opened_once, watched
from lab import Lab
from notebook_file import write_notebook
from notebook_page import Notebook

pytestmark = pytest.mark.browser

# Independent of cliplab: where the harness passes and the Explorer fails, the Explorer is wrong.
PLOT = """\
from pathlib import Path

import bokeh
import ipywidgets
from bokeh.models import ColumnDataSource, Range1d
from bokeh.plotting import figure
from IPython.display import Javascript, display
from jupyter_bokeh import BokehModel

source = ColumnDataSource({"x": [1.0, 2.0, 3.0], "y": [1.0, 3.0, 2.0]}, name="points")
plot = figure(name="plot", width=400, height=300, tools="tap,lasso_select",
              x_range=Range1d(start=0, end=4), y_range=Range1d(start=0, end=4))
plot.scatter("x", "y", size=20, source=source)
slider = ipywidgets.IntSlider(value=1, min=0, max=10, description="height")
slider.observe(lambda change: source.data.update(y=[float(change.new)] * 3), "value")
script = (Path(bokeh.__file__).parent / "server/static/js/bokeh.min.js").read_text("utf-8")
display(Javascript("(function () {" + script + "}).call(window)"))
display(ipywidgets.VBox([slider, BokehModel(plot)]))
"""
# Before every test.
BEGINNING = """\
slider.value, source.selected.indices = 1, []
source.data.update(y=[1.0, 3.0, 2.0])"""


@pytest.fixture(scope="module")
def opened(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    path = tmp_path_factory.mktemp("harness") / "tiny.ipynb"
    write_notebook(path, PLOT, title="A plot")
    with opened_once(lab, path) as notebook:
        yield notebook


@pytest.fixture
def notebook(opened: Notebook, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    opened.wait_painted()
    opened.run_cell(BEGINNING)
    opened.wait_for("data_of('points').y[1] === 3")
    opened.evaluate("cells[1].node.scrollIntoView()")
    with watched(opened, request.node.name, cell=1):
        yield opened


def test_a_slider_moved_by_keyboard_changes_the_kernel_and_the_plot(notebook: Notebook) -> None:
    slider = notebook.page.get_by_role("slider")
    for _ in range(3):
        slider.press("ArrowRight")
    notebook.wait_for("data_of('points').y[0] === 4")
    assert notebook.run_cell("slider.value") == "4"
    assert notebook.data("points") == {"x": [1, 2, 3], "y": [4, 4, 4]}


def test_a_tap_and_a_lasso_select_in_the_kernel(notebook: Notebook) -> None:
    notebook.tap("plot", 2, 3)
    notebook.wait_for("model_of('points').selected.indices.length === 1")
    assert notebook.run_cell("source.selected.indices") == "[1]"
    # Bokeh alone takes a press that rests for a quarter of a second for no drag, and on a busy
    # machine that much may pass before the first movement.
    for _ in range(5):
        notebook.drag("plot", [(1.5, 1.5), (3.5, 1.5), (3.5, 3.5), (1.5, 3.5)])
        notebook.page.wait_for_timeout(1000)
        if notebook.evaluate("return model_of('points').selected.indices.length") == 2:
            break
    assert notebook.run_cell("sorted(source.selected.indices)") == "[1, 2]"


def test_a_reloaded_page_is_painted_again_by_the_same_kernel(notebook: Notebook) -> None:
    notebook.run_cell("kept = 'still here'")
    notebook.reload()
    notebook.wait_painted()
    assert notebook.run_cell("print(kept)") == "still here"


def test_a_cell_that_fails_is_an_error_here_too(notebook: Notebook) -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        notebook.run_cell("1 / 0")


def test_a_request_to_a_stranger_is_stopped_and_reported(notebook: Notebook) -> None:
    notebook.evaluate("await fetch('https://example.org/').catch(() => null)")
    assert "requested https://example.org/" in notebook.errors
    notebook.errors.clear()
