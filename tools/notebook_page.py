"""A notebook that is open in JupyterLab, used and read as by a learner."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Frame, Locator, Page, Route

SECONDS_TO_RUN = 60
# anywidget says so where a page was busy for two seconds. The Explorer works all the same, as
# test_late_script sees.
_WAS_LATE = "[anywidget] Failed to initialize model."

# Every script sent to the page begins so: `panel` is the open notebook, `cells` are its cells and
# `doc` is the newest of Bokeh's documents. Bokeh keeps columns in a Map, but after some changes in
# a plain object.
_PRELUDE = """
  const app = window.jupyterapp;
  const panel = app && [...app.shell.widgets('main')].find(
    (widget) => widget.context?.path.endsWith('.ipynb'));
  const cells = panel?.content.widgets ?? [];
  const documents = window.Bokeh?.documents ?? [];
  const doc = documents[documents.length - 1];
  const model_of = (name) => doc.get_model_by_name(name);
  const data_of = (name) => {
    const data = (model_of(name).data_source ?? model_of(name)).data;
    return data instanceof Map ? Object.fromEntries(data) : data;
  };
  const view_of = (name) => {
    const model = model_of(name);
    return [...Bokeh.index.query((view) => view.model === model)][0];
  };
"""


class Notebook:
    """A notebook open in JupyterLab.

    Attributes
    ----------
    page : playwright.sync_api.Page
        The browser's page, for whatever has no method here.
    frame : playwright.sync_api.Page or Frame
        Where scripts run: in JupyterLab the page itself.
    errors : list of str
        Errors of the console, and every address outside this machine that was requested: the
        lessons need no network.
    late : list of str
        What is no error: where a busy page was late to load a script.
    patience : float
        For how many seconds the page, and what runs in it, is waited for.
    """

    patience: float = SECONDS_TO_RUN

    def __init__(self, page: Page, on_close: Callable[[], None]) -> None:
        self.page = page
        self.frame: Page | Frame = page
        self.errors: list[str] = []
        self.late: list[str] = []
        self._on_close = on_close
        page.on("console", lambda message: self._listen(message.type, message.text))
        page.on("pageerror", lambda error: self._listen("error", str(error)))
        page.route("**/*", self._stay_here)

    def _listen(self, kind: str, text: str) -> None:
        if kind == "error":
            (self.late if text == _WAS_LATE else self.errors).append(text)

    def _stay_here(self, route: Route) -> None:
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            self.errors.append(f"requested {route.request.url}")
            route.abort()

    def close(self) -> None:
        """Close the window and end the kernel."""
        self.page.context.close()
        self._on_close()

    # What a learner does

    def run_all(self) -> None:
        """Run every cell and wait for the last; a cell that fails raises."""
        self.command("notebook:run-all-cells")
        for index in range(self.evaluate("return cells.length")):
            self.text(index)

    def write(self, index: int, source: str) -> None:
        """Write something in place of what stands in a cell."""
        self.evaluate("cells[arg[0]].model.sharedModel.setSource(arg[1])", [index, source])

    def run_cell(self, source: str) -> str:
        """Run code in a new last cell; return its text as `text` does."""
        return self.run(
            self.evaluate(
                """panel.content.activeCellIndex = cells.length - 1;
                await app.commands.execute('notebook:insert-cell-below');
                panel.content.activeCell.model.sharedModel.setSource(arg);
                return panel.content.activeCellIndex""",
                source,
            )
        )

    def run(self, index: int) -> str:
        """Run a cell (again); return its text as `text` does.

        It waits until the kernel has taken what was chosen on the page before: the kernel answers
        widgets beside its cells, and might hear of a choice later than of the cell.
        """
        self.wait_for("!document.querySelector('[data-waiting]')")
        self.evaluate("panel.content.deselectAll(); panel.content.activeCellIndex = arg", index)
        self.command("notebook:run-cell")
        return self.text(index)

    def reload(self) -> None:
        """Save the notebook and load the page again; the kernel keeps running."""
        self.command("docmanager:save")
        self.page.reload()
        self.wait_ready()

    def command(self, name: str, **arguments: Any) -> None:
        """Run a command of JupyterLab and wait for it to end."""
        self.evaluate("await app.commands.execute(arg[0], arg[1])", [name, arguments])

    # What a learner sees

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return the outputs of a cell, as in the notebook's file."""
        outputs: list[dict[str, Any]] = self.evaluate(
            "return cells[arg].model.outputs?.toJSON() ?? []", index
        )
        return outputs

    def text(self, index: int) -> str:
        """Return what a cell printed and its last value, as text; an error in it raises."""
        lines = []
        for output in self.outputs(index):
            if output["output_type"] == "error":
                traceback = "\n".join(output["traceback"])
                raise RuntimeError(re.sub(r"\x1b\[[0-9;]*m", "", traceback))
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            lines.append(text if isinstance(text, str) else "".join(text))
        return "".join(lines).strip()

    def cell(self, index: int) -> Locator:
        """Return the place of a cell on the page."""
        return self.page.locator(f".jp-Notebook [data-windowed-list-index='{index}']")

    def see(self, index: int) -> Locator:
        """Bring a cell onto the screen, and return its place."""
        self.evaluate("await panel.content.scrollToItem(arg)", index)
        return self.cell(index)

    def screenshot(self, path: Path) -> None:
        """Save what the window shows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)

    # Bokeh

    def data(self, name: str) -> dict[str, list[Any]]:
        """Return the columns of the data source, or of the renderer, that has this name."""
        columns: dict[str, list[Any]] = self.evaluate(
            """return Object.fromEntries(
              Object.entries(data_of(arg)).map(([key, value]) => [key, Array.from(value)]))""",
            name,
        )
        return columns

    def point(self, figure: str, x: float, y: float) -> tuple[float, float]:
        """Return where on the page a point of a figure lies, with the figure scrolled to."""
        left, top = self.evaluate(
            """const view = view_of(arg[0]);
            view.el.scrollIntoView({block: 'nearest'});
            const box = view.canvas_view.el.getBoundingClientRect();
            return [box.left + view.frame.x_scale.compute(arg[1]),
                    box.top + view.frame.y_scale.compute(arg[2])]""",
            [figure, x, y],
        )
        return left, top

    def tap(self, figure: str, x: float, y: float) -> None:
        """Click on a point of a figure, given in the figure's own units."""
        self.page.mouse.click(*self.point(figure, x, y))

    def drag(self, figure: str, path: Sequence[tuple[float, float]]) -> None:
        """Drag along a path through a figure, as a box or a lasso is drawn."""
        first, *others = [self.point(figure, x, y) for x, y in path]
        self.page.mouse.move(*first)
        self.page.mouse.down()
        for place in others:
            self.page.mouse.move(*place, steps=8)
            # A hand is not so fast that a busy page takes two corners for one movement.
            self.frame.evaluate("() => new Promise(requestAnimationFrame)")
        self.page.mouse.up()

    # Waiting

    def wait_ready(self) -> None:
        """Wait until the notebook is open and its kernel idle."""
        self.wait_for("panel?.sessionContext?.session?.kernel?.status === 'idle' && cells.length")

    def wait_painted(self) -> None:
        """Wait until every plot is painted, k can be chosen and the kernel is idle."""
        self.wait_for(
            """doc && documents.every((each) => each.is_idle)
            && [...Bokeh.index].every((view) => view.el.getBoundingClientRect().width > 0)
            && (!document.querySelector('.cliplab-choose-k input')
              || document.querySelector('.cliplab-choose-k input:enabled'))
            && panel.sessionContext.session.kernel.status === 'idle'"""
        )

    def wait_for(self, condition: str, arg: Any = None) -> None:
        """Wait until JavaScript is true that knows the names in `_PRELUDE`, and `arg`."""
        script = f"(arg) => {{ {_PRELUDE} return Boolean({condition}) }}"
        self.frame.wait_for_function(script, arg=arg, timeout=self.patience * 1000)

    def evaluate(self, script: str, arg: Any = None) -> Any:
        """Run JavaScript that knows the names in `_PRELUDE`, and `arg`."""
        # A script may wait for the kernel; Playwright itself would wait for it without end.
        late = f"no answer within {self.patience} s"
        return self.frame.evaluate(
            f"""(arg) => Promise.race([
              (async (arg) => {{ {_PRELUDE} {script} }})(arg),
              new Promise((_, reject) => setTimeout(
                () => reject(new Error({late!r})), {self.patience * 1000}))])""",
            arg,
        )
