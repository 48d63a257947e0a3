"""A figure that shows itself at the end of a cell, and saves itself as a page."""

from __future__ import annotations

import asyncio
import re
from dataclasses import FrozenInstanceError

import pytest

from cliplab import show_elbow, show_projection, show_silhouettes


@pytest.fixture
def elbow(sweep):
    return show_elbow(sweep)


def test_nothing_is_shown_before_the_end_of_the_cell(elbow, capsys):
    assert capsys.readouterr().out == ""
    elbow._ipython_display_()
    assert capsys.readouterr().out == f"{elbow.sentence}\n"


def test_its_repr_begins_with_the_class_and_it_cannot_be_changed(elbow):
    assert repr(elbow).startswith("FigureDisplay(figure=Row(")
    with pytest.raises(FrozenInstanceError, match="figure"):
        elbow.figure = None


@pytest.mark.slow
def test_shown_again_it_leaves_the_place_where_it_was(in_kernel, elbow):
    async def story():
        elbow._ipython_display_()
        (first,) = elbow._hosted
        elbow._ipython_display_()
        (second,) = elbow._hosted
        assert first.comm is None
        assert second.comm is not None

    in_kernel(story)


def test_a_saved_page_asks_for_nothing(elbow, tmp_path):
    path = tmp_path / "a folder" / "elbow.html"
    elbow.save(path)
    page = path.read_text(encoding="utf-8")
    assert "<title>elbow</title>" in page
    assert "no clear elbow" in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)


@pytest.mark.slow
def test_a_saved_page_has_every_thumbnail_even_if_they_have_not_been_sent(
    in_kernel, images, sweep, tmp_path, caplog
):
    async def story():
        show_silhouettes(images, sweep[5]).save(tmp_path / "bars.html")

    in_kernel(story)
    page = (tmp_path / "bars.html").read_text(encoding="utf-8")
    assert page.count("data:image/webp;base64,") == 1
    assert caplog.records == []


@pytest.mark.slow
def test_thumbnails_are_sent_once_it_is_shown(in_kernel, images, projection):
    async def story():
        display = show_projection(projection, images=images)
        hover = display._thumbnails._hover
        assert hover.sheets.data["uri"] == [""]
        display._ipython_display_()
        while not all(hover.sheets.data["uri"]):
            await asyncio.sleep(0.02)

    in_kernel(story)


def test_an_image_is_saved_in_a_folder_that_is_made_for_it(elbow, tmp_path):
    for kind, first in (("png", b"\x89PNG"), ("svg", b"<?xml")):
        path = tmp_path / "a folder" / f"elbow.{kind}"
        elbow.save(path)
        assert path.read_bytes().startswith(first)
        whole = path.read_bytes()
        elbow.save(path, transparent=True)
        assert path.read_bytes() != whole
    assert len(list(path.parent.iterdir())) == 2


@pytest.mark.parametrize("name", ["elbow.pdf", "elbow", "elbow.HTM", "elbow.png.zip"])
def test_only_images_and_pages_can_be_saved(elbow, tmp_path, name):
    words = rf"`path` must end in \.png, \.svg or \.html.* Got .*{name}' instead"
    with pytest.raises(ValueError, match=words):
        elbow.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["html", "png"])
def test_a_file_that_cannot_be_written_leaves_the_old_one(elbow, tmp_path, kind):
    folder = tmp_path / f"elbow.{kind}"
    folder.mkdir()
    with pytest.raises(OSError, match="elbow"):
        elbow.save(folder)
    assert list(tmp_path.iterdir()) == [folder]
