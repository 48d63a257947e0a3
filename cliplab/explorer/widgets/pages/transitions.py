"""What moved: where the images go from this k to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ipywidgets

from cliplab._core.html import render
from cliplab._core.language import say
from cliplab.evaluation.transitions import ClusterTransitions, compare_clusterings
from cliplab.explorer.model.flow import flow_view
from cliplab.explorer.model.page_content import PageContent
from cliplab.explorer.model.sentences import parameter_title
from cliplab.explorer.model.views import View
from cliplab.explorer.widgets.pages.parts import button, note

if TYPE_CHECKING:
    from cliplab.explorer.model.snapshot import Snapshot
    from cliplab.explorer.widgets.pages import PageContext


class TransitionsContent(NamedTuple):
    """The transitions from one value of the sweep's parameter to the next.

    Attributes
    ----------
    parameter : str
        What people call the parameter.
    before : int
        The value on the screen.
    after : int or None
        The next one, if there is one.
    transitions : ClusterTransitions or None
        Where the images go.
    flow : View or None
        What the figure shows of it.
    """

    parameter: str
    before: int
    after: int | None = None
    transitions: ClusterTransitions | None = None
    flow: View | None = None


def transitions_content(snapshot: Snapshot) -> TransitionsContent:
    """Compare the clustering on the screen with the next of the sweep."""
    sweep, value = snapshot.sweep, snapshot.value
    values = sweep.parameter_values
    place = values.index(value) + 1
    if place == len(values):
        return TransitionsContent(parameter_title(sweep), value)
    after = values[place]
    found = compare_clusterings(snapshot.clustering, sweep[after])
    return TransitionsContent(parameter_title(sweep), value, after, found, flow_view(found))


CONTENT = PageContent(transitions_content, ("clustering", "sweep"))


class Page:
    """The flow of images from this k to the next.

    Parameters
    ----------
    context : PageContext
        What the page is made with.
    """

    def __init__(self, context: PageContext) -> None:
        self._board = context.board
        self._movers: tuple[int, ...] = ()
        self._words = ipywidgets.HTML()
        self._all = button(say("transitions.all"), say("transitions.all_help"))
        self._all.on_click(lambda _: context.session.show_images(self._movers))
        self.widget = ipywidgets.VBox([self._words, ipywidgets.HBox([self._all])])

    def draw(self, content: TransitionsContent | None) -> None:
        """Draw the flow in the place of the silhouettes, and say how many images move."""
        if content is None:
            return
        transitions = content.transitions
        if transitions is None:
            self._words.value = note(say("transitions.last", value=content.before))
        else:
            self._words.value = render(
                "explorer/style/templates/moves.html",
                parameter=content.parameter,
                before=content.before,
                after=content.after,
                n_movers=len(transitions.movers),
                n_images=len(transitions),
            )
        self._movers = () if transitions is None else transitions.movers
        self._all.disabled = not self._movers
        self._board.show_flow(content.flow)

    def leave(self) -> None:
        """Bring the silhouettes back."""
        self._board.show_flow(None)
