"""A saved page, opened as a file without a network: it says what the Explorer says."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from access import OF_COLORS, add_axe, tab_to, violations
from first_lesson import RESULTS
from lab import Lab
from playwright.sync_api import Page

from cliplab import (
    ClipEncoder,
    Explorer,
    ImageSet,
    load_storybook,
    name_clusters,
    project,
)
from cliplab._core.plain_text import plain
from cliplab.explorer.model.turning import cluster_rows

pytestmark = pytest.mark.browser

_ATTACK = "</script><img src=x onerror='window.attacked = true'>\u202e\"&"
_PAINTED = (
    "window.Bokeh?.documents[0]?.is_idle && document.querySelector('.cliplab-gallery figure')"
)


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    """An Explorer of images whose names, classes and credits would all like to run."""
    images = load_storybook(n_images=120)
    embeddings = ClipEncoder("storybook").encode_images(images)
    table = images.dataset.remove_columns(["image_id", "class_label", "author", "title", "url"])
    for name in ("author", "title", "url"):
        table = table.add_column(name, [_ATTACK] * len(images))
    ids = [f"{_ATTACK}{row}" for row in range(len(images))]
    classes = datasets.ClassLabel(names=[f"{_ATTACK} {name}" for name in images.class_names])
    table = table.add_column("image_id", ids).add_column("class_label", images.class_labels)
    hostile = ImageSet(table.cast_column("class_label", classes))
    return Explorer(
        hostile, embeddings, project(embeddings, "pca"), encoder=ClipEncoder("storybook")
    )


@pytest.fixture(scope="module")
def file(explorer: Explorer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explorer.save_page(tmp_path_factory.mktemp("saved") / "lesson.html")


@pytest.fixture(scope="module")
def errors() -> list[str]:
    """What the console complains of, and what the page asks for."""
    return []


@pytest.fixture(scope="module")
def page(lab: Lab, file: Path, errors: list[str]) -> Iterator[Page]:
    context = lab.browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type in ("error", "warning") and errors.append(said.text))
    page.on(
        "request",
        lambda asked: asked.url.startswith(("file:", "blob:", "data:")) or errors.append(asked.url),
    )
    page.goto(file.as_uri())
    page.wait_for_function(_PAINTED)
    yield page
    page.screenshot(path=RESULTS / "saved_page.png", full_page=True)
    context.close()


def _columns(page: Page) -> dict[str, Any]:
    return page.evaluate(
        """() => Object.fromEntries(['cluster_labels', 'silhouettes', 'color_values'].map((name) =>
          [name, Array.from(Bokeh.documents[0].get_model_by_name('images').get_column(name))]))"""
    )


def _frame(page: Page, plot: str) -> tuple[float, float, float, float]:
    """Return where the frame of a plot is: left, top, width and height."""
    return page.evaluate(
        """(plot) => {
          const [view] = Bokeh.index.query((view) => view.model.name === plot);
          const { left, top } = view.canvas_view.el.getBoundingClientRect();
          const { left: x, top: y, width, height } = view.frame.bbox;
          return [left + x, top + y, width, height];
        }""",
        plot,
    )


def _table(page: Page) -> list[list[str]]:
    return page.evaluate(
        """() => [...document.querySelectorAll('.cliplab-clusters tbody tr')].map((row) =>
          [...row.cells].map((cell) => cell.textContent))"""
    )


def test_every_k_looks_as_in_the_explorer(page: Page, explorer: Explorer) -> None:
    values = explorer.sweep.parameter_values
    for _ in range(len(values)):
        page.get_by_role("button", name="One less").click(force=True)
        if page.locator(".cliplab-k").inner_text() == str(values[0]):
            break
    for value in values:
        clustering, shown = explorer.sweep[value], _columns(page)
        found = name_clusters(clustering, explorer.encoder)
        assert page.locator(".cliplab-k").inner_text() == str(value)
        assert shown["cluster_labels"] == shown["color_values"]
        assert shown["cluster_labels"] == clustering.cluster_labels.tolist()
        np.testing.assert_allclose(shown["silhouettes"], clustering.silhouettes, atol=2e-5)
        rows = [
            [each["name"], word, each["size_text"], each["mean_text"], each["negative_text"]]
            for each, word in zip(cluster_rows(clustering), found.names, strict=True)
        ]
        assert _table(page) == rows
        explorer.state.n_clusters = value
        assert page.locator("#cliplab-foot").inner_text().startswith(explorer._session.status)
        title = "() => Bokeh.documents[0].get_model_by_name('silhouettes').title.text"
        assert page.evaluate(title) == explorer._session.clustering_view["title"]
        if value != values[-1]:
            page.get_by_role("button", name="One more").click()


def test_a_lasso_shows_its_images_and_escape_clears_them(page: Page) -> None:
    left, top, width, height = _frame(page, "scatter")
    page.mouse.move(left + 5, top + 5)
    page.mouse.down()
    for x, y in ((0.6, 0.02), (0.6, 0.9), (0.02, 0.9)):
        page.mouse.move(left + x * width, top + y * height, steps=4)
    page.mouse.up()
    chip = page.locator(".cliplab-selection")
    chip.wait_for()
    n_selected = chip.inner_text().split()[0]
    assert int(n_selected) > 10
    assert page.locator(".cliplab-gallery-title").inner_text() == f"{n_selected} selected"
    assert page.locator(".cliplab-gallery figure").count() == 10
    page.keyboard.press("Escape")
    assert page.locator(".cliplab-gallery-title").inner_text() == "typical of each cluster"


def test_a_lasso_on_the_wall_selects_the_images_in_it(page: Page) -> None:
    show = page.get_by_label("show")
    show.select_option("all, as a wall")
    page.get_by_text("the wall keeps").wait_for()
    left, top, width, height = _frame(page, "scatter")
    page.mouse.move(left + 3, top + 3)
    page.mouse.down()
    for x, y in ((0.5, 0.02), (0.5, 0.98), (0.02, 0.98)):
        page.mouse.move(left + x * width, top + y * height, steps=4)
    page.mouse.up()
    chip = page.locator(".cliplab-selection")
    chip.wait_for()
    # 120 images in 11 columns and lines: the lasso ends within the sixth column.
    xs = page.evaluate(
        "[...Bokeh.documents[0].get_model_by_name('images').get_column('x')]",
    )
    inside = {sum(x <= column for x in xs) for column in sorted(set(xs))[4:6]}
    assert len(set(xs)) == 11
    assert int(chip.inner_text().split()[0]) in inside
    page.keyboard.press("Escape")
    show.select_option("dots")


def test_a_tap_on_a_bar_opens_it_and_one_on_a_curve_chooses_its_k(page: Page) -> None:
    left, top, width, height = _frame(page, "score")
    page.mouse.click(left + 0.5 * width, top + 0.5 * height)
    k = int(page.locator(".cliplab-k").inner_text())
    assert 9 <= k <= 13
    left, top, width, height = _frame(page, "silhouettes")
    page.mouse.click(left + 0.25 * width, top + 0.02 * height)
    page.locator(".cliplab-case").wait_for()
    assert "centre of its cluster 0" in page.locator(".cliplab-case").inner_text()
    page.keyboard.press("Escape")


def test_by_keyboard_images_are_walked_to_and_a_bar_is_opened(page: Page) -> None:
    tab_to(page, "PCA")
    page.keyboard.press("Shift+ArrowRight")
    page.locator(".cliplab-selection", has_text="2 images").wait_for()
    page.keyboard.press("Escape")
    tab_to(page, "Silhouettes")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    image = page.locator(".cliplab-spoken")
    assert image.inner_text() == "Why this bar? is open below the plots."
    assert page.locator(".cliplab-case").is_visible()


def test_a_ribbon_shows_its_images(page: Page) -> None:
    page.get_by_role("button", name="From k to k + 1").click()
    assert "images move" in page.locator("#cliplab-parts").inner_text()
    page.wait_for_function(
        "[...Bokeh.index.query((view) => view.model.name === 'flow')][0].frame.bbox.height > 100"
    )
    page.wait_for_timeout(200)  # Until Bokeh has painted the ribbons.
    left, top, width, height = _frame(page, "flow")
    page.mouse.click(left + 0.12 * width, top + 0.05 * height)
    page.locator(".cliplab-selection").wait_for()
    assert page.get_by_role("button", name="Images", exact=True).get_attribute("aria-pressed") == (
        "true"
    )


def test_a_word_finds_its_images(page: Page) -> None:
    page.get_by_role("button", name="In words", exact=True).click()
    page.get_by_label("images of").fill("car")
    page.keyboard.press("Enter")
    title = page.locator(".cliplab-gallery-title").inner_text()
    assert title == "the 20 nearest to “car”, the best first"
    assert page.locator(".cliplab-selection").inner_text().startswith("20 images")


def test_answers_come_after_a_commitment_and_nothing_hostile_runs(
    page: Page, explorer: Explorer, errors: list[str]
) -> None:
    known = "Bokeh.documents[0].get_model_by_name('images').get_column('class_names')"
    assert set(page.evaluate(known)) == {""}
    page.get_by_role("button", name="Answers").click()
    assert "encoded" in page.locator("#cliplab-parts").inner_text()
    page.get_by_label("my k").fill("5")
    page.get_by_role("button", name="Commit").click()
    explorer.state.page = "reveal"
    explorer.state.committed_k = 5
    answer = explorer._session.page_content.answer
    said = page.locator("#cliplab-parts").inner_text()
    assert f"You said 5. There are {answer.n_classes} classes" in said
    assert f"AMI {answer.agreement.adjusted_mutual_info:.2f}" in said
    assert plain(_ATTACK) in said
    assert set(page.evaluate(known)) == set(explorer.images.class_names)
    page.get_by_label("colour by").select_option("class")
    assert _columns(page)["color_values"] == explorer.images.class_labels.tolist()
    page.get_by_role("button", name="disagree").click()
    assert plain(_ATTACK) in page.locator(".cliplab-gallery").inner_text()
    assert page.evaluate("window.attacked === undefined && !document.querySelector('main img')")
    assert errors == []


def test_axe_finds_nothing_on_any_page_light_or_dark(page: Page) -> None:
    add_axe(page)
    titles = page.locator(".cliplab-part-names button").all_inner_texts()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for title in titles:
            page.get_by_role("button", name=title, exact=True).click()
            rules = () if scheme == "light" else OF_COLORS
            place = "html" if title == titles[0] else ".cliplab-pages"
            assert violations(page, place, rules=rules) == [], (scheme, title)
    page.emulate_media(color_scheme="light")


def test_it_works_in_a_frame_that_may_store_nothing_on_a_dark_phone(lab: Lab, file: Path) -> None:
    context = lab.browser.new_context(
        viewport={"width": 400, "height": 800}, offline=True, color_scheme="dark"
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type in ("error", "warning") and errors.append(said.text))
    held = escape(file.read_text(encoding="utf-8"))
    page.set_content(
        f'<iframe sandbox="allow-scripts" srcdoc="{held}" style="border: 0; height: 780px; '
        'width: 384px"></iframe>'
    )
    frame = page.frames[1]
    frame.wait_for_function(_PAINTED)
    frame.get_by_role("button", name="One more").click()
    assert frame.locator(".cliplab-k").inner_text() == "5"
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=RESULTS / "saved_page_in_a_frame.png")
    context.close()
    assert errors == []
