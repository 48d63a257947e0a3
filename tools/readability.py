"""Measure how hard the lessons are to read, and print a table.

The measure is the Automated Readability Index (Senter and Smith, 1967): the years of school, in the
United States, after which a text is read with ease. It counts letters and words alone, so that the
terms of a lesson count as long words however often they are explained. Code, tables, formulae,
headings and links' addresses are left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "notebooks" / "lessons"
# Half of what is said to be plain enough for all, the eighth year: many read in a second language.
MOST_YEARS = 4.0


class Readability(NamedTuple):
    """How long the words and sentences of a text are.

    Attributes
    ----------
    n_words : int
        How many words it has.
    per_sentence : float
        Words in a sentence.
    letters : float
        Letters in a word.
    years : float
        The Automated Readability Index.
    """

    n_words: int
    per_sentence: float
    letters: float
    years: float


def prose_of(markdown: str) -> str:
    """Return the sentences of a page, without code, tables, headings and addresses."""
    text = re.sub(r"^```.*?^```$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^(#|\||<).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"`[^`]*`", "it", text)  # A name in code stands for a word.
    # What stands in a list or a paragraph of its own is a sentence too.
    return re.sub(r"(?<![.!?:])\n(?=\n|[*-] |\d\. )", ".\n", text)


def readability(markdown: str) -> Readability:
    """Measure the prose of a page.

    Parameters
    ----------
    markdown : str
        The page.

    Returns
    -------
    Readability
        Its measures.
    """
    prose = prose_of(markdown)
    sentences = [words for each in re.split(r"[.!?:]+(?:\s|$)", prose) if (words := _words(each))]
    words = [word for each in sentences for word in each]
    per_sentence = len(words) / len(sentences)
    letters = sum(map(len, words)) / len(words)
    return Readability(
        len(words), per_sentence, letters, 4.71 * letters + 0.5 * per_sentence - 21.43
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text)


def main() -> None:
    """Print a row for each lesson, and the hardest one last."""
    rows = {
        path.stem: readability(path.read_text("utf-8")) for path in sorted(SOURCES.glob("*.md"))
    }
    print("| lesson | words | words a sentence | letters a word | years of school |")
    print("|---|---|---|---|---|")
    for name, row in rows.items():
        measures = f"{row.per_sentence:.1f} | {row.letters:.1f} | {row.years:.1f}"
        print(f"| {name} | {row.n_words} | {measures} |")
    hardest = max(rows, key=lambda name: rows[name].years)
    print(
        f"The hardest is {hardest}, with {rows[hardest].years:.1f} years; at most {MOST_YEARS:g}."
    )


if __name__ == "__main__":
    main()
