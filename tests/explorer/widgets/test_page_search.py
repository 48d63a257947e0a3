"""Searching by a text: what is selected and said, and what a page is told of it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

import cliplab
from cliplab import Explorer, load_pack, rank_by_text
from cliplab.embeddings.text_encoder import StorybookTextEncoder
from cliplab.explorer.model.search import search_view

pytestmark = pytest.mark.slow


class FrontEnd:
    """A page that has opened: it keeps what the kernel tells it of searches."""

    def __init__(self, explorer, monkeypatch):
        self.search, self.told = explorer._panel.script.search, []
        monkeypatch.setattr(explorer._panel.script, "send", self._hear)

    def _hear(self, message, _buffers=()):
        if "search" in message:
            self.told.append(message["search"])

    def says(self, **message):
        self.search._hear(None, message, [])


@pytest.fixture(scope="module")
def pack():
    return load_pack(Path(cliplab.__file__).parent / "packs" / "storybook")


@pytest.fixture
def lesson(pack):
    """The Explorer of the first lesson, which is given no encoder."""
    return Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep)


@pytest.fixture
def page(lesson, monkeypatch):
    page = FrontEnd(lesson, monkeypatch)
    page.says(ready=True, page="a")
    return page


def test_a_word_that_the_encoder_reads_as_another_is_said_to_be_read_so(page):
    page.says(kind="search", text="a sailboat", number=1, page="a")
    assert page.told[-1]["sentence"] == "The 12 images most like 'a sailboat' (nearest word: boat)"


def test_the_first_lesson_searches_and_the_gallery_shows_the_best_first(lesson, page):
    assert page.told[-1] == {
        "text": "", "rows": [], "sentence": "", "is_done": True, "number": None, "page": None
    }  # fmt: skip
    lesson.state.page = "method"
    page.says(kind="search", text=" a red car ", number=1, page="a")
    best = rank_by_text("a red car", lesson.embeddings, StorybookTextEncoder()).hits.tolist()
    assert page.told[-1] == {
        "text": "a red car",
        "rows": best,
        "sentence": "The 12 images most like 'a red car'",
        "is_done": True,
        "number": 1,
        "page": "a",
    }
    assert lesson.state.selected == tuple(sorted(best))
    assert lesson.state.page == "images"
    figures = lesson._session.page_content.figures
    assert [figure["row"] for figure in figures] == best[:10]
    assert "red car" in lesson.images.to_pandas()["caption"][best[0]]
    assert lesson.state.color_by == "cluster"


def test_where_nothing_fits_nothing_stays_selected(lesson, page):
    lesson.state.selected = (1, 2, 3)
    page.says(kind="search", text="a dinosaur", number=1, page="a")
    assert page.told[-1]["sentence"] == "No good match for 'a dinosaur'"
    assert page.told[-1]["rows"] == []
    assert lesson.state.selected == ()


def test_an_empty_box_ends_the_search_and_leaves_another_selection(lesson, page):
    page.says(kind="search", text="a red car", number=1, page="a")
    page.says(kind="search", text="", number=2, page="a")
    assert lesson.state.selected == ()
    assert (page.told[-1]["sentence"], page.told[-1]["number"]) == ("", 2)
    page.says(kind="search", text="a red car", number=3, page="a")
    lesson.state.selected = (1, 2, 3)
    page.says(kind="search", text="", number=4, page="a")
    assert lesson.state.selected == (1, 2, 3)


def test_the_same_text_again_selects_again(lesson, page):
    page.says(kind="search", text="a red car", number=1, page="a")
    found = lesson.state.selected
    lesson.state.selected = (1, 2, 3)
    page.says(kind="search", text="a red car", number=2, page="a")
    assert lesson.state.selected == found
    assert page.told[-1]["number"] == 2


def test_a_search_in_code_comes_the_same_way(lesson, page):
    lesson.state.query = "a blue fish"
    assert page.told[-1]["sentence"] == "The 12 images most like 'a blue fish'"
    assert page.told[-1]["page"] is None


def test_a_text_that_the_model_cannot_read_to_its_end_is_refused_and_told(lesson):
    with pytest.raises(ValueError, match="at most 16 tokens each, all that storybook reads"):
        lesson.state.query = "a red car " * 6
    assert search_view(lesson._session) == {
        "text": ("a red car " * 6).strip(),
        "rows": [],
        "sentence": "This text is longer than the model reads: try fewer words",
        "is_done": True,
    }
    lesson.state.query = "a red car"
    assert len(lesson.state.selected) == 12


def test_without_open_clip_a_word_that_no_caption_has_is_refused_and_told(lesson, monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    lesson.state.query = "a boat"  # Known, so that the tokenizer is there.
    with pytest.raises(ValueError, match=r"Got 'sailboat' instead: pip install \"cliplab\[clip\]"):
        lesson.state.query = "a sailboat"
    assert search_view(lesson._session)["sentence"].startswith("Without open_clip, search with")


def test_clusters_have_names_without_an_encoder(lesson):
    lesson.state.n_clusters = 16
    lesson.state.page = "words"
    assert "elephant" in lesson._session.page_content.names.names


def test_vectors_of_an_unknown_model_have_no_box(explorer, monkeypatch):
    page = FrontEnd(explorer, monkeypatch)
    page.says(ready=True, page="a")
    assert explorer.encoder is None
    assert page.told == []


def test_of_searches_that_waited_the_last_is_made(in_kernel, pack, monkeypatch):
    async def story():
        lesson = Explorer(pack.images, pack.embeddings, pack.projection, pack.sweep)
        page, searched = FrontEnd(lesson, monkeypatch), []
        lesson.state.observe(lambda change: searched.append(change["new"]), "query")
        page.says(ready=True, page="a")
        for number, text in enumerate(("a", "a red", "a red car")):
            page.says(kind="search", text=text, number=number, page="a")
        while not (page.told and page.told[-1]["text"] and page.told[-1]["is_done"]):
            await asyncio.sleep(0.01)
        assert page.told[-1]["rows"], (page.told, lesson._session.error)
        assert searched == ["a red car"]
        answers = [each for each in page.told if each["text"]]
        assert answers[0]["sentence"] == "Searching …"
        assert {(each["text"], each["number"]) for each in answers} == {("a red car", 2)}

    in_kernel(story)
