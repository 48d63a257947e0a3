"""Clusters in words, and images by words: what CLIP's text encoder says of what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ipywidgets

from cliplab._core.html import render
from cliplab.evaluation.naming.cluster_names import ClusterNames
from cliplab.explorer.model.cluster_words import vocabulary_of
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.widgets.pages.parts import button, chip, note, table
from cliplab.explorer.widgets.tooltips import with_tooltip

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext

_N_SHOWN = 10
_N_SELECTED = 20


class WordsContent(NamedTuple):
    """The names of the clusters, and the images that are most like a text.

    Attributes
    ----------
    names : ClusterNames
        A name for each cluster.
    nearest : list of str
        For each cluster the nearest words, with their scores.
    ranked : list of int or None
        The rows of the first images of the ranking; None where no text was typed.
    images : list of dict
        The first few of them, with their scores.
    """

    names: ClusterNames
    nearest: list[str]
    ranked: list[int] | None
    images: list[dict[str, Any]]


def words_content(snapshot: Snapshot) -> WordsContent:
    """Name the clusters, and take the first images of the ranking."""
    words = vocabulary_of(snapshot.vocabulary)
    names = snapshot.cluster_words.names(snapshot.clustering, words)
    nearest = [_nearest(names, cluster) for cluster in range(len(names.names))]
    ranking = snapshot.ranking
    if ranking is None:
        return WordsContent(names, nearest, None, [])
    ranked = ranking.ranking[:_N_SELECTED].tolist()
    images = [
        {"row": row, "uri": snapshot.small_images.uri(row), "score": ranking.scores[row]}
        for row in ranked[:_N_SHOWN]
    ]
    return WordsContent(names, nearest, ranked, images)


CONTENT = PageContent(words_content, ("clustering", "vocabulary", "ranking"), in_background=True)


class Page:
    """A name for each cluster, and a box that colours the images by likeness to a text.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._session = context.session
        self._named: tuple[object, ...] = ()
        self._ranked: list[int] = []
        self.query = _text_box("colour by likeness to", "a red car")
        self.vocabulary = _text_box(
            "my own words", "cat, dog, beach … (else a tree of everyday words)"
        )
        self._best = button(
            f"Select the first {_N_SELECTED}", "The images that are most like the text"
        )
        self._best.on_click(lambda _: context.session.show_images(self._ranked))
        self._names = ipywidgets.HTML()
        self._found = ipywidgets.HTML()
        help_ = ipywidgets.HTML(render("explorer/style/templates/words_help.html"))
        boxes = ipywidgets.VBox(
            [ipywidgets.HBox([self.query, self._best]), self._found, help_, self.vocabulary]
        )
        context.link("query", self.query)
        context.link("vocabulary", self.vocabulary)
        self.widget = ipywidgets.HBox([self._names, boxes], layout={"align_items": "flex-start"})

    def draw(self, content: WordsContent | None) -> None:
        """Show the names of the clusters on the screen, and the first images by the text."""
        self._best.layout.display = None if content and content.ranked is not None else "none"
        named = self._session.clustering, self._session.state.vocabulary
        if content is None:
            if named != self._named:  # Names of other clusters beside these would be wrong ones.
                self._names.value = note("Reading words …")
            return
        self._named = named
        self._names.value = _markup(content)
        self._ranked = content.ranked or []
        self._found.value = (
            render("explorer/style/templates/words_ranking.html", images=content.images)
            if content.images
            else ""
        )

    def leave(self) -> None:
        """Nothing was drawn elsewhere."""


def _text_box(description: str, placeholder: str) -> ipywidgets.Text:
    box = ipywidgets.Text(
        description=description,
        placeholder=placeholder,
        continuous_update=False,
        style={"description_width": "140px"},
        layout={"width": "420px"},
    )
    return with_tooltip(box, f"{description.capitalize()}: type, then press Enter")


def _nearest(names: ClusterNames, cluster: int) -> str:
    top = names.top(cluster, n_words=3)
    return ", ".join(f"{word} {score:.2f}" for word, score in top.items())


def _markup(content: WordsContent) -> str:
    names = content.names
    lines = zip(names.names, names.margins, content.nearest, strict=True)
    rows = [
        [chip(cluster), name, f"{margin:.2f}", nearest]
        for cluster, (name, margin, nearest) in enumerate(lines)
    ]
    heads = ["", "in a word", "margin", "nearest words"]
    return render("explorer/style/templates/words_names.html", table=table(heads, rows))
