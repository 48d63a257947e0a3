"""Templates: what comes from data is escaped, and nothing that is missing goes unnoticed."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from cliplab._core import html


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the package."""
    monkeypatch.setattr(html, "_PACKAGE", tmp_path)
    html._environment.cache_clear()
    yield tmp_path
    html._environment.cache_clear()


def test_what_comes_from_data_is_escaped_and_what_was_rendered_is_not(templates: Path) -> None:
    (templates / "inner.html").write_text("<b>{{ name }}</b>")
    (templates / "outer.html").write_text("<p>{{ inner }}</p>")
    inner = html.render("inner.html", name="<script>'\"&")
    assert inner == "<b>&lt;script&gt;&#39;&#34;&amp;</b>"
    assert html.render("outer.html", inner=inner) == f"<p>{inner}</p>"


def test_a_value_that_is_missing_is_an_error_and_not_an_empty_place(templates: Path) -> None:
    (templates / "one.html").write_text("{{ name }}")
    with pytest.raises(jinja2.UndefinedError, match="'name' is undefined"):
        html.render("one.html")
