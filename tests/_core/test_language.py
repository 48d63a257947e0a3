"""The table of messages: the same in each language, and nothing that is not said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import pytest
from markupsafe import Markup

from cliplab import set_language
from cliplab._core.language import LANGUAGES, messages, number, say, say_html, words
from cliplab.clustering.algorithms import ALGORITHMS, title_of
from cliplab.evaluation.null import NULLS

PACKAGE = Path(__file__).parents[2] / "cliplab"
FORMS = {"one", "many"}


@pytest.fixture
def german() -> Iterator[None]:
    set_language("de")
    yield
    set_language("en")


def _flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield key and text of each message; a form has its message's key with its name behind."""
    for name, each in table.items():
        if isinstance(each, dict):
            yield from _flat(each, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", each


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _tags(text: str) -> list[str]:
    return sorted(re.findall(r"<[^>]*>|@\w+", text))


ENGLISH = dict(_flat(messages("en")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_messages_with_the_same_gaps_and_tags(language):
    found = dict(_flat(messages(language)))
    assert list(found) == list(ENGLISH)
    assert {key: _gaps(text) for key, text in found.items()} == {
        key: _gaps(text) for key, text in ENGLISH.items()
    }
    assert {key: _tags(text) for key, text in found.items()} == {
        key: _tags(text) for key, text in ENGLISH.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_with_forms_has_both_and_its_gap_n_chooses(language):
    def forms(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for each in table.values():
            if isinstance(each, dict):
                yield from forms(each)
        if FORMS & set(table):
            yield table

    found = list(forms(messages(language)))
    assert found
    for each in found:
        assert list(each) == ["one", "many"]  # Scripts get them in this order.


def _keys_in_code() -> Iterator[str]:
    """Yield each key that code and templates name, as a pattern where a part is filled in."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(
                r"[a-z_]+(\.[a-z_]+)+", str(node.value)
            ):
                yield re.escape(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [getattr(each, "value", None) for each in node.values]
                key = "".join(re.escape(p) if isinstance(p, str) else "[a-z_.]+" for p in parts)
                if re.match(r"[a-z_]+\\\.", key):
                    yield key
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "words",
                "words_of",
            ):
                yield re.escape(getattr(node.args[0], "value", ""))  # A whole part of the table.
    for path in PACKAGE.rglob("*.html"):
        yield from map(re.escape, _keys_in_template(path))


def _keys_in_template(path: Path) -> list[str]:
    return re.findall(r'say\("([^"]+)"', path.read_text(encoding="utf-8"))


def test_every_message_is_said_somewhere():
    said = re.compile("|".join(f"(?:{each})" for each in set(_keys_in_code()) - {""}))
    unsaid = []
    for key in ENGLISH:
        names = key.split(".")
        # A script, or a message with forms, takes a part of the table with all that is in it.
        wholes = [".".join(names[:end]) for end in range(len(names), 0, -1)]
        if not any(said.fullmatch(each) for each in wholes):
            unsaid.append(key)
    assert unsaid == []


def test_every_message_that_a_template_names_is_there():
    for path in PACKAGE.rglob("*.html"):
        for key in _keys_in_template(path):
            assert words(key)


def test_gaps_are_filled_and_the_form_is_that_of_the_number():
    assert say("images.count", n=1) == "1 image"
    assert say("images.count", n=0) == "0 images"
    assert say("images.count", n=1234) == "1,234 images"


def test_a_gap_that_is_left_is_an_error():
    with pytest.raises(KeyError, match="cluster"):
        say("selection.of_cluster", n=3)
    with pytest.raises(KeyError, match="nowhere"):
        say("images.nowhere")


def test_numbers_are_written_as_the_language_has_them(german):
    assert say("images.count", n=1234) == "1.234 Bilder"
    assert number(1234.5, ",.2f") == "1.234,50"
    assert number(np.float32(-0.5), ".2f") == "-0,50"
    assert number(0.256, ".0%") == "26 %"
    assert say("groups.has", name="3.5, or 4", n=2) == "„3.5, or 4“ hat jetzt 2 Bilder."


def test_what_is_filled_into_html_is_escaped_and_html_is_not():
    assert say_html("gallery.credit", credit="<b>&") == "All images: &lt;b&gt;&amp;"
    assert say_html("gallery.credit", credit=Markup("<b>")) == "All images: <b>"


def test_the_language_is_one_that_there_is():
    with pytest.raises(ValueError, match="`language` must be one of"):
        set_language("fr")
    assert words("images.noise") == "noise"


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_screen_calls_algorithms_as_their_room_does(name):
    assert words(f"algorithms.{name}.title") == ALGORITHMS[name].title
    assert words(f"algorithms.{name}.about") == ALGORITHMS[name].about
    assert words("algorithms.kmeans.spherical") == title_of("kmeans", "cosine")


@pytest.mark.parametrize("kind", NULLS)
def test_the_screen_calls_null_data_as_their_room_does(kind):
    null = NULLS[kind]
    assert words(f"null_data.{kind}") == {
        "title": null.title,
        "keeps": null.keeps,
        "loses": null.loses,
    }
