"""Write what to expect of a lesson into its page for instructors: answers over ten seeds.

Each seed draws another storybook of 1,000 images, and is the seed of maps and clusters. The table
has the right answer to each question and the plausible wrong ones, as the lesson computes them, and
stands between the markers of `docs/instructors/lesson_NN.md`. All lessons take some minutes;
numbers of lessons take these alone.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cliplab import ClipEncoder, load_laboratory, load_storybook, project, sweep_clusters
from cliplab.course.judging import answer_of
from cliplab.course.lessons import MODULES, find_lesson
from cliplab.course.questions import Lesson

PAGES = Path(__file__).parents[1] / "docs" / "instructors"
MARKERS = re.compile("(<!-- ranges -->).*?(<!-- /ranges -->)", re.DOTALL)
SEEDS = range(10)
N_IMAGES = 1000
# A lesson that takes fewer images takes the first of them, as a smaller storybook has.
FEWER_IMAGES = {"1": 16, "8": 600, "9": 600}
# What a lesson begins with beside images and embeddings, as its notebook makes it.
MAKE: dict[str, Callable[[Any], Any]] = {
    "projection": lambda own: project(own.embeddings, random_state=own.random_state),
    "sweep": lambda own: sweep_clusters(
        own.embeddings, range(2, 21), random_state=own.random_state
    ),
    "arc": lambda own: _shape("arc", own),
    "pair": lambda own: _shape("mixture", own, n_groups=2, separation=6),
    "nested": lambda own: _shape("hierarchy", own),
    "signed_images": lambda own: load_storybook(
        200, random_state=own.random_state, painted_words=1.0
    ),
    "signed_embeddings": lambda own: own.encoder.encode_images(own.signed_images, store=False),
}


def _shape(name: str, own: Any, **given: Any) -> Any:
    return load_laboratory(name, n_images=400, random_state=own.random_state, **given)


def main() -> None:
    """Compute the facts of the lessons for each seed, and write a table into each page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", nargs="*", default=list(MODULES), help="such as 1 2; else all")
    lessons = [find_lesson(number) for number in parser.parse_args().lessons]
    facts: dict[str, list[Any]] = {lesson.number: [] for lesson in lessons}
    encoder = ClipEncoder("storybook")
    for seed in SEEDS:
        images = load_storybook(N_IMAGES, random_state=seed)
        embeddings = encoder.encode_images(images, store=False)
        for lesson in lessons:
            n = FEWER_IMAGES.get(lesson.number, N_IMAGES)
            own = SimpleNamespace(
                images=images[:n], embeddings=embeddings[:n], encoder=encoder, random_state=seed
            )
            facts[lesson.number].append(lesson.facts(with_values(own, lesson.values)))
        print(f"seed {seed} is done")
    for lesson in lessons:
        page = PAGES / f"lesson_{int(lesson.number):02}.md"
        text = with_table(page.read_text(encoding="utf-8"), ranges(lesson, facts[lesson.number]))
        page.write_text(text, encoding="utf-8")


def with_values(own: SimpleNamespace, names: Iterable[str]) -> SimpleNamespace:
    """Make the values that a lesson begins with, out of images, embeddings and seed."""
    for name in names:
        if not hasattr(own, name):
            setattr(own, name, MAKE[name](own))
    return own


def ranges(lesson: Lesson, facts: list[Any]) -> str:
    """Return a table: each question with its right answer and its mistakes, over some facts."""
    rows = ["| | lowest | mean | highest |", "|---|---|---|---|"]
    for question in lesson.questions:
        rows.append(_row(f"**{question.name}**", [question.key(each) for each in facts]))
        rows += [
            _row(f"✗ {mistake.name}", [answer_of(mistake, each) for each in facts])
            for mistake in question.mistakes
            if callable(mistake.answer)
        ]
    return "\n".join(rows)


def with_table(page: str, table: str) -> str:
    """Return a page with a table between its markers."""
    if not MARKERS.search(page):
        raise ValueError("`page` must have the markers <!-- ranges --> and <!-- /ranges -->.")
    return MARKERS.sub(lambda markers: f"{markers[1]}\n\n{table}\n\n{markers[2]}", page, count=1)


def _row(name: str, answers: list[Any]) -> str:
    if all(isinstance(answer, int | float) for answer in answers):
        return f"| {name} | {' | '.join(_range(answers))} |"
    if all(isinstance(answer, tuple) and isinstance(answer[1], float) for answer in answers):
        # A verdict with its number; the verdicts are the same, or the most frequent is named.
        verdict = Counter(answer[0] for answer in answers).most_common(1)[0][0]
        shown = _range([answer[1] for answer in answers if answer[0] == verdict])
        return f"| {name} | {' | '.join(f'{verdict}, {each}' for each in shown)} |"
    counts = Counter(map(_text, answers)).most_common()
    often = ", ".join(f"{text} ({n} of {len(answers)})" for text, n in counts[:4])
    return f"| {name} | | {often} | |"


def _range(numbers: list[float]) -> list[str]:
    return [_number(each) for each in (min(numbers), sum(numbers) / len(numbers), max(numbers))]


def _number(value: float) -> str:
    return f"{value:d}" if isinstance(value, int) else f"{value:z.2f}".replace("-", "−")


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else ", ".join(map(str, answer))


if __name__ == "__main__":
    main()
