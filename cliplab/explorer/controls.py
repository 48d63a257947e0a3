"""The control panel: ipywidgets linked to the state, and the lines that tell what goes on."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

if TYPE_CHECKING:
    from cliplab.explorer.choices import Choices
    from cliplab.explorer.columns import Coloring
    from cliplab.explorer.state import ExplorerState


class Controls:
    """Sliders, menus and the lines for status, legend and errors.

    Parameters
    ----------
    state : ExplorerState
        What the controls set, and what sets them.
    choices : Choices
        What the menus and sliders offer.
    on_stop : callable
        Called when the learner stops a run.
    """

    def __init__(self, state: ExplorerState, choices: Choices, on_stop: Callable[[], None]) -> None:
        self._state = state
        self._followers: list[tuple[str, Callable[[Any], None]]] = []
        self._k = ipywidgets.SelectionSlider(
            options=choices.n_clusters, description="k", layout={"flex": "3 1 220px"}
        )
        self._perplexity = ipywidgets.FloatSlider(
            min=2,
            max=min(100.0, choices.most_perplexity),
            step=1,
            readout_format=".0f",
            continuous_update=False,
            description="perplexity",
            layout={"flex": "2 1 200px"},
        )
        self._seed = ipywidgets.BoundedIntText(
            min=0, max=2**31 - 1, description="seed", layout={"flex": "0 1 110px"}
        )
        self._space = _menu("clusters in", choices.spaces)
        self._projection = _menu("picture", choices.projections)
        self._color_by = _menu("colour by", choices.colors)
        self._stop = ipywidgets.Button(
            description="Stop", icon="stop", layout={"width": "80px", "visibility": "hidden"}
        )
        self._stop.on_click(lambda _: on_stop())
        self._bar = ipywidgets.FloatProgress(max=1, layout={"width": "110px", "height": "14px"})
        self._bar.layout.visibility = "hidden"
        self._status = ipywidgets.HTML(layout={"flex": "1 1 auto", "min_width": "0"})
        self._legend = ipywidgets.HTML(layout={"width": "100%"})
        self._error = ipywidgets.HTML()
        first = [self._k, self._space, self._color_by]
        second = [self._perplexity, self._projection, self._seed]
        self.panel = ipywidgets.VBox([_line(first), _line(second), self._legend])
        self.foot = ipywidgets.VBox([_line([self._status, self._bar, self._stop]), self._error])

        self._link("n_clusters", self._k)
        self._link("perplexity", self._perplexity)
        self._link("random_state", self._seed)
        self._link("space", self._space)
        self._link("projection", self._projection)
        self._link("color_by", self._color_by)

    def show_status(self, text: str) -> None:
        """Say in a line what is on the screen."""
        self._status.value = html.escape(text)

    def show_progress(self, share: float | None) -> None:
        """Show how far a run has come, from 0 to 1; None when nothing runs."""
        visibility = "hidden" if share is None else "visible"
        self._bar.value = share or 0.0
        for widget in (self._bar, self._stop):
            widget.layout.visibility = visibility

    def show_error(self, text: str) -> None:
        """Say under the panel what went wrong; an empty text takes it away."""
        self._error.value = (
            f'<div style="color: #c0392b; font-weight: 600">{html.escape(text)}</div>'
            if text
            else ""
        )

    def show_legend(self, coloring: Coloring) -> None:
        """Say what the colours stand for."""
        if coloring.is_amount:
            (low, _), (high, _) = coloring.legend
            colors = ", ".join(coloring.palette[:: max(1, len(coloring.palette) // 12)])
            bar = f"background: linear-gradient(to right, {colors})"
            items = f'{low}<span style="{bar}; width: 160px; height: 10px"></span>{high}'
        else:
            items = "".join(
                f'<span style="white-space: nowrap"><span style="color: {color}">●</span> '
                f"{html.escape(name)}</span>"
                for name, color in coloring.legend
            )
        self._legend.value = (
            '<div style="display: flex; flex-wrap: wrap; gap: 0 12px; align-items: center; '
            f'line-height: 1.5; font-size: 12px">{items}</div>'
        )

    def allow_perplexity(self, allowed: bool) -> None:
        """Let the perplexity be moved, or not where the picture has none."""
        self._perplexity.disabled = not allowed

    def disconnect(self) -> None:
        """Let go of the state, so that nobody follows it for a panel that is gone."""
        for trait, follow in self._followers:
            self._state.unobserve(follow, trait)

    def _link(self, trait: str, widget: ipywidgets.Widget) -> None:
        """Keep a trait of the state and a widget's value the same, in both directions."""
        widget.value = getattr(self._state, trait)

        def follow(change: Any) -> None:
            widget.value = change["new"]

        def lead(change: Any) -> None:
            try:
                setattr(self._state, trait, change["new"])
            except traitlets.TraitError as error:
                self.show_error(str(error))
                widget.value = getattr(self._state, trait)

        self._state.observe(follow, trait)
        self._followers.append((trait, follow))
        widget.observe(lead, "value")


def _menu(description: str, titles: dict[str, str]) -> ipywidgets.Dropdown:
    options = [(title, name) for name, title in titles.items()]
    return ipywidgets.Dropdown(
        options=options, description=description, layout={"flex": "2 1 200px"}
    )


def _line(widgets: list[ipywidgets.Widget]) -> ipywidgets.HBox:
    return ipywidgets.HBox(widgets, layout={"align_items": "center", "width": "100%"})
