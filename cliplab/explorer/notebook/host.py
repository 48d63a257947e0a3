"""Bokeh plots in a notebook: what is sent to the browser, when, and how they are shown.

Three facts about notebooks shape it. BokehJS must be in the page before a plot's view is made, so
it is sent along with the plots. A plot shown twice, or after the page was loaded again, must show
what is and not what was, so the state of the plot is read when it is asked for. And everything
that changes a Bokeh document must happen on one thread, because the messages of two interleave
and are lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets
from bokeh.core.json_encoder import serialize_json
from bokeh.core.serialization import Buffer
from bokeh.document.events import ColumnDataChangedEvent, ModelChangedEvent
from bokeh.models import CustomJS, Plot
from bokeh.protocol import Protocol
from jupyter_bokeh import BokehModel

from cliplab._core.language import words as words_of
from cliplab._core.scripts import script
from cliplab.explorer.notebook.event_loop import EventLoop
from cliplab.explorer.notebook.front_end import current_cell, front_end
from cliplab.explorer.notebook.parts import needed_parts
from cliplab.explorer.notebook.stored_copy import StoredCopy

if TYPE_CHECKING:
    from bokeh.document.events import DocumentPatchedEvent
    from bokeh.models import LayoutDOM


class HostedModel(BokehModel):
    """A BokehModel that batches its messages, loses none and never shows an old state.

    It leans on private parts of jupyter_bokeh 4.x (`_document_patched`, `_model_to_traits`,
    `_sync_model`); the tests guard them.
    """

    def __init__(self, model: LayoutDOM, event_loop: EventLoop, **traits: Any) -> None:
        self._event_loop = event_loop
        self._batch_depth = 0
        self._is_quiet = False
        self._is_made = False
        self._view_stands = False
        self._view_may_come = False
        self._is_state_new = False
        self._on_painted: Callable[[], None] = lambda: None
        self._unsent: _Changes = {}
        # Sent since the state was last given out: a view built from that state has not seen them.
        self._unseen: _Changes = {}
        _keep_echoes(model)
        super().__init__(model, **traits)
        self._is_made = True

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Send all changes made inside as one message."""
        self._batch_depth += 1
        try:
            yield
        finally:
            self._batch_depth -= 1
            self._send_changes()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Send nothing of what is changed inside: the page has made these changes by itself.

        A view that is built from an older state has not, so for such a one they are noted.
        """
        self._is_quiet = True
        try:
            yield
        finally:
            self._is_quiet = False

    def on_painted(self, painted: Callable[[], None]) -> None:
        """Have a function called when the first view has said that it is there."""
        self._on_painted = painted

    def close(self) -> None:
        """Free the widget; a second time, as Python does at the end, there is nothing to free."""
        if self.comm is not None:
            _gone.append(self._model.id)
            super().close()

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:
        """Give the whole state as it is now.

        A page that was loaded again asks for it and builds a new view. A page that was only cut
        off for a while asks too and keeps its view, so its view goes on being served.
        """
        state = super().get_state(key=key, drop_defaults=drop_defaults)
        if key in (None, "render_bundle"):
            self._view_may_come = self._is_state_new = True
            self._unseen.clear()
            if not self._view_stands:
                self._unsent.clear()
            if self._is_made:  # Before, it was made a moment ago.
                state["render_bundle"] = serialize_json(self._model_to_traits(self._model))
        return state

    def welcome(self) -> None:
        """Give a page that has come the whole state, unless it has just asked for it.

        Colab does not ask: there a page that was loaded again builds its view from the state of
        long ago, and so does a second view anywhere.
        """
        if not self._is_state_new:
            self.send_state("render_bundle")
        self._is_state_new = False

    def _document_patched(self, event: DocumentPatchedEvent) -> None:
        # Where nobody looks, nobody will ever listen.
        if event.setter is self or not self._event_loop.is_live:
            return
        if self._is_quiet and self._view_stands:
            if self._view_may_come:
                _note(event, self._unseen)
            return
        _note(event, self._unsent)
        self._send_changes()

    def _send_changes(self) -> None:
        # What is sent before there is a view in the browser is lost, so it waits until then.
        if self._batch_depth or not self._view_stands or not self._unsent:
            return
        # What is new to the page comes whole, with what refers to it. Of a change to it alone the
        # page could not say what is changed.
        known = {None, *self._model.document.models.synced_references}
        changes, self._unsent = self._unsent.values(), {}
        events = [each for each in changes if getattr(each, "model", None) in known]
        for event in events if self._view_may_come else ():
            _note(event, self._unseen)
        message = Protocol().create("PATCH-DOC", events)
        header, content, buffers = message.header_json, message.content_json, message.buffers
        if sum(len(buffer.to_bytes()) for buffer in buffers) < _MOST_INLINE:
            header = json.dumps({**message.header, "num_buffers": 0})
            content = json.dumps(message.content, default=Buffer.to_base64)
            buffers = []
        for part in (header, message.metadata_json, content):
            self.send({"msg": "patch", "payload": part})
        for buffer in buffers:
            self.send({"msg": "patch", "payload": json.dumps(buffer.ref)})
            self.send({"msg": "patch"}, [buffer.to_bytes()])

    def _sync_model(self, _widget: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        self._event_loop.post(lambda: self._receive(_widget, content, buffers))

    def _receive(self, widget: Any, content: dict[str, Any], buffers: list[Any]) -> None:
        # The first message of a view, the size of the plots, says that it is there. When it is an
        # old view that speaks, it gets once more what it has, which changes nothing.
        if not self._view_stands:
            self._on_painted()
        self._view_stands, self._view_may_come = True, False
        self._unsent, self._unseen = self._unseen | self._unsent, {}
        self._send_changes()
        super()._sync_model(widget, content, buffers)


def _keep_echoes(layout: LayoutDOM) -> None:
    """Have the plots' own document, and no other, send nothing back that the kernel has sent.

    Each view says how large its plots are before the kernel sends it anything.
    """
    code = f"{script(_SCRIPT)}{_KEEP_ECHOES}(cb_obj.document)"
    keep = CustomJS(name=_KEEP_ECHOES, code=code)
    for plot in layout.select({"type": Plot}):
        callbacks = plot.js_property_callbacks.get("change:inner_width", ())
        if not any(each.name == _KEEP_ECHOES for each in callbacks):
            plot.js_on_change("inner_width", keep)


_SCRIPT = "explorer/notebook/scripts/documents.js"
_PARTS = "explorer/notebook/scripts/parts.js"
_KEEP_ECHOES = "keepEchoes"

# A buffer takes two messages of its own, each with 650 bytes of address; small ones go along with
# the text, compressed.
_MOST_INLINE = 32_000

# Changes by what they change: of several to the same thing only the last has to be sent.
_Changes = dict[object, "DocumentPatchedEvent"]


def _note(event: DocumentPatchedEvent, changes: _Changes) -> None:
    """Add a change in place of an earlier one to the same property, or to columns beside it.

    Each change of columns has the browser place all points anew, so there is one for a source.
    """
    key: object = event
    if isinstance(event, ModelChangedEvent):
        key = (event.model, event.attr)
    elif isinstance(event, ColumnDataChangedEvent):
        key = event.model
    earlier = changes.pop(key, None)
    if isinstance(event, ColumnDataChangedEvent) and isinstance(earlier, ColumnDataChangedEvent):
        cols = None
        if event.cols is not None and earlier.cols is not None:
            cols = list(dict.fromkeys([*earlier.cols, *event.cols]))
        # Without data of its own it will send what the columns are by then.
        event = ColumnDataChangedEvent(event.document, event.model, event.attr, cols=cols)
    changes[key] = event


# Layouts whose widgets were closed; the page gets their ids when something is shown next.
_gone: list[str] = []

# What each cell shows, by the run that showed it: when a cell runs again, it goes.
_shown: dict[str, tuple[str, list[Callable[[], None]]]] = {}


def show(
    widget: ipywidgets.Widget,
    close: Callable[[], None],
    copy: StoredCopy,
    event_loop: EventLoop,
) -> bool:
    """Display a widget that holds plots, in place of what its cell showed before.

    Where nobody watches, its copy is displayed in its place, else below it.

    Parameters
    ----------
    widget : ipywidgets.Widget
        What is shown.
    close : callable
        Frees what is shown; called when the same cell runs and shows something again.
    copy : StoredCopy
        What the notebook stores of it.
    event_loop : EventLoop
        Where the copy is brought up to date.

    Returns
    -------
    bool
        Whether somebody watches, so that the widget itself was displayed.
    """
    from IPython.display import display

    if (current := current_cell()) is not None:
        cell, run = current
        shown_by, closers = _shown.get(cell, (run, []))
        if shown_by != run:
            for close_old in closers:
                close_old()
            closers = []
        _shown[cell] = (run, [*closers, close])
    where = front_end()
    if where == "colab":
        from google.colab import output

        output.enable_custom_widget_manager()
    gone = [*_gone]
    _gone.clear()
    if where == "none":
        copy.show_alone()
        return False
    # An exported notebook would show their names in Python.
    display(_bokeh_js(gone), exclude=["text/plain"])
    display(_view_of(widget), raw=True)
    copy.show_beside(event_loop)
    return True


def _view_of(widget: ipywidgets.Widget) -> dict[str, Any]:
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}


def _bokeh_js(gone: list[str]) -> Any:
    """BokehJS itself, unless the page has it, and which documents it can forget.

    It comes from the installed package: no network, and half of what Bokeh would send. Parts of the
    page that do not fit the kernel's are told.
    """
    import bokeh
    from IPython.display import Javascript

    folder = Path(bokeh.__file__).parent / "server" / "static" / "js"
    code = (folder / "bokeh.min.js").read_text(encoding="utf-8")
    load = f"if (!window.Bokeh) {{ (function () {{\n{code}\n}}).call(window); }}"
    forget = f"{script(_SCRIPT)}forgetDocuments(window.Bokeh, {json.dumps(gone)})"
    needed, words = json.dumps(needed_parts()), json.dumps(words_of("parts"))
    tell = (
        f"{script(_PARTS)}\n"
        f'if (typeof element !== "undefined") tellOddParts(element, window, {needed}, {words})'
    )
    return Javascript(f"{load}\n(function () {{\n{forget}\n{tell}\n}})()")
