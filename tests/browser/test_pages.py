"""The pages of the Explorer under a learner's hands: each control does what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from access import OF_COLORS, add_axe, count_presses, tab_to, violations
from first_lesson import opened_once, watched
from lab import Lab
from notebook_file import write_notebook
from notebook_page import Notebook
from playwright.sync_api import Locator

from cliplab._core.language import messages
from cliplab.explorer.widgets.pages import PAGES

pytestmark = pytest.mark.browser

CELL = """\
from cliplab import ClipEncoder, Explorer, load_storybook, sweep_clusters, project

images, encoder = load_storybook(n_images=300), ClipEncoder("storybook")
embeddings = encoder.encode_images(images)
sweep = sweep_clusters(embeddings, range(2, 13))
explorer = Explorer(images, embeddings, project(embeddings), sweep, encoder=encoder)
explorer"""
# Before every test; what was committed to stays, as it should.
BEGINNING = """\
chosen = dict(
    selected=(), groups=(), color_by="cluster", query="", algorithm="kmeans",
    metric="euclidean", centered=False, null_data="none", space="embedding", n_clusters=6,
    page="images", opened=None,
)
for name, value in chosen.items():
    setattr(explorer.state, name, value)"""
EXPLORER = 1  # Its cell.


@pytest.fixture(scope="module")
def opened(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    path = tmp_path_factory.mktemp("pages") / "pages.ipynb"
    write_notebook(path, CELL, title="Pages")
    with opened_once(lab, path, height=1000) as notebook:
        yield notebook


@pytest.fixture
def pages(opened: Notebook, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    opened.run_cell(BEGINNING)
    opened.wait_for("new Set(data_of('images').cluster_labels).size === 6")
    opened.wait_painted()
    opened.evaluate("cells[arg].node.scrollIntoView()", EXPLORER)
    with watched(opened, request.node.name, EXPLORER):
        yield opened


def _screen(notebook: Notebook) -> Locator:
    return notebook.cell(EXPLORER)


def _open(notebook: Notebook, title: str) -> None:
    _screen(notebook).get_by_role("button", name=title, exact=True).click()


def _menu(notebook: Notebook, label: str) -> Locator:
    return _screen(notebook).locator(f".widget-dropdown:has(label:text-is('{label}')) select")


def _wait_for_words(notebook: Notebook, words: str) -> None:
    notebook.wait_for(f"cells[{EXPLORER}].node.innerText.includes(arg)", words)


def _colors(notebook: Notebook) -> list[float]:
    return notebook.data("images")["color_values"]


def test_classes_cannot_be_had_before_the_commitment_and_are_there_after_it(
    pages: Notebook,
) -> None:
    options = _menu(pages, "colour by").locator("option").all_inner_texts()
    words = [option.replace("\xa0", " ") for option in options]
    found_here = ["cluster (found)", "silhouette", "neighbours kept", "neighbour counts", "nothing"]
    assert words == found_here
    assert set(pages.data("images")["class_names"]) == {""}
    refused = pages.run_cell(
        "try:\n    explorer.state.color_by = 'class'\nexcept Exception as e:\n    print(e)"
    )
    assert "only after a number of clusters was committed to" in refused
    _open(pages, "Answers")
    _wait_for_words(pages, "how many clusters are there?")
    assert "AMI" not in _screen(pages).inner_text()
    name = _screen(pages).get_by_placeholder("is a cluster of")
    name.fill("my <b>guess</b>")
    name.press("Tab")
    _screen(pages).get_by_role("button", name="Keep name").click()
    _wait_for_words(pages, "my <b>guess</b>")
    _screen(pages).get_by_role("button", name="Commit").click()
    _wait_for_words(pages, "You said 6. There are 16 classes")
    _wait_for_words(pages, "my <b>guess</b>")
    assert "octopus" in _screen(pages).inner_text()
    pages.wait_for("view_of('classes')?.el.getBoundingClientRect().height > 200")
    top = "view_of('{}').el.getBoundingClientRect().top"
    pages.wait_for(f"{top.format('your clusters')} === {top.format('classes')}")
    sides = [
        pages.evaluate(
            "const {x, y, width} = view_of(arg).el.getBoundingClientRect(); return [x, y, width]",
            name,
        )
        for name in ("your clusters", "classes")
    ]
    assert sides[0][0] + sides[0][2] <= sides[1][0]
    assert sides[0][1:] == sides[1][1:]
    assert len(set(pages.data("images")["class_values"])) == 16
    assert "no more alike than by chance" in _screen(pages).inner_text()
    _menu(pages, "compared with").select_option("color")
    _wait_for_words(pages, "There are 8 classes (color)")
    pages.wait_for("data_of('images').class_names.includes('octopus')")
    assert pages.run_cell("print(explorer.state.committed_k)") == "6"
    _menu(pages, "colour by").select_option("class (known)")
    pages.wait_for("new Set(data_of('images').color_values).size === 16")
    _screen(pages).get_by_role("button", name="that disagree").click()
    _wait_for_words(pages, " selected")


def test_a_tap_on_a_bar_opens_it(pages: Notebook) -> None:
    columns = pages.data("images")
    row = int(np.argmax(columns["silhouettes"]))
    pages.tap("silhouettes", columns["silhouettes"][row] / 2, columns["bar_positions"][row])
    _wait_for_words(pages, "centre of the nearest cluster")
    opened = int(pages.run_cell("print(explorer.state.opened)"))
    score = columns["silhouettes"][opened]
    assert f"= {score:.2f}" in _screen(pages).inner_text()
    pages.wait_for(
        f"[...cells[{EXPLORER}].node.querySelectorAll('img[alt^=image]')]"
        ".filter((image) => image.naturalWidth > 0).length === 3"
    )
    _screen(pages).get_by_role("button", name="borderline").click()
    _wait_for_words(pages, " selected")


def test_the_space_is_one_switch_and_a_score_on_the_picture_carries_a_warning(
    pages: Notebook,
) -> None:
    before = pages.data("images")["cluster_labels"]
    _open(pages, "Method")
    _menu(pages, "cluster on").select_option("the t-SNE map")
    _wait_for_words(pages, "⚠ Mean silhouette")
    pages.wait_for("model_of('silhouettes').title.text.includes('(CLIP 0.')")
    assert pages.data("images")["cluster_labels"] != before
    _menu(pages, "cluster on").select_option("10 principal components")
    pages.wait_for("model_of('score').below[0].axis_label.includes('10 principal components')")


def test_algorithm_distance_and_centring_change_the_clusters(pages: Notebook) -> None:
    before = pages.data("images")["silhouettes"]
    _open(pages, "Method")
    _menu(pages, "distance").select_option("cosine")
    _wait_for_words(pages, "spherical K-means")
    pages.wait_for("model_of('score').below[0].axis_label.includes('cosine')")
    assert pages.data("images")["silhouettes"] != before
    _screen(pages).get_by_text("centred vectors", exact=True).click()
    pages.wait_for("model_of('score').below[0].axis_label.includes('centred, cosine')")
    _menu(pages, "algorithm").select_option("HDBSCAN")
    _wait_for_words(pages, "noise")
    pages.wait_for("data_of('images').cluster_labels.some((label) => label < 0)")
    pages.wait_for("model_of('elbow').title.text === 'Clusters found'")
    _menu(pages, "algorithm").select_option("Gaussian mixture")
    _wait_for_words(pages, "by Gaussian mixture")
    assert _menu(pages, "distance").is_disabled()


def test_null_data_are_below_and_its_band_behind(pages: Notebook) -> None:
    _open(pages, "Method")
    ends = "return ['elbow', 'score'].map(model_of).map(({y_range: r}) => [r.start, r.end])"
    before = pages.evaluate(ends)
    _menu(pages, "null data").select_option("random, with the same covariance")
    pages.wait_for("data_of('band').low.length === 11")
    pages.wait_for("view_of('null scatter')?.el.getBoundingClientRect().height > 100")
    pages.wait_for("data_of('null images').x.length === 300")
    _menu(pages, "null data").select_option("none")
    pages.wait_for("data_of('band').low.length === 0")
    pages.wait_painted()
    after = pages.evaluate(ends)
    np.testing.assert_allclose(after, before)


def test_clusters_have_words_and_words_have_pictures(pages: Notebook) -> None:
    _open(pages, "In words")
    _wait_for_words(pages, "nearest words")
    names = pages.run_cell(
        "from cliplab import name_clusters\n"
        "print(','.join(name_clusters(explorer.clustering, encoder).names))"
    )
    shown = _screen(pages).inner_text()
    assert all(name in shown for name in names.split(","))
    box = _screen(pages).get_by_role("searchbox")
    box.fill("a red car")  # Typing only.
    _wait_for_words(pages, "The 12 images most like 'a red car'")
    _wait_for_words(pages, "12 selected")
    captions = pages.run_cell(
        "from cliplab import rank_by_text\n"
        "best = rank_by_text('a red car', embeddings, encoder).ranking[:2].tolist()\n"
        "print(images.to_pandas().loc[best, 'caption'].str.contains('red car').all())"
    )
    assert captions == "True"
    assert pages.run_cell("print(explorer.state.page)") == "images"
    before = _colors(pages)
    pages.run_cell("explorer.state.color_by = 'likeness to words'")
    pages.wait_for("new Set(data_of('images').color_values).size > 100")
    assert _colors(pages) != before
    box.fill("a <b>dinosaur</b> with teeth")
    box.press("Enter")
    _wait_for_words(pages, "'a <b>dinosaur</b> with teeth'")  # As words, and not as markup.
    box.press("Escape")
    pages.wait_for("document.querySelector('.cliplab-search input').value === ''")
    assert pages.run_cell("print(explorer.state.query, explorer.state.selected)") == "()"


def test_what_moved_is_drawn_and_a_ribbon_shows_whose_it_is(pages: Notebook) -> None:
    _open(pages, "From k to k + 1")
    _wait_for_words(pages, "From k = 6 to 7")
    pages.wait_for("view_of('flow')?.el.getBoundingClientRect().height > 100")
    pages.wait_painted()
    ribbons = pages.data("ribbons")
    assert sum(ribbons["n_images"]) == 300
    moving = [
        i
        for i, (before, after) in enumerate(zip(ribbons["before"], ribbons["after"], strict=True))
        if before != after
    ]
    widest = max(moving, key=lambda i: ribbons["n_images"][i])
    xs, ys = ribbons["xs"][widest], ribbons["ys"][widest]
    # The middle of the ribbon: halfway between its two edges.
    pages.tap("flow", xs[12], (ys[12] + ys[-13]) / 2)
    _wait_for_words(pages, " selected")
    selected = int(pages.run_cell("print(len(explorer.state.selected))"))
    assert selected == ribbons["n_images"][widest]


def test_evidence_is_gathered_while_the_panel_lives(pages: Notebook) -> None:
    _open(pages, "Evidence for k")
    _screen(pages).get_by_role("button", name="Gather the evidence").click()
    _screen(pages).get_by_role("button", name="Stop").last.wait_for(state="visible")
    slider = _screen(pages).get_by_role("slider").first
    slider.press("ArrowRight")
    pages.wait_for("new Set(data_of('images').cluster_labels).size === 7")
    assert pages.run_cell("print(explorer.evidence)") == "None"  # Still at it.
    _wait_for_words(pages, "Orange: single starts of K-means")
    pages.wait_for("view_of('evidence gap')?.el.getBoundingClientRect().height > 50")
    sentence = pages.run_cell("print(explorer.evidence.sentence)")
    assert sentence in _screen(pages).inner_text()


def test_axe_finds_nothing_on_any_page_light_or_dark(pages: Notebook) -> None:
    add_axe(pages.page)
    # It goes through the whole window each time: without the cells of other tests it is quicker.
    pages.evaluate("panel.content.model.sharedModel.deleteCellRange(2, cells.length)")
    pages.run_cell(
        "from cliplab import NamedGroup\n"
        "explorer.reset()\n"
        "explorer.state.committed_k = 6\n"
        "explorer.state.groups = [NamedGroup(range(9), 'one'), NamedGroup(range(9, 40), 'other')]\n"
        "explorer.state.selected, explorer.state.opened = range(30), 7"
    )
    titles = _screen(pages).locator(".widget-toggle-buttons button").all_inner_texts()
    for theme in ("Light", "Dark"):
        pages.command("apputils:change-theme", theme=f"JupyterLab {theme}")
        pages.wait_for(f"document.body.dataset.jpThemeLight === '{str(theme == 'Light').lower()}'")
        for title in titles:
            _open(pages, title)
            pages.wait_for("panel.sessionContext.session.kernel.status === 'idle'")
            place = ".cliplab-frame" if title == titles[0] else ".cliplab-pages"
            found = violations(pages.page, place, rules=() if theme == "Light" else OF_COLORS)
            assert found == [], (theme, title)
    pages.command("apputils:change-theme", theme="JupyterLab Light")


def test_gathering_can_be_stopped_and_continued(pages: Notebook) -> None:
    pages.run_cell("explorer.state.space = 'pca-10'")  # Nothing is known of it yet.
    pages.wait_for("model_of('score').below[0].axis_label.includes('10 principal')")
    _open(pages, "Evidence for k")
    _screen(pages).get_by_role("button", name="Gather the evidence").click()
    _screen(pages).get_by_role("button", name="Stop").last.click()
    _screen(pages).get_by_role("button", name="Continue").wait_for(state="visible")
    assert not _screen(pages).get_by_role("button", name="Gather the evidence").is_visible()
    assert pages.run_cell("print(explorer.evidence)") == "None"
    _screen(pages).get_by_role("button", name="Continue").click()
    _wait_for_words(pages, "All numbers")


def test_the_menus_change_the_picture_and_its_colours(pages: Notebook) -> None:
    before = pages.data("images")["x"]
    _open(pages, "Method")
    _menu(pages, "map").select_option("PCA")
    pages.wait_for("model_of('scatter').title.text === 'PCA'")
    pages.wait_for("arg !== data_of('images').x[0]", before[0])
    _menu(pages, "map").select_option("t-SNE")
    pages.wait_for("model_of('scatter').title.text.startsWith('t-SNE')")
    _menu(pages, "colour by").select_option("silhouette")
    pages.wait_for("new Set(data_of('images').color_values).size > 100")
    # Those of the bars were sent for all k, in two bytes each.
    np.testing.assert_allclose(_colors(pages), pages.data("images")["silhouettes"], atol=2e-5)


def test_another_seed_is_another_run(pages: Notebook) -> None:
    before = pages.data("images")["x"]
    _open(pages, "Method")
    seed = _screen(pages).locator(".widget-text:has-text('seed') input")
    seed.fill("3")
    seed.press("Enter")
    pages.wait_for("arg !== data_of('images').x[0]", before[0])
    assert pages.run_cell("print(explorer.state.random_state)") == "3"
    seed.fill("0")
    seed.press("Enter")
    pages.wait_for("arg === data_of('images').x[0]", before[0])


def test_the_slider_of_hdbscan_is_the_smallest_size(pages: Notebook) -> None:
    pages.run_cell("explorer.state.algorithm = 'hdbscan'; explorer.state.min_cluster_size = 3")
    _wait_for_words(pages, "by HDBSCAN")
    _wait_for_words(pages, "min size")
    many = len(set(pages.data("images")["cluster_labels"]))
    slider = _screen(pages).get_by_role("slider").first
    slider.press("End")
    pages.wait_for("new Set(data_of('images').cluster_labels).size < arg", many)
    # The kernel hears of it a moment later, and a cell that is run by a script may come first.
    few = len(set(pages.data("images")["cluster_labels"]) - {-1})
    _wait_for_words(pages, f"{few} clusters of")
    assert pages.run_cell("print(explorer.state.min_cluster_size)") == "100"


def test_one_s_own_words_name_the_clusters(pages: Notebook) -> None:
    _open(pages, "In words")
    _wait_for_words(pages, "nearest words")
    box = _screen(pages).get_by_placeholder("cat, dog, beach")
    box.fill("sea, forest, <i>desert</i>, beach")
    box.press("Enter")
    _wait_for_words(pages, "<i>desert</i>")  # As words, and not as markup.
    box.fill("")
    box.press("Enter")


def test_all_that_move_can_be_shown(pages: Notebook) -> None:
    _open(pages, "From k to k + 1")
    n_movers = pages.run_cell(
        "from cliplab import compare_clusterings\n"
        "print(len(compare_clusterings(sweep[6], sweep[7]).movers))"
    )
    _screen(pages).get_by_role("button", name="Show all that move").click()
    _wait_for_words(pages, f"{n_movers} selected")


def test_a_lasso_becomes_a_group_with_a_name_a_colour_and_a_row_of_the_table(
    pages: Notebook,
) -> None:
    _open(pages, "My groups")
    columns = pages.data("images")
    x, y = np.array(columns["x"]), np.array(columns["y"])
    left, middle, right = x.min() - 1, float(np.median(x)), x.max() + 1
    top, bottom = y.max() + 1, y.min() - 1
    for name, (start, end) in {"<b>left</b>": (left, middle), "right": (middle, right)}.items():
        pages.run_cell("explorer.state.selected = ()")  # What was selected before.
        pages.wait_for("!model_of('images').selected.indices.length")
        path = [(start, top), (end, top), (end, bottom), (start, bottom)]
        pages.drag("scatter", path)
        _wait_for_words(pages, "images ✕")
        box = _screen(pages).get_by_placeholder("name", exact=True)
        box.fill(name)
        box.press("Tab")
        _screen(pages).get_by_role("button", name="Keep as a group").click()
        _wait_for_words(pages, f"“{name}” has")
    _menu(pages, "colour by").select_option("my groups")
    pages.wait_for("new Set(data_of('images').color_values).size <= 3")
    _wait_for_words(pages, "the 6 clusters on the screen by AMI")
    _wait_for_words(pages, "<b>left</b>")
    _screen(pages).get_by_role("slider").first.press("ArrowRight")
    _wait_for_words(pages, "the 7 clusters on the screen by AMI")
    _screen(pages).get_by_role("button", name="Undo").click()
    _wait_for_words(pages, "takes a second group")
    sizes = pages.run_cell("print([len(group) for group in explorer.state.groups])")
    assert 100 < int(sizes.strip("[]")) < 200


THEMES = ("JupyterLab Light", "JupyterLab Dark")
WIDTHS = (360, 700, 1024, 1280, 1920, 683, 853)  # The last two are 1,024 and 1,280 at 150 %.
LETTERS = """document.documentElement.style.fontSize = arg;
await new Promise((end) => setTimeout(end, 900))"""
STATES = list(product(THEMES, (True, False), WIDTHS))  # With the side bar and without.
LEAST_ROOM = 200  # Where JupyterLab's side bar leaves the notebook less, nobody reads.
ONE_LINE = ".cliplab-status { overflow: hidden; white-space: nowrap }"
WHAT_IS_CUT = (Path(__file__).parent / "what_is_cut.js").read_text(encoding="utf-8")


@pytest.mark.proof
def test_at_no_width_is_a_text_cut_or_a_control_laid_over_another(
    pages: Notebook, proof: Callable[[int, int, str], int]
) -> None:
    names = [entry.name for entry in PAGES]
    looks = [(name, *state) for name in names for state in STATES]
    n_looks = proof(len(STATES), len(looks), "looks at pages, by theme, side bar and width")
    if n_looks < len(looks):  # Each state once, and each page in two or three of them.
        looks = [(names[i * len(names) // n_looks], *state) for i, state in enumerate(STATES)]
    # The longest sentences are those of clusters of a map.
    pages.run_cell("explorer.state.space = 'tsne'; explorer.state.n_clusters = 11")
    _wait_for_words(pages, "in CLIP space · 11 clusters")
    opened, found = "", []
    try:
        for name, *state in looks:
            if name != opened:
                pages.page.set_viewport_size({"width": 1280, "height": 1000})
                _open_with_all_it_has(pages, name)
                opened = name
            found += [(name, *state, what) for what in _what_is_cut(pages, *state)]
        assert found == []
        # Nor where a reader has made letters twice as large.
        _open_with_all_it_has(pages, "images")
        usual = pages.evaluate("return model_of('score').title.text_font_size")
        pages.evaluate(LETTERS, "200%")
        large = pages.evaluate("return model_of('score').title.text_font_size")
        assert float(large[:-2]) == 2 * float(usual[:-2])
        found = [_what_is_cut(pages, THEMES[0], False, width) for width in (360, 1280)]
        pages.evaluate(LETTERS, "")
        assert pages.evaluate("return model_of('score').title.text_font_size") == usual
        assert found == [[], []]
        # It does find what is cut.
        style = pages.page.add_style_tag(content=ONE_LINE)
        cut = _what_is_cut(pages, THEMES[1], False, 360)
        style.evaluate("(style) => style.remove()")
        assert [what for what in cut if "11 clusters" in what]
    finally:
        pages.page.set_viewport_size({"width": 1280, "height": 1000})
        _show_side_bar(pages, True)
        pages.command("apputils:change-theme", theme=THEMES[0])


def _open_with_all_it_has(pages: Notebook, name: str) -> None:
    """Open a page with its longest texts on it."""
    pages.run_cell(f"explorer.state.page = {name!r}")
    if name == "silhouette":
        pages.run_cell("explorer.state.opened = 7")
        _wait_for_words(pages, "nearest")
    elif name == "valley":
        pages.wait_for("view_of('line')?.el.getBoundingClientRect().height > 50")
    elif name == "evidence":
        _screen(pages).get_by_role("button", name="Gather the evidence").click()
        _wait_for_words(pages, "All numbers")
    elif name == "words":
        _wait_for_words(pages, "nearest words")
    pages.wait_painted()


def _show_side_bar(pages: Notebook, is_shown: bool) -> None:
    pages.evaluate("if (app.shell.leftCollapsed === arg) app.shell[arg ? 'expandLeft' : "
                   "'collapseLeft']()", is_shown)  # fmt: skip


def _what_is_cut(
    pages: Notebook, theme: str, has_side_bar: bool, width: int, cell: int = EXPLORER
) -> list[str]:
    """Return what cannot be read once the screen has found its place."""
    pages.page.set_viewport_size({"width": width, "height": 1000})
    _show_side_bar(pages, has_side_bar)
    if pages.evaluate("return document.body.dataset.jpThemeName") != theme:
        pages.command("apputils:change-theme", theme=theme)
    screen = f"cells[{cell}].node.querySelector('.cliplab-frame')"
    pages.evaluate("await new Promise((end) => requestAnimationFrame(() => setTimeout(end, 100)))")
    if pages.evaluate(f"return {screen}.clientWidth") < LEAST_ROOM:
        return []
    found: list[str] = []
    for _ in range(4):  # Bokeh lays its plots out some frames later.
        found = pages.evaluate(f"{WHAT_IS_CUT}; return whatIsCut({screen})")
        if not found:
            break
        pages.page.wait_for_timeout(300)
    return found


def _n_selected(notebook: Notebook) -> int:
    return len(notebook.evaluate("return model_of('images').selected.indices"))


def _largest(notebook: Notebook) -> tuple[int, int]:
    sizes = notebook.data("numbers")["sizes"]
    return int(np.argmax(sizes)), int(max(sizes))


# What the state says goes by the kernel, and is waited for there.
_IS_SELECTED = "model_of('images').selected.indices.length === arg"


def test_the_ten_commonest_tasks_take_few_clicks(pages: Notebook) -> None:
    # That Run All ends at the Explorer, without a click, test_explorer_shown.py says.
    screen, page = _screen(pages), pages.page
    presses = count_presses(page)
    screen.get_by_role("button", name="One more").click()
    pages.wait_for("new Set(data_of('images').cluster_labels).size === 7")
    assert presses() == 1, "change k"
    columns = pages.data("images")
    page.mouse.move(*pages.point("scatter", columns["x"][7], columns["y"][7]), steps=4)
    page.locator("div[style*='background-image'] + .texts").first.wait_for(state="visible")
    assert presses() == 0, "see one image"
    x, y = np.array(columns["x"]), np.array(columns["y"])
    corners = [(x.min() - 1, y.max() + 1), (0, y.max() + 1), (0, y.min() - 1)]
    pages.drag("scatter", [*corners, (x.min() - 1, y.min() - 1)])
    _wait_for_words(pages, " selected")
    assert presses() == 1, "images of a region"
    page.keyboard.press("Escape")
    largest, size = _largest(pages)
    screen.locator(f".cliplab-clusters [data-cluster='{largest}']").click()
    pages.wait_for(_IS_SELECTED, size)
    assert presses() == 1, "all of one cluster"
    screen.locator(".cliplab-selection").click()
    page.mouse.move(0, 0)
    pages.wait_for(_IS_SELECTED, 0)
    assert presses() == 1, "clear"
    row = int(np.argmax(columns["silhouettes"]))
    pages.tap("silhouettes", columns["silhouettes"][row] / 2, columns["bar_positions"][row])
    _wait_for_words(pages, "centre of the nearest cluster")
    assert presses() == 1, "why this bar"
    screen.get_by_role("searchbox").fill("a red car")
    _wait_for_words(pages, "The 12 images most like 'a red car'")
    assert presses() == 0, "images of a text"
    pages.run_cell("explorer.reset()")
    _open(pages, "Answers")
    screen.get_by_role("button", name="Commit").click()
    _wait_for_words(pages, "You said")
    _menu(pages, "colour by").select_option("class (known)")
    pages.wait_for("new Set(data_of('images').color_values).size === 16")
    assert presses() + 1 == 3, "colour by class"  # To choose in a menu is one.
    _open(pages, "Method")
    _menu(pages, "null data").select_option("random, with the same covariance")
    pages.wait_for("view_of('null scatter')?.el.getBoundingClientRect().height > 100")
    assert presses() + 1 == 2, "null data"


@pytest.fixture
def by_keyboard(pages: Notebook) -> Iterator[Notebook]:
    """A reader who is at the cell of the Explorer, and has no mouse."""
    pages.run_cell("explorer.reset()")
    pages.wait_for(_IS_SELECTED, 0)
    pages.evaluate("panel.content.activeCellIndex = arg; cells[arg].node.focus()", EXPLORER)
    n_cells = pages.evaluate("return cells.length")
    presses = count_presses(pages.page)
    yield pages
    assert presses() == 0
    # The notebook has taken no key for its own.
    assert pages.evaluate("return [cells.length, panel.content.activeCellIndex]") == [
        n_cells,
        EXPLORER,
    ]


def test_images_clusters_and_bars_are_reached_by_keyboard_alone(by_keyboard: Notebook) -> None:
    pages, page = by_keyboard, by_keyboard.page
    spoken = _screen(pages).locator(".cliplab-spoken")
    tab_to(page, "k")  # From the cell into the Explorer.
    page.keyboard.press("ArrowRight")
    pages.wait_for("new Set(data_of('images').cluster_labels).size === 5")
    tab_to(page, "t-SNE")
    assert pages.evaluate("return view_of('scatter').canvas_view.events_el.ariaLabel") == (
        f"{pages.evaluate('return model_of(`scatter`).title.text')}. "
        f"5 clusters; the largest, {_largest(pages)[0]}, has {_largest(pages)[1]} images."
    )
    assert "silhouette" in spoken.inner_text()  # One image.
    for key, size in (("ArrowRight", 0), ("Shift+ArrowDown", 2), ("Shift+ArrowDown", 3)):
        page.keyboard.press(key)
        pages.wait_for(_IS_SELECTED, size)
    assert spoken.inner_text().endswith("selected")
    page.keyboard.press("Escape")
    pages.wait_for(_IS_SELECTED, 0)
    largest, size = _largest(pages)
    tab_to(page, str(largest), back=True)  # All of one cluster, in the table.
    page.keyboard.press("Enter")
    pages.wait_for(_IS_SELECTED, size)
    page.keyboard.press("Escape")
    pages.wait_for(_IS_SELECTED, 0)
    tab_to(page, "Silhouettes")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    _wait_for_words(pages, "centre of the nearest cluster")
    tab_to(page, "Mean silhouette")
    page.keyboard.press("ArrowLeft")
    pages.wait_for("new Set(data_of('images').cluster_labels).size === 4")


def test_words_colours_and_null_data_are_reached_by_keyboard_alone(by_keyboard: Notebook) -> None:
    pages, page = by_keyboard, by_keyboard.page
    tab_to(page, "Search")
    page.keyboard.type("a red car")
    page.keyboard.press("Enter")
    _wait_for_words(pages, "The 12 images most like 'a red car'")
    page.keyboard.press("Escape")
    tab_to(page, "Answers")
    page.keyboard.press("Enter")
    _screen(pages).get_by_role("button", name="Commit").wait_for(state="visible")
    tab_to(page, "Commit")
    page.keyboard.press("Enter")
    _wait_for_words(pages, "You said 4")
    tab_to(page, "colour by", back=True)
    # What may be seen now is offered a little later than it is said.
    _menu(pages, "colour by").locator("option", has_text="class").wait_for(state="attached")
    page.keyboard.type("class")
    pages.wait_for("new Set(data_of('images').color_values).size === 16")
    tab_to(page, "Method")
    page.keyboard.press("Space")
    _menu(pages, "null data").wait_for(state="visible")
    tab_to(page, "null data")
    page.keyboard.press("ArrowDown")
    pages.wait_for("view_of('null scatter')?.el.getBoundingClientRect().height > 100")


GERMAN = """\
from cliplab import set_language

set_language("de")
german = Explorer(images, embeddings, explorer.projection, sweep, encoder=encoder)
german"""


def test_in_german_it_says_the_same_and_nothing_is_cut_either(pages: Notebook) -> None:
    # It is the last: the second Explorer stays on the page.
    pages.run_cell(GERMAN)
    cell = pages.evaluate("return cells.length - 1")
    screen = pages.cell(cell).locator(".cliplab-screen")
    try:
        screen.get_by_text("Wie viele Gruppen gibt es?").wait_for()
        screen.get_by_text(messages("de")["script"]["about_silhouettes"]).wait_for()
        for name in ("method", "groups", "reveal"):  # Those with most controls.
            title = messages("de")["pages"][name]["title"]
            screen.locator(".widget-toggle-button", has_text=title).click()
            for width in (1280, 400):
                assert _what_is_cut(pages, THEMES[0], False, width, cell) == []
    finally:
        pages.page.set_viewport_size({"width": 1280, "height": 1000})
        _show_side_bar(pages, True)
        pages.run_cell("set_language('en')")
