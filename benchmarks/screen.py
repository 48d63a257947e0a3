"""What an Explorer in a real browser sends, receives and paints, seen from inside the page.

The times are the page's own: from an event of the keyboard or the mouse, to the arrival of the
kernel's message, to the frame after the last painting of the plots.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from lab import Lab
from notebook_file import write_notebook
from notebook_page import Notebook

# Bytes are counted on the one socket between page and kernel, in both directions. A painting is
# over when the next frame begins, because by then the browser has shown it.
_WATCH = """
if (!window.seen) {
  const seen = window.seen = {}
  seen.begin = () => Object.assign(seen, {
    began: null, arrived: null, painted: null, largest: null, bytes: 0, n_paints: 0})
  seen.begin()
  const size = (data) => data.byteLength ?? data.length
  const socket = panel.sessionContext.session.kernel._ws
  socket.addEventListener('message', ({data}) => {
    seen.bytes += size(data)
    // Of several messages the plots' own is the largest.
    if (size(data) > (seen.largest ?? 0)) {
      seen.largest = size(data)
      seen.arrived = performance.now()
    }
  })
  const send = socket.send.bind(socket)
  socket.send = (data) => { seen.bytes += size(data); send(data) }
  for (const event of ['keydown', 'pointermove']) {
    window.addEventListener(event, () => { seen.began = performance.now() }, true)
  }
}
for (const name of ['scatter', 'silhouettes', 'elbow', 'score']) {
  const view = view_of(name)
  if (view.is_watched) continue
  view.is_watched = true
  const paint = view._actual_paint.bind(view)
  view._actual_paint = () => {
    paint()
    if (name == 'scatter') seen.n_paints += 1
    requestAnimationFrame(() => { seen.painted = performance.now() })
  }
}
"""
# It has come to rest when nothing came and nothing was painted for a while.
_AT_REST = """performance.now() - Math.max(
  seen.painted ?? Infinity, seen.arrived ?? 0, seen.began) > arg"""
MARKED_K = "model_of('elbow').center.find((each) => each.name === 'current').location"


class Move(NamedTuple):
    """One move of k: milliseconds to its message and to the painted plots, and kB both ways.

    No message arrives while the kernel is busy.
    """

    arrived: float | None
    painted: float
    kilobytes: float


def open_explorer(lab: Lab, folder: Path, code: str, prepare: str = "", away: int = 0) -> Notebook:
    """Open a notebook whose second cell is `code`, which shows an Explorer; nothing is run yet."""
    return lab.open(write_notebook(folder / "measured.ipynb", prepare, code), away=away)


def watch(notebook: Notebook) -> None:
    """Begin to look at what the page receives and paints."""
    notebook.evaluate(_WATCH)


def wait_at_rest(notebook: Notebook, milliseconds: int = 400) -> None:
    """Wait until the page has neither received nor painted anything for so long."""
    notebook.wait_for(_AT_REST, milliseconds)


def move_k(notebook: Notebook, key: str, rest: int = 400) -> Move:
    """Press a key on the slider of k and wait until all of it has been painted."""
    slider = notebook.cell(1).get_by_role("slider").first
    before = notebook.evaluate(f"seen.begin(); return {MARKED_K}")
    slider.press(key)
    notebook.wait_for(f"{MARKED_K} !== arg", before)
    wait_at_rest(notebook, rest)
    seen: dict[str, Any] = notebook.evaluate("return {...seen}")
    arrived = None if seen["arrived"] is None else seen["arrived"] - seen["began"]
    return Move(arrived, seen["painted"] - seen["began"], seen["bytes"] / 1000)


def repaint(notebook: Notebook, rest: int = 400) -> float:
    """Paint the four plots again with nothing changed; return the milliseconds that it takes."""
    notebook.evaluate(
        """seen.begin(); seen.began = performance.now();
        for (const name of ['scatter', 'silhouettes', 'elbow', 'score']) {
          view_of(name).request_repaint()
        }"""
    )
    notebook.wait_for("performance.now() - (seen.painted ?? Infinity) > arg", rest)
    painted: float = notebook.evaluate("return seen.painted - seen.began")
    return painted
