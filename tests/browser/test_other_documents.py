"""Other Bokeh plots on the page: what cliplab does to its own documents it does to no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_file import write_notebook
from notebook_page import Notebook

pytestmark = pytest.mark.browser

OURS = """\
import numpy as np
from cliplab import show_elbow, sweep_clusters

points = np.random.default_rng(0).normal(size=(60, 4))
show_elbow(sweep_clusters(points, range(2, 6)))"""
OTHER = """\
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure
from jupyter_bokeh import BokehModel

source = ColumnDataSource({"x": [1.0, 2.0], "y": [1.0, 3.0]}, name="points")
plot = figure(name="other", width=400, height=300)
plot.scatter("x", "y", source=source)
BokehModel(plot)"""


@pytest.fixture
def notebook(tmp_path: Path, open_notebook: Callable[[Path], Notebook]) -> Notebook:
    notebook = open_notebook(write_notebook(tmp_path / "two.ipynb", OURS, OTHER))
    notebook.run_all()
    notebook.wait_for("documents.length === 2")
    notebook.wait_painted()
    return notebook


def test_another_document_goes_on_telling_its_listeners_of_every_change(
    notebook: Notebook,
) -> None:
    changed, is_prototypes_own = notebook.evaluate(
        """const { prototype } = Bokeh.require("document").Document;
        window.told = [];
        doc.on_change((event) => window.told.push(event.sync));
        const other = documents.find((each) => each.get_model_by_name("other"));
        return [documents.map((each) => Object.hasOwn(each, "_trigger_on_change")),
                other.on_change === prototype.on_change
                && other._trigger_on_change === prototype._trigger_on_change]"""
    )
    assert changed == [True, False]
    assert is_prototypes_own

    notebook.run_cell("source.data.update(y=[4.0, 5.0])")

    notebook.wait_for("data_of('points').y[0] === 4")
    assert False in notebook.evaluate("return window.told")
