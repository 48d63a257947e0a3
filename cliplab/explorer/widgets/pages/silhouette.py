"""A silhouette bar that opens: the picture, its own cluster, the rival, and the two distances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from cliplab._core.html import render
from cliplab.clustering.values import NOISE
from cliplab.evaluation.low_silhouettes import borderline_images, negative_images
from cliplab.evaluation.silhouette_explanation import SilhouetteExplanation, explain_silhouette
from cliplab.explorer.style.theme import MOST_AT_ONCE, cluster_color
from cliplab.explorer.widgets.pages.parts import button, note

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.model.state import ExplorerState
    from cliplab.explorer.notebook.tasks import Lane
    from cliplab.explorer.widgets.page_images import SmallPictures


class SilhouettePage:
    """One bar, opened, and the lists of pictures that sit badly.

    Parameters
    ----------
    state : ExplorerState
        Where the opened image stands.
    pictures : SmallPictures
        The pictures.
    lane : Lane
        Where distances are measured: among very many images it takes a while.
    select : callable
        Selects rows and shows their pictures in that order.
    """

    title = "One bar"

    def __init__(
        self,
        state: ExplorerState,
        pictures: SmallPictures,
        lane: Lane[Any],
        select: Callable[[Sequence[int]], None],
    ) -> None:
        self._state = state
        self._pictures = pictures
        self._lane = lane
        self._case = ipywidgets.HTML()
        self._negative = button("", "Pictures that are nearer to another cluster")
        self._borderline = button("", "Pictures with a silhouette from −0.05 to 0.05")
        self._lists: dict[str, Sequence[int]] = {"negative": (), "borderline": ()}
        self._negative.on_click(lambda _: select(self._lists["negative"]))
        self._borderline.on_click(lambda _: select(self._lists["borderline"]))
        self.widget = ipywidgets.VBox(
            [self._case, ipywidgets.HBox([self._negative, self._borderline])]
        )

    def draw(self, view: View) -> None:
        """Open the image that was tapped, and count those that sit badly."""
        clustering = view.clustering
        is_measured = clustering.n_measured > 0
        self._lists["negative"] = negative_images(clustering) if is_measured else ()
        self._lists["borderline"] = borderline_images(clustering) if is_measured else ()
        for name, widget in (("negative", self._negative), ("borderline", self._borderline)):
            rows = self._lists[name]
            widget.description = f"Show {len(rows):,} {name}"
            widget.disabled = not rows
        self._lane.drop()
        row = self._state.opened
        if row is None:
            self._case.value = render("explorer/style/templates/silhouette_help.html")
            return
        if refusal := _refusal(view, row):
            self._case.value = note(refusal)
            return
        if len(view.clustering) > MOST_AT_ONCE:
            self._case.value = note(f"Measuring the distances of image {row} to all others …")
        self._lane.start((row, id(view.clustering)), self._opened(view, row), self._show)

    def _show(self, markup: str) -> None:
        self._case.value = markup

    def _opened(self, view: View, row: int) -> Iterator[str]:
        assert view.data is not None
        case = explain_silhouette(view.data, view.clustering, row)
        longest = max(case.a, case.b, 1e-9)
        yield render(
            "explorer/style/templates/silhouette.html",
            own=self._figure(case.medoid, f"centre of its cluster {case.cluster}", case.cluster),
            a=_distance("a", case.a, longest, case.cluster, "to its own cluster"),
            image=self._figure(case.image, _verdict(case), case.cluster),
            b=_distance("b", case.b, longest, case.nearest_cluster, "to the nearest cluster"),
            nearest=self._figure(
                case.nearest_medoid,
                f"centre of the nearest cluster {case.nearest_cluster}",
                case.nearest_cluster,
            ),
        )

    def _figure(self, row: int, words: str, cluster: int) -> dict[str, Any]:
        return {
            "row": row,
            "uri": self._pictures.uri(row),
            "words": words,
            "color": cluster_color(cluster),
        }


def _refusal(view: View, row: int) -> str:
    """Say why the bar of an image cannot be opened; empty if it can."""
    if view.clustering.cluster_labels[row] == NOISE or view.clustering.n_clusters < 2:
        return f"Image {row} has no silhouette: it is noise, or there is no other cluster."
    if view.data is None:
        return "This sweep was made elsewhere, so the distances in it are not known here."
    return ""


def _verdict(case: SilhouetteExplanation) -> str:
    score = case.silhouette
    if score < -0.05:
        words = "nearer to another cluster"
    elif score <= 0.05:
        words = "on the border"
    else:
        words = "nearer to its own cluster"
    return f"({case.b:.3f} − {case.a:.3f}) / {max(case.a, case.b):.3f} = {score:.2f}: {words}"


def _distance(name: str, length: float, longest: float, cluster: int, words: str) -> dict[str, Any]:
    return {
        "name": name,
        "length": length,
        "percent": 100 * length / longest,
        "color": cluster_color(cluster),
        "words": words,
    }
