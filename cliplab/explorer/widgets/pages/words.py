"""Clusters in words, and pictures by words: what CLIP's text half says of what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from cliplab._core.html import render
from cliplab.clustering.measuring import remeasure
from cliplab.evaluation.naming.cluster_names import ClusterNames, name_clusters
from cliplab.evaluation.naming.text_ranking import TextRanking
from cliplab.explorer.widgets.pages.parts import button, chip, note, table

if TYPE_CHECKING:
    from cliplab.explorer.model.companions import Companions
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.notebook.tasks import Lane
    from cliplab.explorer.widgets.page_images import SmallPictures

_N_SHOWN = 10
_N_SELECTED = 20


class WordsPage:
    """A name for each cluster, and a box that colours the picture by likeness to a text.

    Parameters
    ----------
    companions : Companions
        Who keeps the order of the images by the text.
    pictures : SmallPictures
        The pictures.
    lane : Lane
        Where words are read: the first time takes seconds.
    link : callable
        Ties a trait of the state to a widget.
    change : callable
        Makes a change of the screen.
    select : callable
        Selects rows and shows their pictures in that order.
    """

    title = "In words"

    def __init__(
        self,
        companions: Companions,
        pictures: SmallPictures,
        lane: Lane[Any],
        link: Callable[[str, Any], None],
        change: Callable[[Callable[[], None]], None],
        select: Callable[[Sequence[int]], None],
    ) -> None:
        self._companions = companions
        self._named: tuple[object, ...] = ()
        self._pictures = pictures
        self._lane = lane
        self._change = change
        self._view: View | None = None
        self.query = ipywidgets.Text(
            description="colour by likeness to",
            placeholder="a red car",
            continuous_update=False,
            style={"description_width": "140px"},
            layout={"width": "420px"},
        )
        self.vocabulary = ipywidgets.Text(
            description="my own words",
            placeholder="cat, dog, beach … (else a list of everyday words)",
            continuous_update=False,
            style={"description_width": "140px"},
            layout={"width": "420px"},
        )
        self._best = button(f"Select the first {_N_SELECTED}")
        self._best.on_click(lambda _: select(self._first()))
        self._names = ipywidgets.HTML()
        self._found = ipywidgets.HTML()
        self._help = ipywidgets.HTML(render("explorer/style/templates/words_help.html"))
        self._boxes = ipywidgets.VBox(
            [ipywidgets.HBox([self.query, self._best]), self._found, self._help, self.vocabulary]
        )
        link("query", self.query)
        self.vocabulary.observe(lambda _: change(self._name), "value")
        self.widget = ipywidgets.HBox(
            [self._names, self._boxes], layout={"align_items": "flex-start"}
        )

    def draw(self, view: View) -> None:
        """Name the clusters on the screen; say what is missing where there is no encoder."""
        self._view = view
        self._boxes.layout.display = "none" if view.encoder is None else None
        if view.encoder is None:
            self._names.value = render("explorer/style/templates/words_no_encoder.html")
            return
        self._name()
        ranking = self._companions.ranking
        self._best.layout.display = None if ranking is not None else "none"
        self._found.value = "" if ranking is None else self._row_of_pictures(ranking)

    def _name(self) -> None:
        view = self._view
        if view is None or view.encoder is None:
            return
        words = [word.strip() for word in self.vocabulary.value.split(",") if word.strip()]
        asked = (view.clustering, *words)
        if len(asked) == len(self._named) and all(map(is_same, asked, self._named)):
            return
        # Names of other clusters beside these would be wrong ones.
        self._named = ()
        self._names.value = note("Reading words …")
        self._lane.start(
            ("names", id(view.clustering), tuple(words)),
            _named(view, words or None),
            lambda names: self._change(lambda: self._show_names(asked, names)),
        )

    def _show_names(self, asked: tuple[object, ...], names: ClusterNames) -> None:
        self._named = asked
        rows = []
        for cluster, (name, margin) in enumerate(zip(names.names, names.margins, strict=True)):
            others = [
                f"{word} {score:.2f}" for word, score in names.top(cluster, n_words=3).items()
            ]
            rows.append([chip(cluster), name, f"{margin:.2f}", ", ".join(others)])
        heads = ["", "in a word", "margin", "nearest words"]
        self._names.value = render(
            "explorer/style/templates/words_names.html", table=table(heads, rows)
        )

    def _row_of_pictures(self, ranking: TextRanking) -> str:
        images = [
            {"row": row, "uri": self._pictures.uri(row), "score": ranking.scores[row]}
            for row in ranking.ranking[:_N_SHOWN].tolist()
        ]
        return render("explorer/style/templates/words_ranking.html", images=images)

    def _first(self) -> Sequence[int]:
        ranking = self._companions.ranking
        return () if ranking is None else ranking.ranking[:_N_SELECTED].tolist()


def is_same(one: object, other: object) -> bool:
    """Say whether two words are equal, or two clusterings are one and the same."""
    return one is other or (isinstance(one, str) and one == other)


def _named(view: View, words: list[str] | None) -> Iterator[ClusterNames]:
    assert view.encoder is not None
    clustering = view.clustering
    if (clustering.space, clustering.metric) != ("embedding", "euclidean"):
        clustering = remeasure(view.embeddings, clustering)
    yield name_clusters(clustering, view.encoder, words)
