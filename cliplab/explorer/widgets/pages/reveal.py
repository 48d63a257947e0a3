"""Predict, then reveal: the known classes stay hidden until a k is committed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ipywidgets

from cliplab._core.html import render
from cliplab._core.language import number, say
from cliplab.evaluation.agreement import Agreement, class_agreement
from cliplab.evaluation.label_agreement import agreement_by_label
from cliplab.explorer.model.answers import (
    about_scores,
    answers_view,
    comparison_sentence,
    score_of,
)
from cliplab.explorer.model.known_classes import class_columns, with_known
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.style.theme import OTHER_COLOR
from cliplab.explorer.widgets.pages.parts import button, chip, table
from cliplab.explorer.widgets.tooltips import with_tooltip

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from cliplab.clustering.values import Clustering
    from cliplab.explorer.model.snapshot import Guess, Snapshot
    from cliplab.explorer.model.views import View
    from cliplab.explorer.widgets.pages import PageContext
    from cliplab.images.image_set import ImageSet

_MOST_CLASSES = 24  # In the table of counts; more would be a wall.


class RevealContent(NamedTuple):
    """What may be said of the known classes.

    Attributes
    ----------
    is_revealed : bool
        Whether they may be seen.
    committed_k : int or None
        The k that was committed to.
    n_images, n_clusters : int
        How many there are.
    guesses : tuple of Guess
        What the learner has called clusters, of whichever clustering.
    own_guesses : dict of int to str
        Those of the clusters on the screen.
    columns : tuple of str
        The columns that are classes; empty if there are none, or as long as they are hidden.
    answer : Answer or None
        What the clusters on the screen have to do with the classes that were chosen.
    """

    is_revealed: bool
    committed_k: int | None
    n_images: int
    n_clusters: int
    guesses: tuple[Guess, ...]
    own_guesses: dict[int, str]
    columns: tuple[str, ...] = ()
    answer: Answer | None = None


class Answer(NamedTuple):
    """Clusters and classes, compared.

    Attributes
    ----------
    column : str
        The classes that were chosen.
    agreement : Agreement
        Of clusters and classes.
    sentence : str
        What that says, in numbers.
    view : View
        What the two maps show.
    n_classes : int
        How many classes there are among the images.
    counts : pandas.DataFrame
        How many images of each class are in each cluster, without the rarest of many classes.
    disagreeing : tuple of int
        The rows of images of another class than the commonest of their cluster.
    best_labels : pandas.DataFrame or None
        Of images with many labels: those that describe each cluster best.
    """

    column: str
    agreement: Agreement
    sentence: str
    view: View
    n_classes: int
    counts: pd.DataFrame
    disagreeing: tuple[int, ...]
    best_labels: pd.DataFrame | None


def reveal_content(snapshot: Snapshot) -> RevealContent:
    """Return the agreement of clusters and classes, if it may be seen."""
    content = RevealContent(
        snapshot.is_revealed,
        snapshot.committed_k,
        len(snapshot.images),
        snapshot.clustering.n_clusters,
        snapshot.guesses,
        {
            each.cluster: each.name
            for each in snapshot.guesses
            if each.clustering is snapshot.clustering
        },
    )
    columns = class_columns(snapshot.images) if content.is_revealed else ()
    if not columns:
        return content
    return content._replace(
        columns=columns, answer=_answer(snapshot, snapshot.classes or columns[0])
    )


def _answer(snapshot: Snapshot, column: str) -> Answer:
    images, clustering = with_known(snapshot.images, column), snapshot.clustering
    agreement = class_agreement(images, clustering)
    n_classes = int(agreement.contingency.any(axis="columns").sum())
    is_own = clustering.n_clusters == snapshot.committed_k
    has_labels = "labels_present" in images.dataset.column_names
    return Answer(
        column,
        agreement,
        comparison_sentence(snapshot.committed_k, clustering, column, n_classes, agreement),
        answers_view(images, column, snapshot.sweep, clustering, is_own=is_own),
        n_classes,
        _counts(agreement),
        _disagreeing(images, clustering, agreement),
        agreement_by_label(images, clustering).best_labels(n_labels=2) if has_labels else None,
    )


CONTENT = PageContent(
    reveal_content, ("clustering", "is_revealed", "committed_k", "classes", "guesses")
)


class Page:
    """The commitment, and after it what is known.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._session, self._board = context.session, context.board
        self._proposed = 0  # What was in the box before the learner touched it.
        self._was_revealed = self._is_drawing = False
        self._disagreeing: tuple[int, ...] = ()
        self._k = ipywidgets.BoundedIntText(
            description=say("answers.my_k"), min=1, layout={"width": "150px"}
        )
        self._k.style.description_width = "40px"
        self._cluster = ipywidgets.Dropdown(
            description=say("answers.cluster"),
            layout={"width": "150px"},
            style={"description_width": "50px"},
        )
        self._name = ipywidgets.Text(placeholder=say("answers.name"), layout={"width": "240px"})
        self._keep = button(say("answers.keep"), say("answers.keep_help"))
        self._commit = button(say("answers.commit"), say("answers.commit_help"))
        self._commit.button_style = "primary"
        self._classes = ipywidgets.Dropdown(
            description=say("answers.classes"), style={"description_width": "initial"}
        )
        self._show = button("", say("answers.disagreeing_help"))
        with_tooltip(self._classes, say("answers.classes_help"))
        with_tooltip(self._k, say("answers.my_k_help"))
        with_tooltip(self._cluster, say("answers.cluster_help"))
        with_tooltip(self._name, say("answers.name_help"))
        self._words, self._tables = ipywidgets.HTML(), ipywidgets.HTML()
        self._keep.on_click(lambda _: self._keep_name())
        self._commit.on_click(lambda _: self._commit_to_k())
        self._classes.observe(lambda change: self._choose(change["new"]), "value")
        self._show.on_click(lambda _: self._session.show_images(self._disagreeing))
        wraps = {"flex_flow": "row wrap"}
        self._question = ipywidgets.HBox(
            [self._cluster, self._name, self._keep, self._k, self._commit], layout=wraps
        )
        self._choices = ipywidgets.HBox([self._classes, self._show], layout=wraps)
        self.widget = ipywidgets.VBox([self._question, self._words, self._choices, self._tables])

    def draw(self, content: RevealContent | None) -> None:
        """Ask for a k, or show how the clusters agree with the classes."""
        if content is None:
            return
        answer = content.answer
        self._question.layout.display = "none" if content.is_revealed else None
        for widget in (self._choices, self._tables):
            widget.layout.display = None if answer is not None else "none"
        guesses = ", ".join(
            say(
                "answers.guess",
                cluster=guess.cluster,
                n_clusters=guess.clustering.n_clusters,
                name=guess.name,
            )
            for guess in content.guesses
        )
        if not content.is_revealed:
            self._ask(content)
            self._words.value = render(
                "explorer/style/templates/reveal_before.html", guesses=guesses
            )
        elif answer is None:
            self._words.value = render("explorer/style/templates/reveal_no_classes.html")
        else:
            self._offer(content.columns, answer.column)
            self._disagreeing = answer.disagreeing
            self._show.description = say("answers.disagreeing", n=len(self._disagreeing))
            self._show.disabled = not self._disagreeing
            self._tables.value = _tables(answer, content.own_guesses)
            self._words.value = _sentence(answer, guesses)
        self._board.show_answers(None if answer is None else answer.view)
        self._was_revealed = content.is_revealed

    def leave(self) -> None:
        """Bring the other plots back."""
        self._board.show_answers(None)

    def _offer(self, columns: tuple[str, ...], chosen: str) -> None:
        """Show which classes can be compared, and the choice."""
        self._is_drawing = True  # What is only shown was not chosen.
        if self._classes.options != columns:
            self._classes.options = columns
        self._classes.value = chosen
        self._is_drawing = False

    def _choose(self, column: str | None) -> None:
        if not self._is_drawing and column is not None:
            self._session.state.classes = column

    def _ask(self, content: RevealContent) -> None:
        clusters = tuple((str(cluster), cluster) for cluster in range(content.n_clusters))
        if self._cluster.options != clusters:
            self._cluster.options = clusters
            self._cluster.index = 0 if clusters else None
        self._k.max = content.n_images
        # What was typed stays, unless a commitment was taken back.
        if self._was_revealed or self._k.value in (1, self._proposed):
            self._k.value = self._proposed = max(1, content.n_clusters)

    def _keep_name(self) -> None:
        name, cluster = self._name.value.strip(), self._cluster.value
        if name and cluster is not None:
            self._name.value = ""
            self._session.name_cluster(cluster, name)

    def _commit_to_k(self) -> None:
        self._keep_name()
        self._session.state.committed_k = self._k.value


def _disagreeing(images: ImageSet, clustering: Clustering, agreement: Agreement) -> tuple[int, ...]:
    """Return the rows of images of another class than the commonest of their cluster."""
    commonest = agreement.to_pandas().set_index("cluster_label")["class_name"]
    names = [*images.class_names, None]
    labels = zip(images.class_labels, clustering.cluster_labels, strict=True)
    return tuple(
        row
        for row, (label, cluster) in enumerate(labels)
        if label >= 0 and cluster >= 0 and commonest.get(cluster) != names[label]
    )


def _counts(agreement: Agreement) -> pd.DataFrame:
    """Return the table of classes and clusters, without all but the most frequent classes."""
    n_images = agreement.contingency.sum(axis="columns")
    frequent = n_images[n_images > 0].nlargest(_MOST_CLASSES)
    return agreement.contingency.loc[frequent.index.sort_values()]


def _sentence(answer: Answer, guesses: str) -> str:
    agreement = answer.agreement
    return render(
        "explorer/style/templates/reveal.html",
        sentence=answer.sentence,
        about=about_scores([score_of(agreement)]),
        scores=(
            ("ARI", agreement.adjusted_rand),
            (say("answers.homogeneity"), agreement.homogeneity),
            (say("answers.completeness"), agreement.completeness),
            (say("answers.purity"), agreement.purity),
        ),
        guesses=guesses,
    )


def _tables(answer: Answer, guesses: dict[int, str]) -> str:
    tables = [_shaded(answer), _purities(answer.agreement.to_pandas(), guesses)]
    if answer.best_labels is not None:
        tables.append(_labels(answer.best_labels))
    return render("explorer/style/templates/reveal_tables.html", tables=tables)


def _shaded(answer: Answer) -> Markup:
    """Show where the images of each class are: the darker, the larger the part of its row."""
    counts = answer.counts
    n_more = answer.n_classes - len(counts)
    colors = dict(answer.view["legend"])
    return render(
        "explorer/style/templates/reveal_counts.html",
        caption=say("answers.counts"),
        heads=[chip(int(cluster)) for cluster in counts.columns],
        rows=[
            {
                "name": name,
                "color": colors.get(name, OTHER_COLOR),
                "cells": [(n, n / sum(line)) for n in line],
            }
            for name, *line in counts.itertuples()
        ],
        more=rarer_classes(n_more) if n_more else "",
    )


def rarer_classes(n_more: int) -> str:
    """Say how many classes the table of counts leaves out."""
    return say("answers.rarer", n=n_more)


def purity_heads() -> list[str]:
    """Return the heads of the table of the commonest class of each cluster."""
    return ["", *(say(f"answers.{name}") for name in ("size", "commonest", "purity"))]


def label_heads() -> list[str]:
    """Return the heads of the table of the labels that describe each cluster best."""
    return ["", *(say(f"answers.{name}") for name in ("label", "precision", "recall", "verified"))]


def label_row(each: Any) -> list[str]:
    """Return what is said of a label and its cluster."""
    n_verified = each.n_present + each.n_absent
    return [
        each.label_name,
        number(each.precision, ".0%"),
        number(each.recall, ".0%"),
        say("answers.n_verified", n_present=each.n_present, n_verified=n_verified),
    ]


def _purities(purities: pd.DataFrame, guesses: dict[int, str]) -> Markup:
    rows = [
        [chip(int(each.cluster_label)), each.size, each.class_name, number(each.purity, ".0%")]
        + ([guesses.get(int(each.cluster_label), "")] if guesses else [])
        for each in purities.itertuples(index=False)
    ]
    heads = purity_heads() + ([say("answers.you_said")] if guesses else [])
    return table(heads, rows)


def _labels(best: pd.DataFrame) -> Markup:
    """Say which labels describe each cluster best, as far as they were verified."""
    rows = [
        [chip(int(each.cluster_label)), *label_row(each)] for each in best.itertuples(index=False)
    ]
    return table(label_heads(), rows)
