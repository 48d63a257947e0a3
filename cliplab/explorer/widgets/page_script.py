"""The script of the page: it turns what is known, and tells the kernel afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets
import traitlets

from cliplab._core.scripts import module
from cliplab.explorer.model.turning import (
    TURNED_COLORS,
    can_be_turned,
    known_names,
    script_words,
    turning_now,
    turning_numbers,
    turning_view,
)
from cliplab.explorer.widgets.page_search import PageSearch
from cliplab.images.thumbnails import SHEET_SIDE

if TYPE_CHECKING:
    from cliplab.explorer.model.session import ExplorerSession
    from cliplab.explorer.model.views import View
    from cliplab.explorer.notebook.event_loop import EventLoop
    from cliplab.explorer.notebook.tasks import Worker

SCRIPTS = (
    "explorer/notebook/scripts/documents.js",
    *(
        f"explorer/style/scripts/{name}.js"
        for name in (
            "hover", "map_numbers", "typical_images", "numbers_that_fit", "silhouette_range",
            "title_that_fits",
        )
    ),
    *(
        f"explorer/style/scripts/page/{name}.js"
        for name in (
            "elements", "views", "paint", "looks", "k_control", "hints", "cluster_table",
            "selection", "search", "taps", "entrance", "work", "waiting", "names", "notebook_keys",
            "place_mark", "map_keys", "bar_keys", "plot_keys", "text_scale", "page",
        )
    ),
)  # fmt: skip
_CHANNEL = "explorer/style/scripts/page/channel.js"
_STYLES = Path(__file__).parents[1] / "style" / "styles"


class PageScript(anywidget.AnyWidget):
    """The control of k, the table of the clusters and the line of the selection, as one script.

    The script gets the views of all k once and turns them in the browser. A choice that it made
    arrives here afterwards; what it has painted is not sent by Bokeh.

    Parameters
    ----------
    session : ExplorerSession
        What is shown.
    root : str
        The id of the Bokeh layout that the script paints into.
    event_loop : EventLoop
        Where choices are made.
    worker : Worker
        Where views are made ready; it has to keep all items.
    """

    _esm = module((*SCRIPTS, _CHANNEL), "render", "renderWithChannel")
    _css = "".join(
        (_STYLES / f"{name}.css").read_text(encoding="utf-8") for name in ("page", "access")
    )
    root = traitlets.Unicode().tag(sync=True)
    channel = traitlets.Unicode().tag(sync=True)
    words: Any = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        session: ExplorerSession,
        root: str,
        event_loop: EventLoop,
        worker: Worker[tuple[int, View, bytes]],
    ) -> None:
        # A model without a view: by it the page hears, also where it was late for anywidget.
        self._channel = ipywidgets.Widget()
        words = script_words() | {"side": SHEET_SIDE}
        super().__init__(root=root, channel=self._channel.model_id, words=words)
        self._session, self._event_loop, self._worker = session, event_loop, worker
        self._is_ready = False
        self._welcome: Callable[[], None] = lambda: None
        self._paints = can_be_turned(len(session.images))
        # Which sweep and which map the page has views of, numbered as they came.
        self._sweep: Any = None
        self._map: Any = None
        self._n_sweeps = self._n_maps = 0
        self._sent: set[int] = set()
        self._has_numbers = False
        self._names: dict[int, list[str]] = {}
        # The last choice of a page, which the next message answers.
        self._choice: dict[str, Any] = {}
        self.on_msg(self._hear)
        self.search = PageSearch(session, self, event_loop)

    @property
    def turns_clusters(self) -> bool:
        """Whether the script paints the clusters that are chosen now."""
        return self._is_ready and self._paints

    @property
    def turns_numbers(self) -> bool:
        """Whether it knows where the numbers of clusters are on the map that is shown."""
        is_known = self._has_numbers and self._map is self._session.projection
        return self.turns_clusters and is_known and self._sweep is self._session.sweep

    def turns_colors(self, color_by: str) -> bool:
        """Whether it paints the colours that go by this."""
        return self.turns_clusters and color_by in TURNED_COLORS

    def send(self, content: Any, buffers: Any = None) -> None:
        """Tell the page something."""
        self._channel.send(content, buffers)

    def close(self) -> None:
        """Free the script and its channel."""
        self._channel.close()
        super().close()

    def on_ready(self, welcome: Callable[[], None]) -> None:
        """Have a function called when a page has come, before it is told anything."""
        self._welcome = welcome

    def show(self) -> None:
        """Tell the page what is chosen now, and before that what it has to know of it."""
        if not self._is_ready:
            return
        session = self._session
        if session.sweep is not self._sweep:
            self._sweep, self._sent = session.sweep, set()
            self._n_sweeps += 1
            self._has_numbers = False
        if session.projection is not self._map:
            self._map, self._has_numbers = session.projection, False
            self._n_maps += 1
        if session.value not in self._sent:
            self._send_view(session.value, *self._view(session.value))
        if not self._has_numbers and "map" not in session.running and self._paints:
            self._has_numbers = True
            self.send({"numbers": turning_numbers(session.sweep, session.projection)})
        now = turning_now(session) | {
            "sweep": self._n_sweeps,
            "map": self._n_maps,
            "has_numbers": self._has_numbers,
            "paints": self._paints,
        }
        self._names = now["names"]
        choice = self._choice
        self.send({"now": now, "answer": choice.get("choice"), "page": choice.get("page")})
        if len(self._sent) < len(session.sweep) and self._worker.task != self._n_sweeps:
            sweep = self._n_sweeps
            self._worker.start(sweep, self._others(), lambda each: self._add(sweep, *each))

    def show_names(self) -> None:
        """Tell the page the names of clusters, if more have been found."""
        if known_names(self._session) != self._names:
            self.show()

    def show_work(self) -> None:
        """Tell the page what is computed or was stopped, and which parts of it are stale."""
        if self._is_ready:
            session = self._session
            work = [each._asdict() for each in session.work]
            self.send({"work": work, "stale": sorted(session.stale)})

    def show_hints(self) -> None:
        """Tell the page what to do first."""
        if self._is_ready:
            self.send({"hints": list(self._session.hints)})

    def _view(self, value: int) -> tuple[View, bytes]:
        return turning_view(self._session.sweep, value, self._session.in_embedding)

    def _others(self) -> Iterator[tuple[int, View, bytes]]:
        """Yield the views that the page lacks, the nearest to what is chosen first."""
        values, now = self._session.sweep.parameter_values, self._session.value
        sweep, in_embedding = self._session.sweep, self._session.in_embedding
        for value in sorted(set(values) - self._sent, key=lambda each: abs(each - now)):
            yield value, *turning_view(sweep, value, in_embedding)

    def _add(self, sweep: int, value: int, view: View, packed: bytes) -> None:
        if sweep == self._n_sweeps and value not in self._sent:
            self._send_view(value, view, packed)

    def _send_view(self, value: int, view: View, packed: bytes) -> None:
        self._sent.add(value)
        self.send({"view": view | {"sweep": self._n_sweeps}}, [packed])

    def _hear(self, _widget: Any, message: dict[str, Any], _buffers: list[bytes]) -> None:
        if "choice" in message:
            self._choice = message
        self._event_loop.post_soon(lambda: self._take(message))

    def _take(self, message: dict[str, Any]) -> None:
        if "asks" in message:  # Whether the kernel is free: choices before it have been taken.
            self.send({"answers": message["asks"], "page": message.get("page")})
            return
        for name, act in (("stop", self._session.stop), ("take_up", self._session.take_up)):
            if name in message:
                act(message[name])
                return
        if message.get("dismiss"):
            self._session.dismiss_hints()
            return
        if message.get("ready"):
            # A page that was loaded again knows nothing.
            self._is_ready, self._sweep, self._map = True, None, None
            self._welcome()
        elif "open" in message:
            self._session.open_bar(int(message["open"]))
            return
        elif message is not self._choice:
            return  # It was overtaken.
        else:
            self._choose(int(message["value"]))
        self.show()
        if message.get("ready"):
            self.show_work()
            self.show_hints()

    def _choose(self, value: int) -> None:
        session = self._session
        if value in session.sweep:
            setattr(session.state, session.sweep.parameter, value)
