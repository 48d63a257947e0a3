"""What a notebook stores of what it shows: never nothing."""

from __future__ import annotations

import asyncio
import base64

import pytest
from bokeh.plotting import figure

from cliplab.explorer.notebook import stored_copy
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.stored_copy import Content, StillImage, StoredCopy


class _Output:
    """The outputs of a notebook, by what displays and updates them."""

    def __init__(self) -> None:
        self.bundles: list[dict[str, str]] = []

    def display(self, bundle):
        self.bundles.append(bundle)
        outputs, place = self.bundles, len(self.bundles) - 1

        class Handle:
            def update(self, bundle, raw):
                assert raw
                outputs[place] = bundle

        return Handle()


@pytest.fixture
def outputs(monkeypatch):
    output = _Output()
    monkeypatch.setattr(stored_copy, "_display", output.display)
    monkeypatch.setattr(stored_copy, "current_cell", lambda: ("cell", "run"))
    monkeypatch.setattr(stored_copy, "_PAUSE", 0.01)
    return output.bundles


def _copy(sentence="Four points.", page="<p>the page", fails=""):
    said = [sentence]

    def made(value, name):
        if fails == name:
            raise OSError("the disk is full")
        return value

    def drawing():
        now = said[0]
        return lambda: made(StillImage(now.encode(), 40), "picture")

    content = Content(
        lambda: said[0],
        lambda: made(drawing(), "drawing"),
        lambda: made(page, "page"),
        300,
    )
    return StoredCopy(content, figure()), said


def test_where_nobody_watches_there_are_page_picture_and_sentence(outputs):
    copy, _ = _copy(sentence="Cats & <b>dogs")
    copy.show_alone()
    (bundle,) = outputs
    assert bundle["text/plain"] == "Cats & <b>dogs"
    assert base64.b64decode(bundle["image/png"]) == b"Cats & <b>dogs"
    html = bundle["text/html"]
    assert 'srcdoc="&lt;p&gt;the page"' in html
    assert f"base64,{bundle['image/png']}" in html
    assert "<figcaption>Cats &amp; &lt;b&gt;dogs</figcaption>" in html


def test_a_page_that_is_already_html_is_not_taken_for_a_part_of_the_output(outputs):
    from markupsafe import Markup

    copy, _ = _copy(page=Markup('<p title="a">'))
    copy.show_alone()
    assert 'srcdoc="&lt;p title=&#34;a&#34;&gt;"' in outputs[0]["text/html"]


def test_shown_twice_only_the_last_has_the_page_which_is_large(outputs):
    copy, said = _copy()
    copy.show_alone()
    said[0] = "Five points."
    copy.show_alone()
    first, second = outputs
    assert "iframe" not in first["text/html"]
    assert base64.b64decode(first["image/png"]) == b"Four points."
    assert "iframe" in second["text/html"]
    assert second["text/plain"] == "Five points."


@pytest.mark.parametrize("fails", ["drawing", "picture", "page"])
def test_what_cannot_be_made_is_said_and_the_rest_is_there(outputs, fails):
    copy, _ = _copy(fails=fails)
    copy.show_alone()
    (bundle,) = outputs
    assert bundle["text/plain"] == "Four points. More of it could not be stored: the disk is full"
    assert ("image/png" in bundle) == (fails == "page")
    assert ("iframe" in bundle["text/html"]) == (fails != "page")


def test_plain_python_gets_the_sentence(monkeypatch, capsys):
    copy, _ = _copy()
    copy.show_alone()
    assert capsys.readouterr().out == "Four points.\n"


def test_where_somebody_watches_the_picture_comes_later_and_without_a_page(in_kernel, outputs):
    async def story():
        copy, said = _copy()
        copy.show_beside(EventLoop())
        assert "image/png" not in outputs[0]
        assert "Four points." in outputs[0]["text/html"]
        copy.refresh()
        while "image/png" not in outputs[0]:
            await asyncio.sleep(0.005)
        assert "iframe" not in outputs[0]["text/html"]
        said[0] = "Five points."
        copy.refresh()
        while outputs[0]["text/plain"] != "Five points.":
            await asyncio.sleep(0.005)

    in_kernel(story)


def test_shown_elsewhere_at_once_the_first_still_gets_the_picture_of_its_moment(in_kernel, outputs):
    async def story():
        copy, said = _copy()
        copy.show_beside(EventLoop())
        said[0] = "Five points."
        copy.show_beside(EventLoop())
        while "image/png" not in outputs[0]:
            await asyncio.sleep(0.005)
        assert base64.b64decode(outputs[0]["image/png"]) == b"Four points."
        assert outputs[1]["text/plain"] == "Five points."

    in_kernel(story)


def test_once_left_nothing_is_drawn_any_more(in_kernel, outputs):
    async def story():
        copy, _ = _copy()
        copy.show_beside(EventLoop())
        copy.leave()
        copy.refresh()
        await asyncio.sleep(0.05)
        assert "image/png" not in outputs[0]

    in_kernel(story)


def test_a_plot_that_is_painted_hides_its_own_copy_only(outputs):
    plot = figure()
    content = Content(lambda: "", lambda: None, lambda: None, 0)
    copies = [StoredCopy(content, each) for each in (plot, figure())]
    copies[0].show_alone()
    (script,) = [each.code for each in plot.js_property_callbacks["change:inner_width"]]
    name = script.split('hideCopies(document, "')[1].split('"')[0]
    assert f'class="cliplab-copy {name}"' in outputs[0]["text/html"]
    copies[1].show_alone()
    assert name not in outputs[1]["text/html"]
