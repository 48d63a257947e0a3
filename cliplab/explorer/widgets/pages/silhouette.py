"""A silhouette bar that opens: the image, its own cluster, the nearest one, and two distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ipywidgets
import numpy as np
from numpy.typing import NDArray

from cliplab._core.html import render
from cliplab._core.language import number, say
from cliplab.clustering.values import NOISE
from cliplab.evaluation.low_silhouettes import border_width, borderline_images, negative_images
from cliplab.evaluation.silhouette_explanation import SilhouetteExplanation, explain_silhouette
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.style.theme import MOST_AT_ONCE, cluster_color
from cliplab.explorer.widgets.pages.parts import button, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext

# Below the border, on it, and above.
VERDICTS = ("nearer_to_another", "on_the_border", "nearer_to_its_own")


class SilhouetteContent(NamedTuple):
    """The explanation of one bar, and the lists of images that fit badly.

    Attributes
    ----------
    negative, borderline : sequence of int
        Rows of images, the worst first.
    explanation : SilhouetteExplanation or None
        Of the image that was opened.
    uris : dict of int to str
        The small images that the explanation names, by their rows.
    refusal : str
        Why there is no explanation; empty where none was asked for.
    width : float
        Up to here from 0 a silhouette is on the border.
    """

    negative: Sequence[int]
    borderline: Sequence[int]
    explanation: SilhouetteExplanation | None = None
    uris: dict[int, str] = {}  # noqa: RUF012 (nobody writes into it)
    refusal: str = ""
    width: float = 0.0


def silhouette_content(snapshot: Snapshot) -> SilhouetteContent:
    """Explain the silhouette of the image that was opened, and list those that fit badly."""
    clustering, row = snapshot.clustering, snapshot.opened
    is_measured = clustering.n_measured > 0
    content = SilhouetteContent(
        negative_images(clustering) if is_measured else (),
        borderline_images(clustering) if is_measured else (),
        width=border_width(clustering) if is_measured else 0.0,
    )
    if row is None:
        return content
    if clustering.cluster_labels[row] == NOISE or clustering.n_clusters < 2:
        return content._replace(refusal=say("silhouette.none", row=row))
    if snapshot.data is None:
        return content._replace(refusal=say("silhouette.made_elsewhere"))
    found = explain_silhouette(snapshot.data, clustering, row)
    rows = (found.medoid, found.image, found.nearest_medoid)
    return content._replace(
        explanation=found, uris={each: snapshot.small_images.uri(each) for each in rows}
    )


CONTENT = PageContent(silhouette_content, ("clustering", "data", "opened"), in_background=True)


class Page:
    """One bar, opened, and the lists of images that fit badly.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._session = session = context.session
        self._lists: dict[str, Sequence[int]] = {"negative": (), "borderline": ()}
        self._explanation = ipywidgets.HTML()
        self._negative, self._borderline = (
            button(say(f"silhouette.{name}"), say(f"silhouette.{name}_help"))
            for name in ("negative", "borderline")
        )
        self._negative.disabled = self._borderline.disabled = True
        self._negative.on_click(lambda _: session.show_images(self._lists["negative"]))
        self._borderline.on_click(lambda _: session.show_images(self._lists["borderline"]))
        self.widget = ipywidgets.VBox(
            [self._explanation, ipywidgets.HBox([self._negative, self._borderline])]
        )

    def draw(self, content: SilhouetteContent | None) -> None:
        """Show the explanation, or how to get one, and how many images fit badly."""
        if content is None:
            self._negative.disabled = self._borderline.disabled = True
            row = self._session.state.opened
            if row is not None and len(self._session.images) > MOST_AT_ONCE:
                self._explanation.value = note(say("silhouette.measuring", row=row))
            return
        self._lists = {"negative": content.negative, "borderline": content.borderline}
        for name, widget in (("negative", self._negative), ("borderline", self._borderline)):
            widget.description = say(f"silhouette.n_{name}", n=number(len(self._lists[name]), ","))
            widget.disabled = not self._lists[name]
        if content.explanation is not None:
            self._explanation.value = _markup(content.explanation, content.uris, content.width)
        elif content.refusal:
            self._explanation.value = note(content.refusal)
        else:
            self._explanation.value = render("explorer/style/templates/silhouette_help.html")

    def leave(self) -> None:
        """Nothing was drawn elsewhere."""


def _markup(found: SilhouetteExplanation, uris: dict[int, str], width: float) -> str:
    def figure(row: int, words: str, cluster: int) -> dict[str, Any]:
        return {"row": row, "uri": uris[row], "words": words, "color": cluster_color(cluster)}

    def distance(name: str, length: float, cluster: int, words: str) -> dict[str, Any]:
        percent = 100 * length / max(found.a, found.b, 1e-9)
        color = cluster_color(cluster)
        said = {"name": name, "length": number(length, ".3f"), "words": words}
        return said | {"percent": percent, "color": color}

    nearest = found.nearest_cluster
    return render(
        "explorer/style/templates/silhouette.html",
        own=figure(found.medoid, say("silhouette.own", cluster=found.cluster), found.cluster),
        a=distance("a", found.a, found.cluster, say("silhouette.a")),
        image=figure(found.image, _verdict(found, width), found.cluster),
        b=distance("b", found.b, nearest, say("silhouette.b")),
        nearest=figure(found.nearest_medoid, say("silhouette.nearest", cluster=nearest), nearest),
    )


def _verdict(found: SilhouetteExplanation, width: float) -> str:
    score = found.silhouette
    verdict = VERDICTS[verdicts_of(np.array([score]), width)[0]]
    return say(
        "silhouette.sum",
        a=number(found.a, ".3f"),
        b=number(found.b, ".3f"),
        largest=number(max(found.a, found.b), ".3f"),
        score=number(score, ".2f"),
        verdict=say(f"silhouette.{verdict}"),
    )


def verdicts_of(scores: NDArray[np.floating], width: float) -> NDArray[np.int8]:
    """Return for each silhouette which of the `VERDICTS` is said of it, by the border's width."""
    return (1 + (scores > width) - (scores < -width)).astype(np.int8)
