"""Two clusters: their images along the line between them, and whether there is a valley."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ipywidgets
import numpy as np

from cliplab._core.html import render
from cliplab._core.language import say
from cliplab.clustering.values import NOISE, Clustering
from cliplab.evaluation.line import squared_distances
from cliplab.evaluation.valley import Valley, valley
from cliplab.explorer.model.options import MOST_REPEATED
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.model.views import View, line_view
from cliplab.explorer.widgets.pages.parts import button, note
from cliplab.explorer.widgets.tooltips import with_tooltip

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext


class ValleyContent(NamedTuple):
    """Two clusters of the clustering on the screen, and the line between them.

    Attributes
    ----------
    n_clusters : int
        How many there are to choose from.
    pair : tuple of int
        The two; empty if there are no two.
    found : Valley or None
        Where their images stand, if it could be computed.
    view : View or None
        What the figure shows of it.
    refusal : str
        Why it could not; empty where it could.
    """

    n_clusters: int
    pair: tuple[int, ...] = ()
    found: Valley | None = None
    view: View | None = None
    refusal: str = ""


def valley_content(snapshot: Snapshot) -> ValleyContent:
    """Look along the line between the two clusters that were chosen, or that are nearest."""
    clustering = snapshot.clustering
    content = ValleyContent(clustering.n_clusters)
    if clustering.n_clusters < 2:
        return content._replace(refusal=say("valley.one_cluster"))
    if snapshot.data is None:
        return content._replace(refusal=say("valley.made_elsewhere"))
    if len(snapshot.images) > MOST_REPEATED:
        return content._replace(refusal=say("valley.too_many", most=MOST_REPEATED))
    pair = _pair(snapshot)
    found = valley(snapshot.data, clustering, *pair)
    return content._replace(pair=pair, found=found, view=line_view(found, len(snapshot.images)))


CONTENT = PageContent(valley_content, ("clustering", "data", "pair", "opened"), in_background=True)


class Page:
    """Two menus of clusters, a sentence, and the line in the place of the silhouettes.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._session, self._board = context.session, context.board
        self._is_drawing = False
        self._menus = [
            ipywidgets.Dropdown(
                description=say(f"valley.{name}"),
                layout={"width": "110px"},
                style={"description_width": "36px"},
            )
            for name in ("from", "to")
        ]
        for menu in self._menus:
            with_tooltip(menu, say("valley.menu_help"))
            menu.observe(lambda _: self._choose(), "value")
        self._words = ipywidgets.HTML()
        self._all = button(say("valley.all"), say("valley.all_help"))
        self._rows: tuple[int, ...] = ()
        self._all.on_click(lambda _: self._session.show_images(self._rows))
        line = ipywidgets.HBox([*self._menus, self._all], layout={"align_items": "center"})
        self.widget = ipywidgets.VBox([line, self._words])

    def draw(self, content: ValleyContent | None) -> None:
        """Draw the line, and say what was tested and found."""
        if content is None:
            self._words.value = note(say("work.running", what=say("work.valley")))
            return
        self._is_drawing = True  # What is only shown was not chosen.
        for menu, cluster in zip(self._menus, content.pair or (None, None), strict=True):
            menu.options = list(range(content.n_clusters))
            menu.value = cluster
            menu.disabled = not content.pair
        self._is_drawing = False
        found = content.found
        self._rows = () if found is None else tuple(found.rows.tolist())
        self._all.disabled = found is None
        self._words.value = (
            note(content.refusal)
            if found is None
            else render("explorer/style/templates/valley.html", sentence=found.sentence)
        )
        self._board.show_line(content.view)

    def leave(self) -> None:
        """Bring the silhouettes back."""
        self._board.show_line(None)

    def _choose(self) -> None:
        a, b = (menu.value for menu in self._menus)
        if self._is_drawing or a is None or b is None:
            return
        if a != b:
            self._session.state.pair = (a, b)
        else:
            self._words.value = note(say("valley.choose_two"))


def _pair(snapshot: Snapshot) -> tuple[int, int]:
    """Return the pair that was chosen, that of the opened bar, or the two nearest clusters."""
    clustering, pair, row = snapshot.clustering, snapshot.pair, snapshot.opened
    if pair and max(pair) < clustering.n_clusters:
        return pair[0], pair[1]
    spans = _spans(clustering)
    own: Any = NOISE if row is None else clustering.cluster_labels[row]
    if own == NOISE:
        a, b = np.unravel_index(int(spans.argmin()), spans.shape)
        return int(a), int(b)
    return int(own), int(spans[own].argmin())


def _spans(clustering: Clustering) -> np.ndarray[Any, Any]:
    centers = clustering.centers.astype(np.float64)
    spans = squared_distances(centers, centers)
    np.fill_diagonal(spans, np.inf)
    return spans
