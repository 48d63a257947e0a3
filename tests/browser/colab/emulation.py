"""Colab's notebook, emulated: a kernel, a page of its own, and a frame for each output."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from lab import Lab
from loopback.server import Answer, Server
from notebook_page import Notebook
from playwright.sync_api import Locator, Page, Route

HERE = Path(__file__).parent
ESBUILD = HERE.parents[2] / "node_modules" / ".bin" / "esbuild"
# The wheels bring the files that the CDN has.
WHEELS = {
    "@bokeh/jupyter_bokeh": "jupyter_bokeh",
    "anywidget": "anywidget",
}
CDN = "https://cdn.jsdelivr.net/npm/"
PAGE = '<!DOCTYPE html><meta charset="utf-8"><title>{name}</title>{rest}'
NOTEBOOK = PAGE.format(
    name="Colab, emulated",
    rest="""<style>
body { font: 14px sans-serif; margin: 16px; overflow-y: scroll; }
iframe { border: 0; display: block; width: 100%; }
pre { background: #f7f7f7; margin: 8px 0; padding: 8px; }
</style><body><script type="module">
import * as notebook from "./notebook.js";
window.notebook = notebook;
</script>""",
)
FRAME = PAGE.format(
    name="output",
    rest='<link rel="stylesheet" href="frame.css"><script type="module" src="frame.js"></script>'
    '<body style="font: 14px Roboto, sans-serif; margin: 0">',
)


def what_is_missing() -> str:
    """Say what the emulation needs and this machine has not; an empty text if nothing."""
    if shutil.which("node") is None or not ESBUILD.exists():
        return "node and npm build the emulation of Colab, and they are not on this machine"
    return ""


@contextmanager
def running_colab(
    lab: Lab, folder: Path, *, widgets: Path | None = None, **window: int
) -> Iterator[ColabNotebook]:
    """Open an empty notebook with a kernel like Colab's.

    Parameters
    ----------
    lab : Lab
        Whose server runs the kernel, and whose browser is used.
    folder : Path
        Where the scripts are put together.
    widgets : Path, optional
        A folder with another version of ipywidgets; that of the environment when left out.
    **window
        Its width and height.
    """
    sources = [str(HERE / name) for name in ("frame.mjs", "notebook.mjs")]
    options = ["--bundle", "--minify", "--format=esm", f"--outdir={folder}", "--log-level=error"]
    subprocess.run([ESBUILD, *sources, *options], check=True)
    with ExitStack() as stack:
        notebooks = stack.enter_context(_serving(folder, NOTEBOOK))
        frames = stack.enter_context(_serving(folder, FRAME))
        kernel = stack.enter_context(lab.running_kernel())
        size = {"width": 1280, "height": 800} | window
        page = lab.browser.new_page(viewport=size)
        notebook = ColabNotebook(page, notebooks.address, kernel | {"frames": frames.address})
        stack.callback(notebook.close)
        notebook.start(widgets)
        yield notebook


def _serving(folder: Path, page: str) -> Server:
    """Serve a page and the scripts; another port is another origin."""
    kinds = {".js": "text/javascript", ".css": "text/css"}

    def answer(request: Any) -> Answer | None:
        name = request.path.split("?")[0].rpartition("/")[2]
        kind = kinds.get(Path(name).suffix)
        if kind is None:
            return Answer(page.encode(), headers={"Content-Type": "text/html"})
        path = folder / name
        return Answer(path.read_bytes(), headers={"Content-Type": kind}) if path.exists() else None

    return Server(answer)


class ColabNotebook(Notebook):
    """A notebook whose outputs are frames of another origin.

    Attributes
    ----------
    frame : playwright.sync_api.Frame
        That of the cell that ran last.
    place : playwright.sync_api.Locator
        Where it is on the page.
    """

    def __init__(self, page: Page, address: str, kernel: dict[str, str]) -> None:
        super().__init__(page, on_close=lambda: None)
        self._address, self._kernel = address, kernel
        page.route(f"{CDN}**", _answer_for_the_cdn)

    def start(self, widgets: Path | None) -> None:
        """Open the page and make the kernel Colab's."""
        self._open()
        older = f"import sys; sys.path.insert(0, {str(widgets)!r})\n" if widgets else ""
        self.ask(
            "None", older + (HERE / "google_colab.py").read_text(encoding="utf-8") + "\nbe_colab()"
        )

    def _open(self) -> None:
        self.page.goto(self._address)
        self.page.wait_for_function("window.notebook")
        self.page.evaluate("(kernel) => notebook.connect(kernel)", self._kernel)

    def ask(self, expression: str, code: str = "") -> str:
        """Run code that is in no cell; return the value of an expression, as Python writes it."""
        answer: str = self.page.evaluate(
            "([code, expression]) => notebook.ask(code, expression)", [code, expression]
        )
        return answer

    def run_cell(self, source: str) -> str:
        """Run code in a new last cell, and look at its frame; return what it printed."""
        index: int = self.page.evaluate("(code) => notebook.run(code)", source)
        self.see(index)
        return self.text(index)

    def write(self, index: int, source: str) -> None:
        """Write something in place of what stands in a cell."""
        self.page.evaluate("([index, code]) => notebook.write(index, code)", [index, source])

    def run(self, index: int) -> str:
        """Run a cell again, and look at its frame; return what it printed."""
        self.page.evaluate("(index) => notebook.runAgain(index)", index)
        self.see(index)
        return self.text(index)

    def cell(self, index: int) -> Locator:
        """Return the place of a cell's output."""
        return self.page.frame_locator(f"iframe[name=output-{index}]").locator("body")

    def see(self, index: int) -> Locator:
        """Look at the frame of a cell, and return its place."""
        self._index = index
        self.place = self.page.locator(f"iframe[name=output-{index}]")
        self.place.wait_for(state="attached")
        # By its element: its name is known to Playwright only once it has loaded.
        frame = self.place.element_handle().content_frame()
        assert frame is not None
        self.frame = frame
        # Chromium paints nothing in a frame of another origin that is off the screen.
        self.place.evaluate("(frame) => frame.scrollIntoView()")
        return self.cell(index)

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return the outputs of a cell."""
        outputs: list[dict[str, Any]] = self.page.evaluate(
            "(index) => notebook.outputsOf(index)", index
        )
        return outputs

    def reload(self) -> None:
        """Save the notebook and load the page again; the kernel keeps running."""
        saved = self.page.evaluate("notebook.save()")
        self._open()
        self.page.evaluate("(saved) => notebook.open(saved)", saved)
        self.see(self._index)

    def wait_painted(self) -> None:
        """Wait until every Bokeh plot is painted and the kernel idle."""
        self.wait_for(
            """doc && documents.every((each) => each.is_idle)
            && [...Bokeh.index].every((view) => view.el.getBoundingClientRect().width > 0)"""
        )
        self.page.wait_for_function("notebook.isIdle()")

    def point(self, figure: str, x: float, y: float) -> tuple[float, float]:
        """Return where on the page a point of a figure lies, with the figure scrolled to."""
        left, top = super().point(figure, x, y)
        middle = self.evaluate(
            "const box = view_of(arg).el.getBoundingClientRect(); return box.top + box.height / 2",
            figure,
        )
        # A frame cannot scroll the page around it.
        box = self.place.evaluate(
            """(frame, middle) => {
            scrollBy(0, frame.getBoundingClientRect().top + middle - innerHeight / 2);
            return frame.getBoundingClientRect().toJSON() }""",
            middle,
        )
        return box["x"] + left, box["y"] + top


def _answer_for_the_cdn(route: Route) -> None:
    name = route.request.url.removeprefix(CDN).rpartition("@")[0]
    if name not in WHEELS:
        route.fulfill(status=404)
        return
    path = Path(sys.prefix) / "share" / "jupyter" / "nbextensions" / WHEELS[name] / "index.js"
    headers = {"Access-Control-Allow-Origin": "*"}
    route.fulfill(path=path, content_type="text/javascript", headers=headers)
