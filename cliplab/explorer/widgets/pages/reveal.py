"""Predict, then reveal: the known classes stay hidden until a k is committed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets
import numpy as np

from cliplab._core.html import render
from cliplab.evaluation.agreement import Agreement, class_agreement
from cliplab.evaluation.label_agreement import agreement_by_label
from cliplab.explorer.model.companions import Companions, Guess
from cliplab.explorer.widgets.pages.parts import button, chip, table, text

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.model.state import ExplorerState
    from cliplab.images.image_set import ImageSet

_MOST_CLASSES = 24  # In the table of counts; more would be a wall.


class RevealPage:
    """The commitment, and after it what is known.

    Parameters
    ----------
    state : ExplorerState
        Where the commitment stands.
    companions : Companions
        Who keeps the names that the learner has given.
    change : callable
        Makes a change of the screen.
    select : callable
        Selects rows and shows their pictures.
    """

    title = "Reveal"

    def __init__(
        self,
        state: ExplorerState,
        companions: Companions,
        change: Callable[[Callable[[], None]], None],
        select: Callable[[Sequence[int]], None],
    ) -> None:
        self._state = state
        self._companions = companions
        self._view: View | None = None
        self._proposed = 0  # What stood as my k before the learner touched it.
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
        self._show = button("", "Pictures of another class than the commonest of their cluster")
        self._words = ipywidgets.HTML()
        self._keep.on_click(lambda _: change(self._keep_name))
        self._commit.on_click(lambda _: change(self._commit_to_k))
        self._show.on_click(lambda _: select(self._disagreeing))
        self._asking = ipywidgets.HBox(
            [self._cluster, self._name, self._keep, self._k, self._commit]
        )
        self.widget = ipywidgets.VBox([self._asking, self._words, ipywidgets.HBox([self._show])])

    def draw(self, view: View) -> None:
        """Ask for a k, or show how the clusters agree with the classes."""
        self._view = view
        has_classes = bool((view.images.class_labels >= 0).any())
        is_open = self._state.is_revealed
        self._asking.layout.display = "none" if is_open else None
        self._show.layout.display = None if is_open and has_classes else "none"
        if not is_open:
            clusters = [(str(i), i) for i in range(view.clustering.n_clusters)]
            if self._cluster.options != tuple(clusters):
                self._cluster.options = clusters
                self._cluster.index = 0 if clusters else None
            self._k.max = len(view.images)
            if self._k.value in (1, self._proposed):  # What was typed stays.
                self._k.value = self._proposed = max(1, view.clustering.n_clusters)
            self._words.value = self._asked()
        elif not has_classes:
            self._words.value = render("explorer/style/templates/reveal_no_classes.html")
        else:
            self._words.value = self._revealed(view)

    def _keep_name(self) -> None:
        name, cluster = self._name.value.strip(), self._cluster.value
        if name and cluster is not None and self._view is not None:
            self._companions.guesses.append(Guess(self._view.clustering, cluster, name))
            self._name.value = ""
            self._words.value = self._asked()

    def _commit_to_k(self) -> None:
        self._keep_name()
        self._state.committed_k = self._k.value

    def _asked(self) -> str:
        return render("explorer/style/templates/reveal_before.html", guesses=self._named_so_far())

    def _named_so_far(self) -> str:
        """Say what the learner has called clusters, of whichever clustering."""
        return ", ".join(
            f"cluster {guess.cluster} of {guess.clustering.n_clusters}: {guess.name}"
            for guess in self._companions.guesses
        )

    def _guesses(self) -> dict[int, str]:
        """Return what the learner has called the clusters on the screen."""
        if self._view is None:
            return {}
        return {
            guess.cluster: guess.name
            for guess in self._companions.guesses
            if guess.clustering is self._view.clustering
        }

    def _revealed(self, view: View) -> str:
        agreement = class_agreement(view.images, view.clustering)
        self._disagreeing = disagreeing(view.images, view.clustering.cluster_labels, agreement)
        n_classes = int(agreement.contingency.any(axis="columns").sum())
        self._show.description = f"Show {len(self._disagreeing)} that disagree"
        self._show.disabled = not self._disagreeing
        tables = [_purities(agreement, self._guesses()), _contingency(agreement)]
        if "labels_present" in view.images.dataset.column_names:
            tables.insert(1, _labels(view))
        return render(
            "explorer/style/templates/reveal.html",
            committed_k=self._state.committed_k,
            n_classes=n_classes,
            n_clusters=view.clustering.n_clusters,
            scores=(
                ("AMI", agreement.adjusted_mutual_info),
                ("ARI", agreement.adjusted_rand),
                ("homogeneity", agreement.homogeneity),
                ("completeness", agreement.completeness),
                ("purity", agreement.purity),
            ),
            guesses=self._named_so_far(),
            tables=tables,
        )


def disagreeing(
    images: ImageSet, cluster_labels: np.ndarray, agreement: Agreement
) -> tuple[int, ...]:
    """Return the rows of images of another class than the commonest of their cluster."""
    commonest = agreement.to_pandas().set_index("cluster_label")["class_name"]
    names = [*images.class_names, None]
    rows = [
        row
        for row, (label, cluster) in enumerate(
            zip(images.class_labels, cluster_labels, strict=True)
        )
        if label >= 0 and cluster >= 0 and commonest.get(cluster) != names[label]
    ]
    return tuple(rows)


def _purities(agreement: Agreement, guesses: dict[int, str]) -> str:
    rows = [
        [chip(int(each.cluster_label)), each.size, each.class_name, f"{each.purity:.0%}"]
        + ([guesses.get(int(each.cluster_label), "")] if guesses else [])
        for each in agreement.to_pandas().itertuples(index=False)
    ]
    heads = ["", "size", "commonest class", "purity"] + (["you said"] if guesses else [])
    return table(heads, rows)


def _contingency(agreement: Agreement) -> str:
    counts = agreement.contingency
    counts = counts[counts.sum(axis="columns") > 0]
    shown = counts.loc[counts.sum(axis="columns").nlargest(_MOST_CLASSES).index.sort_values()]
    rows = [[name, *(n or "" for n in line)] for name, *line in shown.itertuples()]
    more = f"and {len(counts) - len(shown)} rarer classes" if len(counts) > len(shown) else ""
    return table(["class \\ cluster", *map(str, counts.columns)], rows) + text(more)


def _labels(view: View) -> str:
    """Of images with many labels: those that describe each cluster best, as far as verified."""
    best = agreement_by_label(view.images, view.clustering).best_labels(n_labels=2)
    rows = [
        [
            chip(int(each.cluster_label)),
            each.label_name,
            f"{each.precision:.0%}",
            f"{each.recall:.0%}",
            f"{each.n_present} of {each.n_present + each.n_absent}",
        ]
        for each in best.itertuples(index=False)
    ]
    heads = ["", "verified label", "precision", "recall", "verified"]
    return table(heads, rows)
