"""The site of the docs has every public name, builds without a warning and opens from a disk."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from build_docs import with_links
from stamp_address import Address

import cliplab
from cliplab import course

ROOT = Path(__file__).parents[2]
FETCHED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^\"]*\"")


def test_the_reference_has_every_public_name_once():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^   (\w+)$", text, re.MULTILINE)) == sorted(cliplab.__all__)


def test_the_reference_has_every_function_of_the_course_once():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^   course\.(\w+)$", text, re.MULTILINE)
    assert sorted([*listed, "settings"]) == sorted(course.__all__)


def test_links_lead_to_pages_of_the_site_or_else_to_the_repository(tmp_path):
    address = Address("https://example.org/lab", "v1", "pack", ())
    text = "[a](docs/glossary.md#terms) [b](LICENSE) [c](https://d.org) [e](#f) [g](no such file)"
    found = with_links(text, ROOT / "README.md", tmp_path / "_readme.md", tmp_path, address)
    assert "[a](glossary.md#terms)" in found
    assert "[b](https://example.org/lab/blob/v1/LICENSE)" in found
    assert found.endswith("[c](https://d.org) [e](#f) [g](no such file)")


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_asks_for_no_address():
    build = [sys.executable, str(ROOT / "tools" / "build_docs.py"), "--quick"]
    result = subprocess.run(build, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    pages = list((ROOT / "build" / "docs" / "html").rglob("*.html"))
    assert len(pages) > 80
    assert {page.name: FETCHED.findall(page.read_text(encoding="utf-8")) for page in pages} == {
        page.name: [] for page in pages
    }
