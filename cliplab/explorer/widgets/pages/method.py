"""How clusters are found, and what they are compared with: algorithm, distance, control group."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets

from cliplab._core.html import render
from cliplab.clustering.algorithms import ALGORITHMS, title_of
from cliplab.explorer.model.companions import MOST_REPEATED
from cliplab.explorer.model.options import GIVEN_SPACE

if TYPE_CHECKING:
    from cliplab.explorer.model.options import Choices
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.model.state import ExplorerState

_METRICS = {"Euclidean": "euclidean", "cosine": "cosine"}


class MethodPage:
    """Menus for the algorithm, the distance, centring and the control group.

    Parameters
    ----------
    state : ExplorerState
        What the menus set.
    choices : Choices
        What they offer.
    link : callable
        Ties a trait of the state to a widget.
    """

    title = "Method"

    def __init__(
        self, state: ExplorerState, choices: Choices, link: Callable[[str, Any], None]
    ) -> None:
        self._state = state
        self.algorithm = _menu("algorithm", choices.algorithms)
        self.metric = _menu("distance", {name: title for title, name in _METRICS.items()})
        self.centered = ipywidgets.Checkbox(
            description="centred vectors", indent=False, layout={"width": "140px"}
        )
        self.control = _menu("control group", choices.controls)
        self._about = ipywidgets.HTML()
        link("algorithm", self.algorithm)
        link("metric", self.metric)
        link("centered", self.centered)
        link("null_data", self.control)
        about_null_data = ipywidgets.HTML(
            render("explorer/style/templates/method_null_data.html", most_repeated=MOST_REPEATED)
        )
        first = ipywidgets.HBox([self.algorithm, self.metric, self.centered])
        self.widget = ipywidgets.VBox([first, self._about, self.control, about_null_data])

    def draw(self, view: View) -> None:
        """Say what the algorithm does, and switch off what it does not know."""
        state, algorithm = self._state, ALGORITHMS[self._state.algorithm]
        self.control.disabled = len(view.images) > MOST_REPEATED
        if state.space == GIVEN_SPACE:
            for widget in (self.algorithm, self.metric, self.centered):
                widget.disabled = True
            self._about.value = render("explorer/style/templates/method_given.html")
            return
        self.algorithm.disabled = False
        is_vectors = state.space == "embedding"
        is_angle = is_vectors or state.space.startswith("pca-")
        self.metric.disabled = not (is_angle and "cosine" in algorithm.metrics)
        # What was given centred has no other way to be.
        self.centered.disabled = not is_vectors or view.embeddings.space != "embedding"
        about = algorithm.about
        if not is_angle:
            about += " On a map there are no angles, so distances there are Euclidean."
        elif self.metric.disabled:
            about += " It knows no other distance than the Euclidean."
        self._about.value = render(
            "explorer/style/templates/method_space.html",
            title=title_of(state.algorithm, view.clustering.metric),
            about=about,
        )


def _menu(description: str, titles: dict[str, str]) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        description=description,
        options=[(title, name) for name, title in titles.items()],
        style={"description_width": "90px"},
        layout={"width": "330px"},
    )
