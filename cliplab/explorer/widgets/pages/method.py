"""How clusters are found, how the map is made, and what both are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ipywidgets

from cliplab._core.html import render
from cliplab._core.language import say, words
from cliplab.clustering.algorithms import ALGORITHMS
from cliplab.clustering.silhouettes import METRICS
from cliplab.evaluation.null import NULLS
from cliplab.explorer.model.options import GIVEN_SPACE, MOST_REPEATED, algorithm_title
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.widgets.seed_box import SeedBox
from cliplab.explorer.widgets.tooltips import with_tooltip

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext

_LOOK: dict[str, Any] = {
    "style": {"description_width": "110px"},
    "layout": {"width": "330px", "max_width": "100%"},
}
_CHOICES = (
    "space", "algorithm", "metric", "centered", "null_data", "projection", "perplexity",
    "random_state", "large_text",
)  # fmt: skip


class MethodContent(NamedTuple):
    """What the chosen algorithm does, and which choices it leaves.

    Attributes
    ----------
    title, about : str
        The algorithm in a word and in a sentence; empty for clusters that were made elsewhere.
    has_metric, can_center, can_compare, has_perplexity : bool
        Whether there is a choice of the distance, of centring, of null data, of the perplexity.
    """

    title: str
    about: str
    has_metric: bool
    can_center: bool
    can_compare: bool
    has_perplexity: bool


def method_content(snapshot: Snapshot) -> MethodContent:
    """Say what the algorithm does, and what can be chosen for it in this space."""
    always = {
        "can_compare": len(snapshot.images) <= MOST_REPEATED,
        "has_perplexity": snapshot.map_method == "tsne",
    }
    if snapshot.space == GIVEN_SPACE:
        return MethodContent("", "", has_metric=False, can_center=False, **always)
    algorithm = ALGORITHMS[snapshot.algorithm]
    is_embedding = snapshot.space == "embedding"
    has_angles = is_embedding or snapshot.space.startswith("pca-")
    has_metric = has_angles and "cosine" in algorithm.metrics
    about = say(f"algorithms.{snapshot.algorithm}.about")
    if not has_angles:
        about += say("method.no_angles")
    elif not has_metric:
        about += say("method.no_metric")
    return MethodContent(
        algorithm_title(snapshot.algorithm, snapshot.clustering.metric),
        about,
        has_metric,
        # Vectors that were given centred cannot be had in another way.
        can_center=is_embedding and snapshot.embeddings.space == "embedding",
        **always,
    )


CONTENT = PageContent(method_content, ("algorithm", "space", "clustering", "map_method"))


class Page:
    """Menus for space, algorithm, distance, centring, map, perplexity, seed and null data.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        options = context.session.options
        self.space = _menu("space", options.spaces)
        self.algorithm = _menu("algorithm", options.algorithms)
        self.metric = _menu("metric", {name: say(f"method.{name}") for name in METRICS})
        self.centered = ipywidgets.Checkbox(
            description=say("method.centered"), indent=False, layout={"width": "auto"}
        )
        self.null_data = _menu("null_data", options.null_data)
        self.projection = _menu("projection", options.projections)
        self.perplexity = ipywidgets.IntSlider(
            description=say("method.perplexity"),
            min=2,
            max=options.most_perplexity,
            continuous_update=False,
            **_LOOK,
        )
        self.random_state = SeedBox(description=say("method.random_state"), **_LOOK)
        self.large_text = ipywidgets.Checkbox(
            description=say("method.large_text"), indent=False, layout={"width": "auto"}
        )
        for name in _CHOICES:
            with_tooltip(getattr(self, name), say(f"method.{name}_help"))
            context.link(name, getattr(self, name))
        self._about = ipywidgets.HTML()
        about_null_data = ipywidgets.HTML(
            render(
                "explorer/style/templates/method_null_data.html",
                most_repeated=MOST_REPEATED,
                nulls=[words(f"null_data.{kind}") for kind in NULLS],
            )
        )
        lines = [
            _line(self.space, self.algorithm, self.metric, self.centered),
            self._about,
            _line(self.projection, self.perplexity, self.random_state),
            _line(self.null_data),
            about_null_data,
            _line(self.large_text),
        ]
        self.widget = ipywidgets.VBox(lines)

    def draw(self, content: MethodContent | None) -> None:
        """Say what the algorithm does, and switch off what there is no choice of."""
        if content is None:
            return
        self.algorithm.disabled = not content.title
        self.metric.disabled = not content.has_metric
        self.centered.disabled = not content.can_center
        self.null_data.disabled = not content.can_compare
        self.perplexity.disabled = not content.has_perplexity
        if content.title:
            self._about.value = render(
                "explorer/style/templates/method_space.html",
                title=content.title,
                about=content.about,
            )
        else:
            self._about.value = render("explorer/style/templates/method_given.html")

    def leave(self) -> None:
        """Nothing was drawn elsewhere."""


def _menu(name: str, titles: dict[str, str]) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        description=say(f"method.{name}"),
        options=[(title, name) for name, title in titles.items()],
        **_LOOK,
    )


def _line(*widgets: ipywidgets.Widget) -> ipywidgets.HBox:
    return ipywidgets.HBox(widgets, layout={"flex_flow": "row wrap"})
