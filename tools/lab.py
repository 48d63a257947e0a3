"""A real JupyterLab in a real Chromium, for the browser tests and for screenshots.

>>> with running_lab() as lab:                                        # doctest: +SKIP
...     notebook = lab.open(Path("notebooks/00_explore.ipynb"))
...     notebook.run_all()
...     notebook.wait_painted()
...     notebook.screenshot(Path("explorer.png"))
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from find_browser import ADVICE, BROWSER_OPTIONS, find_browser
from notebook_page import Notebook
from playwright.sync_api import Browser, sync_playwright

SECONDS_TO_START = 90

# The server is on this machine, whatever proxy it uses for the rest of the network.
_ask_server = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
# All that goes through a socket comes later, in its order.
_FAR_AWAY = """
const MS = %d, Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  send(data) {
    setTimeout(() => { if (this.readyState === 1) super.send(data) }, MS);
  }
  get onmessage() { return super.onmessage }
  set onmessage(hear) {
    super.onmessage = hear && ((event) => setTimeout(() => hear.call(this, event), MS));
  }
};
"""
# anywidget gives a script two seconds. Here it gives none.
_NO_TIME = (
    "const wait = AbortSignal.timeout; AbortSignal.timeout = () => wait.call(AbortSignal, 0);"
)


@contextmanager
def running_lab() -> Iterator[Lab]:
    """Start JupyterLab and Chromium, without the settings of the user; stop both afterwards."""
    executable = find_browser()
    if executable is None:
        raise FileNotFoundError(ADVICE)
    # Playwright may still be looking for its own browser inside find_browser: never nest the two.
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        _jupyter_server(Path(home)) as (address, token),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_OPTIONS)
        yield Lab(address, token, Path(home) / "notebooks", browser)
        browser.close()


@contextmanager
def _jupyter_server(home: Path) -> Iterator[tuple[str, str]]:
    """Run a JupyterLab whose home is an empty folder; yield its address and token."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, token = f"http://127.0.0.1:{port}", secrets.token_hex(16)
    folder = home / "notebooks"
    folder.mkdir()
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
    ]
    of_the_user = ("JUPYTER", "IPYTHON", "XDG_")
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(of_the_user)
    }
    environment |= {"HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home)}
    log = home / "jupyter.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_it_answers(server, f"{address}/api/status?token={token}", log)
        yield address, token
    finally:
        server.terminate()  # JupyterLab shuts its kernels down before it goes.
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_it_answers(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with _ask_server(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start. Its log:\n{log.read_text()[-2000:]}")


class Lab:
    """A running JupyterLab and a browser.

    Attributes
    ----------
    browser : playwright.sync_api.Browser
        The browser, for pages that are no notebooks.
    """

    def __init__(self, address: str, token: str, folder: Path, browser: Browser) -> None:
        self.address = address
        self.folder = folder
        self._token = token
        self.browser = browser

    def open(
        self,
        path: Path,
        *,
        width: int = 1280,
        height: int = 800,
        scale: float = 1.0,
        away: int = 0,
        is_late: bool = False,
    ) -> Notebook:
        """Open a copy of a notebook, with a new kernel, in a window of some size.

        Between page and kernel lie `away` milliseconds each way, as an ocean does. Where it
        `is_late`, anywidget gives its scripts up at once, as on a page that is busy for too long.
        """
        shutil.copy(path, self.folder)
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale
        )
        if away:
            context.add_init_script(_FAR_AWAY % away)
        if is_late:
            context.add_init_script(_NO_TIME)
        page = context.new_page()
        notebook = Notebook(page, on_close=self._end_kernels)
        # `reset` closes the notebooks that an earlier window had open.
        page.goto(f"{self.address}/lab/tree/{path.name}?token={self._token}&reset")
        notebook.wait_ready()
        return notebook

    @contextmanager
    def running_kernel(self) -> Iterator[dict[str, str]]:
        """Run a kernel without a notebook; yield its id, and the server's address and token."""
        kernel = self._ask("POST", "kernels")
        try:
            yield {"id": kernel["id"], "address": self.address, "token": self._token}
        finally:
            self._ask("DELETE", f"kernels/{kernel['id']}")

    def _end_kernels(self) -> None:
        """Shut every kernel down, so that the next notebook finds an idle machine."""
        for session in self._ask("GET", "sessions"):
            self._ask("DELETE", f"sessions/{session['id']}")

    def _ask(self, method: str, what: str) -> Any:
        request = urllib.request.Request(
            f"{self.address}/api/{what}",
            method=method,
            headers={"Authorization": f"token {self._token}"},
        )
        with _ask_server(request, timeout=30) as reply:
            return json.loads(reply.read() or "null")
