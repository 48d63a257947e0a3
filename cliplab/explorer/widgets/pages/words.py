"""Clusters in words, and pictures by words: what CLIP's text half says of what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from cliplab.clustering.measuring import remeasure
from cliplab.evaluation.naming.cluster_names import ClusterNames, name_clusters
from cliplab.evaluation.naming.text_ranking import TextRanking
from cliplab.explorer.widgets.pages.parts import button, chip, note, table

if TYPE_CHECKING:
    from cliplab.explorer.model.companions import Companions
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.notebook.tasks import Lane
    from cliplab.explorer.widgets.page_images import SmallPictures

_NO_ENCODER = (
    "CLIP can put clusters into words. For this it has to be here: give the Explorer its encoder, "
    "<code>Explorer(images, embeddings, projection, sweep, encoder=encoder)</code>."
)
_HELP = (
    "A cosine between a text and a picture is small even where they fit: pictures and texts live "
    "in two cones of CLIP's space, with a gap between. So both are centred first, and only the "
    "order of the scores means something."
)
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
        self._help = ipywidgets.HTML(note(_HELP))
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
            self._names.value = note(_NO_ENCODER)
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
            others = [f"{word} {score:.2f}" for word, score in names.top(cluster, 3).items()]
            rows.append([chip(cluster), name, f"{margin:.2f}", ", ".join(others)])
        heads = ["", "in a word", "margin", "nearest words"]
        self._names.value = (
            '<div style="max-height: 260px; overflow: auto; margin-right: 16px">'
            + table(heads, rows, first_is_markup=True)
            + "</div>"
        )

    def _row_of_pictures(self, ranking: TextRanking) -> str:
        figures = "".join(
            f'<img src="{self._pictures.uri(int(row))}" alt="picture {int(row)}" '
            f'title="score {ranking.scores[row]:.2f}" '
            'style="width: 56px; margin: 0; border-radius: 4px">'
            for row in ranking.ranking[:_N_SHOWN]
        )
        return f'<div style="display: flex; gap: 4px; margin: 4px 0">{figures}</div>'

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
