"""The images of the selection, with their names, numbers and credits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import ipywidgets
import numpy as np
from markupsafe import Markup

from cliplab._core.html import render
from cliplab._core.language import number, say
from cliplab.clustering.values import NOISE
from cliplab.explorer.model.columns import most_typical
from cliplab.explorer.model.hover_fields import hidden_name
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.style.theme import cluster_color, ink_on
from cliplab.explorer.widgets.page_images import PageImages

if TYPE_CHECKING:
    from cliplab.clustering.cluster_sweep import ClusterSweep
    from cliplab.explorer.model.small_images import SmallImages
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext
    from cliplab.images.credits import Attribution

PAGE_SIZE = 10


class GalleryContent(NamedTuple):
    """A page of images.

    Attributes
    ----------
    figures : list of dict
        What is said of each image, with its row.
    uris : dict of int to str
        The small images, by their rows.
    n_selected : int
        How many images are selected; 0 where the typical ones are shown.
    has_previous, has_next : bool
        Whether there are images before and after these.
    """

    figures: list[dict[str, Any]]
    uris: dict[int, str]
    n_selected: int
    has_previous: bool
    has_next: bool


def gallery_content(snapshot: Snapshot) -> GalleryContent:
    """Return the images of the selection in their order, or the typical one of each cluster."""
    rows, start = shown_rows(snapshot), snapshot.gallery_start
    on_page = rows[start : start + PAGE_SIZE]
    makers = snapshot.images.attribution_of(on_page)
    return GalleryContent(
        [_figure(snapshot, *each) for each in zip(on_page, makers, strict=True)],
        {row: snapshot.small_images.uri(row) for row in on_page},
        len(snapshot.selected),
        start > 0,
        start + PAGE_SIZE < len(rows),
    )


def shown_rows(snapshot: Snapshot) -> tuple[int, ...]:
    """Return the rows that are shown, page after page."""
    if not snapshot.selected:
        return most_typical(snapshot.clustering)
    has_order = set(snapshot.order) == set(snapshot.selected)
    return snapshot.order if has_order else snapshot.selected


CONTENT = PageContent(
    gallery_content,
    ("selected", "order", "gallery_start", "clustering", "is_revealed"),
    in_background=True,
)


class Gallery:
    """A page of images and the buttons that turn it.

    Where nothing is selected it shows the most typical image of each cluster: the one with the
    highest silhouette.

    Parameters
    ----------
    context : PageContext
        What the page is made with.

    Attributes
    ----------
    head : ipywidgets.HBox
        How many images are shown, and the buttons; it shares a line with the status.
    """

    def __init__(self, context: PageContext) -> None:
        self._session = context.session
        self._on_page = PageImages()
        self._back = self._button("chevron-left", say("gallery.previous"), -PAGE_SIZE)
        self._forth = self._button("chevron-right", say("gallery.next"), PAGE_SIZE)
        self._title = ipywidgets.HTML()
        self.head = ipywidgets.HBox(
            [self._title, self._back, self._forth],
            layout={"flex": "none", "align_items": "center", "margin": "0 0 0 12px"},
        )
        self.images = ipywidgets.HTML(layout={"min_height": "136px"})
        self.widget = ipywidgets.VBox(
            [
                ipywidgets.HTML(
                    render("explorer/style/templates/style_sheet.html"),
                    layout={"display": "none"},
                ),
                self._on_page.widget,
                self.images,
            ]
        )

    def draw(self, content: GalleryContent | None) -> None:
        """Show a page of images; the last one stays until the next is read."""
        if content is None:
            return
        self._title.value = render(
            "explorer/style/templates/gallery_title.html", n_selected=content.n_selected
        )
        self._back.disabled = not content.has_previous
        self._forth.disabled = not content.has_next
        self._on_page.send(content.uris)
        figures = [
            {**figure, "look": self._on_page.class_name(figure["row"])}
            for figure in content.figures
        ]
        self.images.value = render(
            "explorer/style/templates/gallery.html",
            figures=figures,
            shared_credit=_shared_credit(figures),
        )

    def leave(self) -> None:
        """Nothing was drawn elsewhere."""

    def send_ahead(self, uris: dict[int, str]) -> None:
        """Give the browser images before they are shown."""
        self._on_page.send(uris)

    def _button(self, icon: str, tooltip: str, by: int) -> ipywidgets.Button:
        button = ipywidgets.Button(
            icon=icon, tooltip=tooltip, layout={"width": "32px", "height": "24px"}
        )

        def turn(_: object) -> None:
            # Until the next page is here, another click would go too far.
            self._back.disabled = self._forth.disabled = True
            self._session.turn_gallery(by)

        button.on_click(turn)
        return button


def typical_images(sweep: ClusterSweep, small_images: SmallImages) -> Iterator[dict[int, str]]:
    """Yield the small images that the gallery will need as k moves."""
    every = {row for each in sweep.clusterings for row in most_typical(each)[:PAGE_SIZE]}
    yield {row: small_images.uri(row) for row in sorted(every)}


def _figure(snapshot: Snapshot, row: int, credit: Attribution) -> dict[str, Any]:
    """Return what is said of an image."""
    images, clustering = snapshot.images, snapshot.clustering
    label, cluster = images.class_labels[row], int(clustering.cluster_labels[row])
    class_name = images.class_names[label] if label >= 0 else say("images.no_class")
    score = clustering.silhouettes[row]
    silhouette = say("images.not_measured")
    if np.isfinite(score):
        silhouette = say("gallery.silhouette", score=number(score, ".2f"))
    n_alike = int((clustering.cluster_labels == cluster).sum())
    title, help_ = str(cluster), say("clusters.select", n=n_alike, cluster=cluster)
    if cluster == NOISE:
        silhouette = say("images.noise")
        title, help_ = "–", say("clusters.select_noise", n=n_alike)
    name = str(images.image_ids[row])
    if not snapshot.is_revealed:  # Names of files and titles often hold the class.
        name, credit = hidden_name(row), replace(credit, title="")
    return {
        "row": row,
        "name": name,
        "credit": credit,
        "credit_line": Markup(credit.to_short_html()),
        "color": cluster_color(cluster),
        "ink": ink_on(cluster_color(cluster)),
        "cluster": cluster,
        "cluster_name": title,
        "help": help_,
        "class_name": class_name if snapshot.is_revealed else None,
        "silhouette": silhouette,
    }


def _shared_credit(figures: list[dict[str, Any]]) -> Markup | None:
    """Return the credit that all images have in common; None where they differ, or there is one."""
    lines = {figure["credit_line"] for figure in figures}
    return lines.pop() if len(lines) == 1 < len(figures) else None
