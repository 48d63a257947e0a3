"""A saved figure, opened as a file: it needs neither a kernel nor a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from first_lesson import RESULTS
from lab import Lab
from PIL import Image
from playwright.sync_api import Page

from cliplab import ClipEncoder, load_storybook, project, show_projection

pytestmark = pytest.mark.browser


@pytest.fixture
def requests() -> list[str]:
    """What the page asks for."""
    return []


@pytest.fixture
def page(lab: Lab, tmp_path: Path, requests: list[str]) -> Iterator[Page]:
    images = load_storybook(n_images=40)
    projection = project(ClipEncoder("storybook").encode_images(images), "pca")
    show_projection(projection, images=images, color_by="place").save(tmp_path / "map.html")
    page = lab.browser.new_page(viewport={"width": 700, "height": 400})
    page.on("request", lambda request: requests.append(request.url))
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "map.html").as_uri())
    page.wait_for_function("window.Bokeh?.documents[0]?.is_idle")
    yield page
    page.screenshot(path=RESULTS / "saved_figure.png")
    page.close()
    assert errors == []


def test_it_is_painted_and_its_hover_shows_an_image(page: Page, requests: list[str]) -> None:
    x, y = page.evaluate(
        """() => {
          const view = [...Bokeh.index.query((view) => view.model.name === 'scatter')][0];
          const points = Bokeh.documents[0].get_model_by_name('images');
          const box = view.canvas_view.el.getBoundingClientRect();
          return [box.left + view.frame.x_scale.compute(points.get_column('x')[7]),
                  box.top + view.frame.y_scale.compute(points.get_column('y')[7])];
        }"""
    )

    page.mouse.move(x - 30, y)
    page.mouse.move(x, y, steps=4)

    thumbnail = page.locator("div[style*='background-image']").first
    thumbnail.wait_for(state="visible", timeout=10_000)
    assert 'url("blob:' in thumbnail.evaluate("(node) => getComputedStyle(node).backgroundImage")
    assert [url for url in requests if not url.startswith(("file:", "blob:", "data:"))] == []


def test_its_button_saves_it_as_an_image_on_white_or_transparent(
    page: Page, tmp_path: Path
) -> None:
    button = page.get_by_role("button", name="Save this plot as an image")
    for choice in ("PNG", "SVG", "PNG, transparent", "SVG, transparent"):
        button.click()
        with page.expect_download() as download:
            page.get_by_role("button", name=choice, exact=True).click()
        kind, is_transparent = choice[:3].lower(), "transparent" in choice
        assert download.value.suggested_filename == f"clip-map.{kind}"
        path = tmp_path / f"saved.{kind}"
        download.value.save_as(path)
        if kind == "png":
            image = Image.open(path).convert("RGBA")
            assert image.width == image.height > 300
            assert image.getpixel((0, 0))[3] == (0 if is_transparent else 255)
            assert len(image.getcolors(1 << 24)) > 8
        else:
            first = ET.parse(path).getroot()[0]
            assert (first.get("fill") == "white") != is_transparent
    # By keyboard: Enter opens the menu, Escape closes it and gives the focus back.
    button.press("Enter")
    menu = page.get_by_role("button", name="SVG", exact=True)
    menu.wait_for(state="visible")
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")
    assert button.evaluate("(node) => node.matches(':focus')")
