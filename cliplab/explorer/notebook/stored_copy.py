"""What a notebook stores of a screen: a page or a still of it, and a sentence.

A live widget is nothing without its kernel: an exported notebook shows an error in its place, and
GitHub the names of Python's objects. So beside it there is an output that needs none.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import uuid4

from bokeh.models import CustomJS, Plot

from cliplab._core.html import render
from cliplab._core.language import say
from cliplab._core.scripts import script
from cliplab.explorer.notebook.front_end import current_cell

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

    from cliplab.explorer.notebook.event_loop import EventLoop

T = TypeVar("T")

# Seconds. A still takes a third of one, so it is drawn when nothing else moves; not in a thread,
# because what matplotlib is told of a style holds for all threads.
_PAUSE = 1.0
_LONGEST_WAIT = 10.0
_SCRIPT = "explorer/notebook/scripts/copies.js"


class StillImage(NamedTuple):
    """A still of the screen.

    Attributes
    ----------
    data : bytes
        A PNG.
    width : float
        How wide it is shown, in pixels.
    """

    data: bytes
    width: float


# Draws what was on the screen when it was asked for.
Drawing = Callable[[], StillImage]


class Content(NamedTuple):
    """What is stored, each made when it is asked for.

    Attributes
    ----------
    sentence : callable
        Returns what is on the screen, in words.
    drawing : callable
        Returns what draws it, or None where no plot is shown.
    page : callable
        Returns a whole HTML document that works without a kernel, or None where there is none.
    page_height : int
        How high the page is shown, in pixels.
    """

    sentence: Callable[[], str]
    drawing: Callable[[], Drawing | None]
    page: Callable[[], str | None]
    page_height: int


class StoredCopy:
    """The output that a notebook stores of something that is on the screen.

    Where nobody watches, it holds page, still and sentence, and is all that is shown. Where
    somebody does, it holds still and sentence, follows what is chosen, and is hidden by a script
    as soon as a plot is painted. Nothing that fails in here keeps anything from being shown.

    Parameters
    ----------
    content : Content
        What is stored.
    layout : LayoutDOM
        The plots whose painting hides it.
    """

    def __init__(self, content: Content, layout: LayoutDOM) -> None:
        self._content = content
        self._name = f"cliplab-copy-{uuid4().hex}"
        self._output: Any = None
        self._stored: dict[str, str] = {}
        self._event_loop: EventLoop | None = None
        self._call_off: Callable[[], None] = lambda: None
        # When it was displayed, until the first still has been drawn.
        self._displayed: _Moment | None = None
        hide = CustomJS(code=f'{script(_SCRIPT)}hideCopies(document, "{self._name}")')
        for plot in layout.select({"type": Plot}):
            plot.js_on_change("inner_width", hide)

    def show_alone(self) -> None:
        """Display it where nobody watches.

        Where it has been displayed before, its page, which is large, is taken away.
        """
        if current_cell() is None:  # Plain Python shows no page and no still.
            sys.stdout.write(f"{self._content.sentence()}\n")
            return
        if self._output is not None:
            self._output.update(self._stored, raw=True)
        moment = _Moment(self._content)
        page, still = moment.attempt(self._content.page), moment.still
        self._stored = self._bundle(moment.sentence, still)
        self._output = _display(self._bundle(moment.sentence, still, page))

    def show_beside(self, event_loop: EventLoop) -> None:
        """Display it below what somebody watches: at first the sentence, soon the still too."""
        self._call_off()
        if self._displayed is not None:  # Elsewhere, and there without its still.
            event_loop.later(_PAUSE, partial(self._store, self._output, self._displayed))
        self._event_loop, self._displayed = event_loop, _Moment(self._content)
        self._stored = self._bundle(self._displayed.sentence)
        self._output = _display(self._stored)
        if event_loop.is_live:
            self._wait(_LONGEST_WAIT)
        else:  # There will be no later.
            self._update()

    def refresh(self) -> None:
        """Bring it up to date, once nothing has moved for a while."""
        if self._event_loop is not None and self._event_loop.is_live:
            self._wait(_PAUSE)

    def leave(self) -> None:
        """Let what is stored be as it is."""
        self._call_off()
        self._event_loop = self._displayed = None

    def _wait(self, seconds: float) -> None:
        assert self._event_loop is not None
        self._call_off()
        self._call_off = self._event_loop.later(seconds, self._update)

    def _update(self) -> None:
        self._displayed = None
        self._store(self._output, _Moment(self._content))

    def _store(self, output: Any, moment: _Moment) -> None:
        still = moment.still
        bundle = self._bundle(moment.sentence, still)
        if output is not self._output or bundle != self._stored:
            output.update(bundle, raw=True)
        if output is self._output:
            self._stored = bundle

    def _bundle(
        self, sentence: str, still: StillImage | None = None, page: str | None = None
    ) -> dict[str, str]:
        data = base64.b64encode(still.data).decode("ascii") if still else ""
        html = render(
            "explorer/style/templates/stored_copy.html",
            name=self._name,
            sentence=sentence,
            still=data,
            width=round(still.width) if still else 0,
            page=page,
            height=self._content.page_height,
        )
        bundle = {"text/html": str(html), "text/plain": sentence}
        return bundle | {"image/png": data} if data else bundle


class _Moment:
    """What was on the screen at one moment; its still is drawn when it is asked for."""

    def __init__(self, content: Content) -> None:
        self._said, self._problems = content.sentence(), list[str]()
        self._draw = self.attempt(content.drawing)

    def attempt(self, make: Callable[[], T]) -> T | None:
        """Return what a function makes, or None where it fails: then the sentence says why."""
        try:
            return make()
        except Exception as error:
            self._problems.append(say("copy.problem", error=error))
            return None

    @cached_property
    def still(self) -> StillImage | None:
        return self.attempt(self._draw) if self._draw is not None else None

    @property
    def sentence(self) -> str:
        return " ".join([self._said, *self._problems])


def _display(bundle: dict[str, str]) -> Any:
    from IPython.display import display

    return display(bundle, raw=True, display_id=True)
