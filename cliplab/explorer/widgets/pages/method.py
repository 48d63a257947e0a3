"""How clusters are found, and what they are compared with: algorithm, distance, control group."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets

from cliplab.clustering.algorithms import ALGORITHMS, title_of
from cliplab.explorer.model.companions import MOST_REPEATED
from cliplab.explorer.model.options import GIVEN_SPACE
from cliplab.explorer.widgets.pages.parts import note

if TYPE_CHECKING:
    from cliplab.explorer.model.options import Choices
    from cliplab.explorer.model.snapshot import View
    from cliplab.explorer.model.state import ExplorerState

_METRICS = {"Euclidean": "euclidean", "cosine": "cosine"}
_SPACE = (
    "The <b>cosine</b> looks at directions only. <b>Centred</b> vectors have lost what all images "
    "share: CLIP's vectors lie in a narrow cone, and any two of them look alike in the cosine "
    "until its axis is taken away."
)
_CONTROL = (
    "The <b>control group</b> stands below the plots: data with no groups in them, treated in the "
    "same way. Its islands and elbows are the method's own doing; the grey bands are the mean "
    f"silhouettes that ten such groups reach. It is there for up to {MOST_REPEATED:,} images."
)


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
        first = ipywidgets.HBox([self.algorithm, self.metric, self.centered])
        self.widget = ipywidgets.VBox(
            [first, self._about, self.control, ipywidgets.HTML(note(_CONTROL))]
        )

    def draw(self, view: View) -> None:
        """Say what the algorithm does, and switch off what it does not know."""
        state, algorithm = self._state, ALGORITHMS[self._state.algorithm]
        self.control.disabled = len(view.images) > MOST_REPEATED
        if state.space == GIVEN_SPACE:
            for widget in (self.algorithm, self.metric, self.centered):
                widget.disabled = True
            self._about.value = note(
                "These clusters were made elsewhere. For other algorithms and distances choose "
                "another space above, at <i>clusters found in</i>."
            )
            return
        self.algorithm.disabled = False
        is_vectors = state.space == "embedding"
        is_angle = is_vectors or state.space.startswith("pca-")
        self.metric.disabled = not (is_angle and "cosine" in algorithm.metrics)
        # What was given centred has no other way to be.
        self.centered.disabled = not is_vectors or view.embeddings.space != "embedding"
        about = f"<b>{title_of(state.algorithm, view.clustering.metric)}.</b> {algorithm.about}"
        if not is_angle:
            about += " In a picture there are no angles, so distances there are Euclidean."
        elif self.metric.disabled:
            about += " It knows no other distance than the Euclidean."
        self._about.value = note(f"{about} {_SPACE}")


def _menu(description: str, titles: dict[str, str]) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        description=description,
        options=[(title, name) for name, title in titles.items()],
        style={"description_width": "90px"},
        layout={"width": "330px"},
    )
