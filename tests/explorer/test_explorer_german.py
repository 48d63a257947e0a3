"""The Explorer in German: after `set_language` nothing on the screen is said in English."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import ipywidgets
import pytest
from bokeh.models import Axis, CustomJS, HoverTool, Title, Tool

from cliplab import (
    ClipEncoder,
    Explorer,
    NamedGroup,
    compare_clusterings,
    project,
    set_language,
    show_elbow,
    show_projection,
    show_silhouettes,
    show_transitions,
    show_valley,
    sweep_clusters,
)
from cliplab.explorer.model.turning import script_words
from cliplab.explorer.saved_page.content import page_value
from cliplab.explorer.saved_page.screen_copy import content_of

pytestmark = pytest.mark.slow

# Words that no sentence in English does without, and no German one has.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|to|by|from|how|that|this|which|their|not|no|images?|clusters?|"
    r"neighbou?rs?|selected|mean|show|valley|says|unsure)\b"
)
SAID_BY_WIDGETS = (
    "description",
    "tooltip",
    "tooltips",
    "description_tooltip",
    "placeholder",
    "value",
)


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    set_language("de")
    yield
    set_language("en")


@pytest.fixture
def explorer(images) -> Explorer:
    encoder = ClipEncoder("storybook")
    embeddings = encoder.encode_images(images)
    sweep, projection = sweep_clusters(embeddings, range(2, 9)), project(embeddings, perplexity=10)
    shown = Explorer(images, embeddings, projection, sweep, encoder=encoder)
    shown.state.groups = [NamedGroup(range(20), "a"), NamedGroup(range(30, 60), "b")]
    return shown


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in dicts and lists; what is HTML without its tags, and their titles."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each) if name not in NOT_SAID else ()
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield from re.findall(r"(?:aria-label|alt)=[\"']([^\"']*)", value)
        yield unescape(
            re.sub(r"<style>.*?</style>|<code>.*?</code>|<[^>]*>", " ", value, flags=re.DOTALL)
        )


# Data and names in code: ids, colours, models of Bokeh, words of the vocabulary.
NOT_SAID = {
    "item",
    "ids",
    "columns",
    "packed",
    "credits",
    "found",
    "names",
    "format",
    "look",
    "hover",
}


def _widgets(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _widgets(child)


def _said_by_widgets(explorer: Explorer) -> Iterator[str]:
    for widget in _widgets(explorer._panel.widget):
        for name in SAID_BY_WIDGETS:
            if widget.has_trait(name) and not isinstance(
                widget, ipywidgets.ToggleButtons | ipywidgets.Dropdown
            ):
                yield from _texts(getattr(widget, name))
        for title, _ in getattr(widget, "_options_full", ()):
            yield from _texts(title)


def _said_by_plots(layout: Any) -> Iterator[str]:
    for model in layout.references():
        if isinstance(model, Title):
            yield model.text
        if isinstance(model, Axis):
            yield model.axis_label or ""
        if isinstance(model, Tool):
            yield model.description or ""
        if isinstance(model, HoverTool):
            yield from _texts(re.sub(r"[$@]\S*", "", str(model.tooltips)))
        if isinstance(model, CustomJS):
            yield from _texts(model.args.get("words", {}) if isinstance(model.args, dict) else {})


def _english(texts: Iterator[str], data: set[str]) -> set[str]:
    gaps = re.compile(r"\{\w+\}")
    return {text for text in texts if ENGLISH.search(gaps.sub("", text)) and text not in data}


def test_no_page_of_the_screen_says_anything_in_english(explorer):
    data = {*explorer.images.factors}
    found: dict[str, set[str]] = {}

    def look(where: str) -> None:
        said = [*_said_by_widgets(explorer), *_said_by_plots(explorer._board.layout)]
        session = explorer._session
        said += [
            session.status,
            session.map_title,
            *session.hints,
            session.wall_note,
            session.error,
        ]
        assert len(said) > 100
        found[where] = _english(said, data)

    for page in explorer._panel.pages:
        explorer.state.page = page
        if page == "evidence":
            explorer._session.evidence_task.gather()
        look(page)
    explorer.state.opened = 3
    look("a bar")
    explorer.state.space = "tsne"
    look("clusters of the map")
    explorer.state.algorithm, explorer.state.space = "hdbscan", "embedding"
    look("HDBSCAN")
    explorer.state.committed_k = 5
    look("answers")
    explorer.state.color_by, explorer.state.map_images = "neighbors kept", "wall"
    explorer.state.null_data = "covariance"
    look("null data and wall")
    assert {where: said for where, said in found.items() if said} == {}


def test_what_the_script_of_the_page_gets_is_german(explorer):
    script = explorer._panel.script
    assert "Wie viele Gruppen gibt es?" in script.words["question"]
    assert _english(_texts(script.words), set()) == set()
    set_language("en")
    assert len(_english(_texts(script_words()), set())) > 10  # It would be found.


def test_a_saved_page_says_nothing_in_english(explorer):
    explorer._session.evidence_task.gather()
    value = page_value(explorer._session, answers=True)
    answers = json.loads(base64.b64decode(value["answers"]))
    said = [*_texts(value | {"answers": None}), *_texts(answers["values"])]
    assert len(said) > 1000
    assert _english(said, {*explorer.images.factors, "cluster"}) == set()
    assert content_of(explorer._session).sentence().startswith("80 Bilder in 4 Clustern.")
    json.dumps(value["said"])


def test_figures_and_results_speak_german_too(images, embeddings, projection, sweep, explorer):
    figures = [
        show_projection(projection, images=images, clustering=sweep[4]),
        show_elbow(sweep),
        show_silhouettes(images, sweep[4]),
        show_valley(embeddings, sweep[4], 0, 1),
        show_transitions(compare_clusterings(sweep[4], sweep[5])),
    ]
    said = [text for each in figures for text in (each.sentence, *_said_by_plots(each.figure))]
    said += [repr(explorer.agreement()).split("`")[0]]
    explorer.state.committed_k = 4
    said += [explorer.agreement().sentence]
    assert _english(iter(said), {*images.factors}) == set()
    assert show_silhouettes(images, sweep[4]).sentence.startswith("Silhouetten · k = 4 · Mittel 0,")
