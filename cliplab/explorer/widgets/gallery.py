"""The pictures of the selection, with their names, numbers and credits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import ipywidgets
import numpy as np
from markupsafe import Markup

from cliplab._core.html import render
from cliplab.clustering.values import NOISE
from cliplab.explorer.model.hover_fields import hidden_name
from cliplab.explorer.style.theme import cluster_color
from cliplab.explorer.widgets.page_images import PagePictures

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.clustering.values import Clustering
    from cliplab.explorer.notebook.host import MainLoop
    from cliplab.explorer.notebook.tasks import Lane
    from cliplab.explorer.widgets.page_images import SmallPictures
    from cliplab.images.credits import Attribution
    from cliplab.images.image_set import ImageSet

PAGE_SIZE = 10


class _Page(NamedTuple):
    """What a page shows, and those of its pictures that the browser does not have yet."""

    pictures: dict[int, str]
    markup: str


class Gallery:
    """A page of pictures and the buttons that turn it.

    Where nothing is selected it shows the most typical picture of each cluster: the one with the
    highest silhouette.

    Parameters
    ----------
    images : ImageSet
        The images, row by row.
    small : SmallPictures
        Their pictures.
    lane : Lane
        Where pages are made: reading ten large photographs takes longer than a slider may wait.
    main_loop : MainLoop
        Where buttons take effect.

    Attributes
    ----------
    reveals : bool
        Whether the known classes are shown.
    """

    def __init__(
        self, images: ImageSet, small: SmallPictures, lane: Lane[_Page], main_loop: MainLoop
    ) -> None:
        self._images = images
        self.reveals = True
        self._lane = lane
        self._main_loop = main_loop
        self._on_page = PagePictures(small)
        self._rows: tuple[int, ...] = ()
        self._page = 0
        self._clustering: Clustering | None = None
        self._back = self._button("chevron-left", "Previous pictures", -1)
        self._forth = self._button("chevron-right", "Next pictures", 1)
        self._title = ipywidgets.HTML()
        self.title = "Pictures"
        self.head = ipywidgets.HBox(
            [self._title, self._back, self._forth],
            layout={"flex": "none", "align_items": "center", "margin": "0 0 0 12px"},
        )
        self.pictures = ipywidgets.HTML(layout={"min_height": "136px"})
        self.widget = ipywidgets.VBox(
            [
                ipywidgets.HTML(
                    render("explorer/style/templates/style_sheet.html"),
                    layout={"display": "none"},
                ),
                self._on_page.widget,
                self.pictures,
            ]
        )

    def show(self, selected: Sequence[int], clustering: Clustering) -> None:
        """Show the selected images, or where there are none the typical one of each cluster."""
        rows = tuple(selected) if selected else most_typical(clustering)
        if rows != self._rows:
            self._page = 0
        self._rows, self._clustering = rows, clustering
        self._title.value = render(
            "explorer/style/templates/gallery_title.html",
            n_selected=len(rows) if selected else 0,
        )
        self._draw()

    def read_ahead(self, sweep: ClusterSweep) -> Iterator[dict[int, str]]:
        """Yield the pictures that the gallery will need as k moves, for `take`."""
        every = {row for each in sweep.clusterings for row in most_typical(each)[:PAGE_SIZE]}
        yield self._on_page.read(sorted(every))

    def take(self, pictures: dict[int, str]) -> None:
        """Give the browser pictures before they are shown."""
        self._on_page.send(pictures)

    def _turn(self, by: int) -> None:
        self._page += by
        self._draw()

    def _draw(self) -> None:
        assert self._clustering is not None
        start = self._page * PAGE_SIZE
        on_page = self._rows[start : start + PAGE_SIZE]
        self._back.disabled = self._page == 0
        self._forth.disabled = start + PAGE_SIZE >= len(self._rows)
        self._lane.start(on_page, self._pages(on_page, self._clustering), self._show_page)

    def _pages(self, rows: tuple[int, ...], clustering: Clustering) -> Iterator[_Page]:
        makers = self._images[list(rows)].attribution
        figures = [self._figure(*each, clustering) for each in zip(rows, makers, strict=True)]
        page = render("explorer/style/templates/gallery.html", figures=figures)
        yield _Page(self._on_page.read(rows), page)

    def _show_page(self, page: _Page) -> None:
        self._on_page.send(page.pictures)
        self.pictures.value = page.markup

    def _figure(self, i: int, credit: Attribution, clustering: Clustering) -> dict[str, Any]:
        label, cluster = self._images.class_labels[i], int(clustering.cluster_labels[i])
        class_name = self._images.class_names[label] if label >= 0 else "no class"
        score = clustering.silhouettes[i]
        silhouette = f"silhouette {score:.2f}" if np.isfinite(score) else "not measured"
        if cluster == NOISE:
            silhouette = "noise"
        name = str(self._images.image_ids[i])
        if not self.reveals:  # Names of files and titles often hold the class.
            name, credit = hidden_name(i), replace(credit, title="")
        return {
            "name": name,
            "credit": credit,
            "credit_line": Markup(credit.to_short_html()),
            "look": self._on_page.class_name(i),
            "color": cluster_color(cluster),
            "cluster": "–" if cluster == NOISE else cluster,
            "class_name": class_name if self.reveals else None,
            "silhouette": silhouette,
        }

    def _button(self, icon: str, tooltip: str, by: int) -> ipywidgets.Button:
        button = ipywidgets.Button(
            icon=icon, tooltip=tooltip, layout={"width": "32px", "height": "24px"}
        )
        button.on_click(lambda _: self._main_loop.post(lambda: self._turn(by)))
        return button


def most_typical(clustering: Clustering) -> tuple[int, ...]:
    """Return the row of the image with the highest silhouette in each cluster."""
    rows = []
    for cluster in range(clustering.n_clusters):
        members = np.flatnonzero(clustering.cluster_labels == cluster)
        # One cluster alone has no silhouettes, and of a sample not every image has.
        scores = np.nan_to_num(clustering.silhouettes[members], nan=-np.inf)
        rows.append(int(members[scores.argmax()]))
    return tuple(rows)
