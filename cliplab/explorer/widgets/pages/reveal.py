"""Predict, then reveal: the known classes stay hidden until a k is committed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ipywidgets

from cliplab._core.html import render
from cliplab.evaluation.agreement import Agreement, class_agreement
from cliplab.evaluation.label_agreement import agreement_by_label
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.widgets.pages.parts import button, chip, table, text

if TYPE_CHECKING:
    import pandas as pd

    from cliplab.explorer.model.snapshot import Guess, Snapshot
    from cliplab.explorer.widgets.pages import PageContext

_MOST_CLASSES = 24  # In the table of counts; more would be a wall.


class RevealContent(NamedTuple):
    """What may be said of the known classes.

    Attributes
    ----------
    is_revealed, has_classes : bool
        Whether they may be seen, and whether there are any.
    committed_k : int or None
        The k that was committed to.
    n_images, n_clusters : int
        How many there are.
    guesses : tuple of Guess
        What the learner has called clusters, of whichever clustering.
    own_guesses : dict of int to str
        Those of the clusters on the screen.
    agreement : Agreement or None
        Of clusters and classes, once they may be seen.
    n_classes : int
        How many classes there are among the images.
    purities : pandas.DataFrame or None
        The commonest class of each cluster and its share.
    counts : pandas.DataFrame or None
        How many images of each class are in each cluster, without the rarest of many classes.
    disagreeing : tuple of int
        The rows of images of another class than the commonest of their cluster.
    best_labels : pandas.DataFrame or None
        Of images with many labels: those that describe each cluster best.
    """

    is_revealed: bool
    has_classes: bool
    committed_k: int | None
    n_images: int
    n_clusters: int
    guesses: tuple[Guess, ...]
    own_guesses: dict[int, str]
    agreement: Agreement | None = None
    n_classes: int = 0
    purities: pd.DataFrame | None = None
    counts: pd.DataFrame | None = None
    disagreeing: tuple[int, ...] = ()
    best_labels: pd.DataFrame | None = None


def reveal_content(snapshot: Snapshot) -> RevealContent:
    """Return the agreement of clusters and classes, if it may be seen."""
    images, clustering = snapshot.images, snapshot.clustering
    content = RevealContent(
        snapshot.is_revealed,
        bool((images.class_labels >= 0).any()),
        snapshot.committed_k,
        len(images),
        clustering.n_clusters,
        snapshot.guesses,
        {each.cluster: each.name for each in snapshot.guesses if each.clustering is clustering},
    )
    if not (content.is_revealed and content.has_classes):
        return content
    agreement = class_agreement(images, clustering)
    has_labels = "labels_present" in images.dataset.column_names
    return content._replace(
        agreement=agreement,
        n_classes=int(agreement.contingency.any(axis="columns").sum()),
        purities=agreement.to_pandas(),
        counts=_counts(agreement),
        disagreeing=_disagreeing(snapshot, agreement),
        best_labels=(
            agreement_by_label(images, clustering).best_labels(n_labels=2) if has_labels else None
        ),
    )


CONTENT = PageContent(reveal_content, ("clustering", "is_revealed", "committed_k", "guesses"))


class Page:
    """The commitment, and after it what is known.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._session = context.session
        self._proposed = 0  # What was in the box before the learner touched it.
        self._disagreeing: tuple[int, ...] = ()
        self._k = ipywidgets.BoundedIntText(description="my k", min=1, layout={"width": "150px"})
        self._k.style.description_width = "40px"
        self._cluster = ipywidgets.Dropdown(
            description="cluster", layout={"width": "150px"}, style={"description_width": "50px"}
        )
        self._name = ipywidgets.Text(
            placeholder="is a cluster of … (if you like)", layout={"width": "240px"}
        )
        self._keep = button("Keep name")
        self._commit = button("Commit")
        self._commit.button_style = "primary"
        self._show = button("", "Images of another class than the commonest of their cluster")
        self._words = ipywidgets.HTML()
        self._keep.on_click(lambda _: self._keep_name())
        self._commit.on_click(lambda _: self._commit_to_k())
        self._show.on_click(lambda _: self._session.show_images(self._disagreeing))
        self._question = ipywidgets.HBox(
            [self._cluster, self._name, self._keep, self._k, self._commit]
        )
        self.widget = ipywidgets.VBox([self._question, self._words, ipywidgets.HBox([self._show])])

    def draw(self, content: RevealContent | None) -> None:
        """Ask for a k, or show how the clusters agree with the classes."""
        if content is None:
            return
        self._question.layout.display = "none" if content.is_revealed else None
        self._show.layout.display = None if content.agreement is not None else "none"
        guesses = ", ".join(
            f"cluster {guess.cluster} of {guess.clustering.n_clusters}: {guess.name}"
            for guess in content.guesses
        )
        if not content.is_revealed:
            self._ask(content)
            self._words.value = render(
                "explorer/style/templates/reveal_before.html", guesses=guesses
            )
        elif content.agreement is None:
            self._words.value = render("explorer/style/templates/reveal_no_classes.html")
        else:
            self._disagreeing = content.disagreeing
            self._show.description = f"Show {len(self._disagreeing)} that disagree"
            self._show.disabled = not self._disagreeing
            self._words.value = _markup(content, content.agreement, guesses)

    def leave(self) -> None:
        """Nothing was drawn elsewhere."""

    def _ask(self, content: RevealContent) -> None:
        clusters = tuple((str(cluster), cluster) for cluster in range(content.n_clusters))
        if self._cluster.options != clusters:
            self._cluster.options = clusters
            self._cluster.index = 0 if clusters else None
        self._k.max = content.n_images
        if self._k.value in (1, self._proposed):  # What was typed stays.
            self._k.value = self._proposed = max(1, content.n_clusters)

    def _keep_name(self) -> None:
        name, cluster = self._name.value.strip(), self._cluster.value
        if name and cluster is not None:
            self._name.value = ""
            self._session.name_cluster(cluster, name)

    def _commit_to_k(self) -> None:
        self._keep_name()
        self._session.state.committed_k = self._k.value


def _disagreeing(snapshot: Snapshot, agreement: Agreement) -> tuple[int, ...]:
    """Return the rows of images of another class than the commonest of their cluster."""
    images = snapshot.images
    commonest = agreement.to_pandas().set_index("cluster_label")["class_name"]
    names = [*images.class_names, None]
    labels = zip(images.class_labels, snapshot.clustering.cluster_labels, strict=True)
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


def _markup(content: RevealContent, agreement: Agreement, guesses: str) -> str:
    tables = []
    if content.purities is not None:
        tables.append(_purities(content.purities, content.own_guesses))
    if content.best_labels is not None:
        tables.append(_labels(content.best_labels))
    if content.counts is not None:
        tables.append(_contingency(content.counts, content.n_classes))
    return render(
        "explorer/style/templates/reveal.html",
        committed_k=content.committed_k,
        n_classes=content.n_classes,
        n_clusters=content.n_clusters,
        scores=(
            ("AMI", agreement.adjusted_mutual_info),
            ("ARI", agreement.adjusted_rand),
            ("homogeneity", agreement.homogeneity),
            ("completeness", agreement.completeness),
            ("purity", agreement.purity),
        ),
        guesses=guesses,
        tables=tables,
    )


def _purities(purities: pd.DataFrame, guesses: dict[int, str]) -> str:
    rows = [
        [chip(int(each.cluster_label)), each.size, each.class_name, f"{each.purity:.0%}"]
        + ([guesses.get(int(each.cluster_label), "")] if guesses else [])
        for each in purities.itertuples(index=False)
    ]
    heads = ["", "size", "commonest class", "purity"] + (["you said"] if guesses else [])
    return table(heads, rows)


def _contingency(counts: pd.DataFrame, n_classes: int) -> str:
    rows = [[name, *(n or "" for n in line)] for name, *line in counts.itertuples()]
    more = f"and {n_classes - len(counts)} rarer classes" if n_classes > len(counts) else ""
    return table(["class \\ cluster", *map(str, counts.columns)], rows) + text(more)


def _labels(best: pd.DataFrame) -> str:
    """Say which labels describe each cluster best, as far as they were verified."""

    def row(each: Any) -> list[Any]:
        return [
            chip(int(each.cluster_label)),
            each.label_name,
            f"{each.precision:.0%}",
            f"{each.recall:.0%}",
            f"{each.n_present} of {each.n_present + each.n_absent}",
        ]

    heads = ["", "verified label", "precision", "recall", "verified"]
    return table(heads, [row(each) for each in best.itertuples(index=False)])
