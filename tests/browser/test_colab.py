"""The first lesson's Explorer in an emulation of Colab, which has a widget manager of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from colab.emulation import ColabNotebook, running_colab, what_is_missing
from colab.versions import COLABS, INSTALLED, OLD, folder_of
from first_lesson import FIGURES, LESSON, RESULTS
from lab import Lab
from playwright.sync_api import Locator

from cliplab.explorer.widgets.pages import PAGES

pytestmark = pytest.mark.browser

N_CLUSTERS = "new Set(data_of('images').cluster_labels).size"
# Its packages forget a view's model before the view, when a widget is closed where it is shown.
OF_THE_MANAGER = "Cannot convert undefined or null to object"


@pytest.fixture(scope="module", params=[INSTALLED, OLD])
def opened(
    lab: Lab, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ColabNotebook]:
    """The first lesson up to its Explorer."""
    if missing := what_is_missing():
        pytest.skip(missing)
    widgets = folder_of(request.param, tmp_path_factory.mktemp("widgets"))
    scripts = tmp_path_factory.mktemp("colab")
    with running_colab(lab, scripts, widgets=widgets, height=1000) as notebook:
        for code in _lesson():
            notebook.run_cell(code)
        notebook.wait_painted()
        yield notebook


def _lesson() -> list[str]:
    """Return the code up to the whole Explorer, without the cell that installs what Colab lacks."""
    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    n_codes = max(i for i, code in enumerate(codes) if code.endswith("\nexplorer")) + 1
    return [code for code in codes[:n_codes] if "%pip" not in code]


@pytest.fixture
def lesson(
    opened: ColabNotebook,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> Iterator[ColabNotebook]:
    if opened.ask("ipywidgets.__version__") == repr(COLABS):
        record_property("figure", f"with ipywidgets {COLABS}")
    opened.wait_painted()
    yield opened
    opened.screenshot(RESULTS / f"{request.node.name}.png")
    errors, opened.errors[:] = set(opened.errors), []
    assert errors <= {OF_THE_MANAGER}


def _button(lesson: ColabNotebook, title: str) -> Locator:
    return lesson.frame.get_by_role("button", name=title, exact=True)


def test_every_figure_is_painted_in_colab(lesson: ColabNotebook) -> None:
    # Both come after the plots: the views of all k in buffers, and the thumbnails.
    lesson.frame.locator(".cliplab-clusters tbody tr").nth(3).wait_for()
    lesson.wait_for("data_of('sheets').uri.every((uri) => uri.length > 1000)")
    lesson.wait_painted()
    for name in FIGURES:
        colors = lesson.evaluate(
            """const { canvas } = view_of(arg).canvas_view.primary;
            const { data } = canvas.getContext('2d').getImageData(
              0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size""",
            name,
        )
        assert colors > 20, name


def _wait_until_the_kernel_has(lesson: ColabNotebook, k: int) -> None:
    """The page turns k first; the kernel hears of it afterwards."""
    for _ in range(40):
        if lesson.ask("explorer.state.n_clusters") == str(k):
            return
        lesson.page.wait_for_timeout(250)
    assert lesson.ask("explorer.state.n_clusters") == str(k)


def test_slider_tap_and_lasso_reach_the_kernel_in_colab(lesson: ColabNotebook) -> None:
    lesson.frame.get_by_role("slider").first.press("End")
    lesson.wait_for(f"{N_CLUSTERS} === 20")
    columns = lesson.data("sweep")
    lesson.tap("elbow", 8.2, columns["inertias"][columns["n_clusters"].index(8)])
    lesson.wait_for(f"{N_CLUSTERS} === 8")
    lesson.wait_painted()
    _wait_until_the_kernel_has(lesson, 8)

    columns = lesson.data("images")
    x, y = np.array(columns["x"]), np.array(columns["y"])
    left, right, low, high = x.min() - 1, float(np.median(x)), y.min() - 1, y.max() + 1
    lesson.drag("scatter", [(left, low), (right, low), (right, high), (left, high)])
    chip = lesson.frame.locator(".cliplab-selection")
    chip.wait_for()
    lesson.wait_painted()
    n_selected = int(lesson.ask("len(explorer.state.selected)"))
    assert 400 < n_selected < 600
    assert chip.inner_text() == f"{n_selected} images ✕"


def test_each_page_opens_by_its_button_in_colab(lesson: ColabNotebook) -> None:
    pages = lesson.frame.locator(".cliplab-pages")
    for entry in (*PAGES[1:], PAGES[0]):
        before = pages.inner_text()
        _button(lesson, entry.title).click()
        lesson.wait_for("document.querySelector('.cliplab-pages').innerText !== arg", before)
        assert lesson.ask("explorer.state.page") == repr(entry.name)


def test_a_commitment_shows_the_answers_in_colab(lesson: ColabNotebook) -> None:
    _button(lesson, "Answers").click()
    _button(lesson, "Commit").click()
    lesson.frame.get_by_text("You said 8.").first.wait_for()
    assert lesson.ask("explorer.state.committed_k") == "8"


def test_loaded_again_in_colab_controls_and_plots_agree(lesson: ColabNotebook) -> None:
    """Colab builds a reloaded page from saved states, and that of the plots is from the start."""
    lesson.ask("None", "explorer.state.color_by = 'class'; explorer.state.selected = [1, 2, 3]")
    lesson.frame.get_by_role("slider").first.press("ArrowRight")
    lesson.wait_for(f"{N_CLUSTERS} === 9 && new Set(data_of('images').color_values).size === 16")
    lesson.wait_painted()
    before = lesson.data("images")

    lesson.reload()

    lesson.wait_for("doc && data_of('sheets').uri.every((uri) => uri.length > 1000)")
    lesson.wait_for(f"{N_CLUSTERS} === 9")
    # The control comes with a message of its own.
    lesson.wait_for("document.querySelector('.cliplab-k')?.innerText === '9'")
    assert lesson.data("images") == before
    assert lesson.evaluate("return model_of('images').selected.indices") == [1, 2, 3]
    lesson.frame.get_by_role("slider").first.press("ArrowLeft")
    lesson.wait_for(f"{N_CLUSTERS} === 8")
    lesson.wait_painted()
    _wait_until_the_kernel_has(lesson, 8)
