"""How hard a text is to read: measured as its source says, and no lesson is hard."""

from __future__ import annotations

import pytest
from readability import MOST_YEARS, SOURCES, main, prose_of, readability


def test_the_index_is_that_of_its_formula():
    measured = readability("The cat sat on the mat. It ran.")
    assert (measured.n_words, measured.per_sentence) == (8, 4.0)
    letters = 22 / 8
    assert measured.letters == letters
    assert measured.years == pytest.approx(4.71 * letters + 0.5 * 4 - 21.43)


def test_long_words_and_long_sentences_are_harder():
    easy = readability("Look at the map. Where are the gaps?").years
    assert readability("Look at the map where the gaps are, and at the hills too.").years > easy
    assert readability("Investigate neighbourhood preservation. Reconsider.").years > easy


def test_code_tables_headings_and_addresses_are_no_prose():
    page = "# Heading\n\nRead [this](http://nowhere). Run `a_name`:\n\n"
    page += "```python\nx = 1\n```\n\n| a | b |\n"
    prose = prose_of(page)
    assert "this" in prose
    for left_out in ("Heading", "nowhere", "a_name", "x = 1", "|"):
        assert left_out not in prose


def test_each_item_of_a_list_is_a_sentence():
    assert readability("You can:\n\n* sort images\n* count them\n").per_sentence == 2.0


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.md")), ids=lambda path: path.stem)
def test_a_lesson_is_easy_to_read(path):
    assert readability(path.read_text("utf-8")).years <= MOST_YEARS


def test_the_table_names_every_lesson(capsys):
    main()
    said = capsys.readouterr().out
    assert all(f"| {path.stem} |" in said for path in SOURCES.glob("*.md"))
    assert said.splitlines()[-1].startswith("The hardest is ")
