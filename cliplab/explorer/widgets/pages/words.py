"""Clusters in words: what CLIP's text encoder says of what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ipywidgets

from cliplab._core.html import render
from cliplab._core.language import number, say, words
from cliplab.evaluation.naming.cluster_names import ClusterNames
from cliplab.explorer.model.cluster_words import names_as_read, vocabulary_of
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.widgets.pages.parts import chip, note, table
from cliplab.explorer.widgets.tooltips import with_tooltip

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext


class WordsContent(NamedTuple):
    """The names of the clusters.

    Attributes
    ----------
    names : ClusterNames
        A name for each cluster.
    nearest : list of str
        For each cluster the nearest words, with their scores.
    """

    names: ClusterNames
    nearest: list[str]


def words_content(snapshot: Snapshot) -> WordsContent:
    """Name the clusters."""
    vocabulary = vocabulary_of(snapshot.vocabulary)
    names = snapshot.cluster_words.names(snapshot.clustering, vocabulary)
    return WordsContent(names, [_nearest(names, each) for each in range(len(names.names))])


CONTENT = PageContent(words_content, ("clustering", "vocabulary"), in_background=True)


class Page:
    """A name for each cluster, and a box for words of the learner's own.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._session = context.session
        self._named: tuple[object, ...] = ()
        self.vocabulary = ipywidgets.Text(
            description=say("names.own_words"),
            placeholder=say("names.examples"),
            continuous_update=False,
            style={"description_width": "initial"},
            layout={"width": "420px", "max_width": "100%"},
        )
        with_tooltip(self.vocabulary, say("names.own_words_help"))
        self._names = ipywidgets.HTML()
        help_ = ipywidgets.HTML(render("explorer/style/templates/words_help.html"))
        boxes = ipywidgets.VBox([self.vocabulary, help_])
        context.link("vocabulary", self.vocabulary)
        self.widget = ipywidgets.HBox([self._names, boxes], layout={"align_items": "flex-start"})

    def draw(self, content: WordsContent | None) -> None:
        """Show the names of the clusters on the screen."""
        named = self._session.clustering, self._session.state.vocabulary
        if content is None:
            if named != self._named:  # Names of other clusters beside these would be wrong ones.
                self._names.value = note(say("names.reading"))
            return
        self._named = named
        self._names.value = _markup(content)

    def leave(self) -> None:
        """Nothing was drawn elsewhere."""


def _nearest(names: ClusterNames, cluster: int) -> str:
    top = names.top(cluster, n_words=3)
    scores = (f"{word} {number(score, '.2f')}" for word, score in top.items())
    return str(words("numbers.between")).join(scores)


def _markup(content: WordsContent) -> str:
    names = content.names
    lines = zip(names_as_read(names), names.margins, content.nearest, strict=True)
    rows = [
        [chip(cluster), name, number(margin, ".2f"), nearest]
        for cluster, (name, margin, nearest) in enumerate(lines)
    ]
    return render("explorer/style/templates/words_names.html", table=table(names_heads(), rows))


def names_heads() -> list[str]:
    """Return the heads of the table of names."""
    return ["", *(say(f"names.{name}") for name in ("word", "margin", "nearest"))]
