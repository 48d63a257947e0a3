from __future__ import annotations

import csv
from html.parser import HTMLParser

import datasets
import pytest
from PIL import Image

from cliplab import Attribution, ImageSet, load_storybook

HOSTILE = '<img src=x onerror="window.hacked=1">'


def _images(**columns):
    n_images = len(next(iter(columns.values())))
    table = {
        "image": [Image.new("RGB", (4, 4))] * n_images,
        "image_id": [f"{HOSTILE}{i}" for i in range(n_images)],
    }
    dataset = datasets.Dataset.from_dict(table | columns).cast_column("image", datasets.Image())
    return ImageSet(dataset, provenance={"citation": f"A collection {HOSTILE}"})


class _Tags(HTMLParser):
    """Collects the tags and links of a page as a browser would see them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links = set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on")]


@pytest.fixture
def hostile():
    return _images(
        author=[HOSTILE, "Ada"],
        title=["=HYPERLINK(1)", "A fish"],
        license=["CC BY 2.0", "CC0"],
        url=["javascript:alert(1)", "https://example.org/fish"],
        author_url=["https://example.org/?a=1&b='\"", ""],
        license_url=["data:text/html,x", ""],
        sha256=["a1", None],
    )


def test_credits_have_a_row_for_each_image_with_everything_that_is_known(hostile):
    table = hostile.credits().to_pandas()
    assert table["image_id"].tolist() == hostile.image_ids.tolist()
    assert table.loc[1, ["author", "title", "license"]].tolist() == ["Ada", "A fish", "CC0"]
    assert table["sha256"].tolist() == ["a1", ""]


def test_text_from_data_is_escaped_in_every_page(hostile, tmp_path):
    hostile.credits().save(tmp_path)
    saved = (tmp_path / "ATTRIBUTION.html").read_text(encoding="utf-8")
    for page in (hostile.credits()._repr_html_(), saved):
        seen = _Tags(page)
        assert seen.tags <= {"html", "meta", "title", "style", "h1", "p", "ol", "li", "code", "a"}
        assert all(link.startswith("https://") for link in seen.links)
        assert "https://example.org/fish" in seen.links


def test_a_spreadsheet_runs_no_formula_from_the_data(hostile, tmp_path):
    hostile.credits().save(tmp_path)
    with (tmp_path / "ATTRIBUTION.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert rows[1]["author"] == "Ada"
    assert not [value for row in rows for value in row.values() if value[:1] in "=+-@" and value]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_whatever_begins_like_a_formula_is_saved_as_text(tmp_path, first):
    _images(title=[f"{first}cmd|'/C calc'!A0"]).credits().save(tmp_path)
    with (tmp_path / "ATTRIBUTION.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))["title"] == f"'{first}cmd|'/C calc'!A0"


@pytest.mark.parametrize("address", ["", "https://example.org/", "javascript:alert(1)"])
def test_text_is_escaped_with_and_without_a_link(address):
    credit = Attribution(HOSTILE, HOSTILE, HOSTILE, address, address, address)
    for page in (credit.to_html(), credit.to_short_html()):
        assert _Tags(page).tags <= {"a", "div"}


def test_an_address_cannot_end_its_own_link():
    hostile = 'https://example.org/" onmouseover="alert(1)'
    credit = Attribution(author="Ada", author_url=hostile, license="CC0", license_url=hostile)
    for page in (credit.to_html(), credit.to_short_html()):
        seen = _Tags(page)
        assert seen.links == [hostile, hostile]
        assert page.count('rel="noopener"') == 2


def test_the_short_form_has_author_and_licence_or_else_the_title():
    credit = Attribution(author="Ada", title="A fish", license="CC0", url="https://example.org/1")
    assert "Ada" in credit.to_short_html()
    assert "CC0" in credit.to_short_html()
    assert "A fish" not in credit.to_short_html()
    assert "A fish" in Attribution(title="A fish").to_short_html()


def test_only_some_of_many_credits_are_shown_and_all_are_saved(tmp_path):
    shown = load_storybook(n_images=50).credits()
    assert shown._repr_html_().count("<li>") == 20
    assert "and 30 more" in shown._repr_html_()
    shown.save(tmp_path)
    assert (tmp_path / "ATTRIBUTION.html").read_text(encoding="utf-8").count("<li>") == 50


def test_images_without_credits_have_empty_ones():
    images = _images(word=["a"])
    assert images.attribution == (Attribution(),)
    assert images.credits().to_pandas()["author"].tolist() == [""]
