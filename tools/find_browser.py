"""Find a Chromium for the browser tests, or install one where that is allowed.

As a script it prints which browser the tests will use. It never fails: where there is none, the
browser tests report it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ADVICE = (
    "No Chromium was found for the browser tests. Install Chromium or Chrome, or run "
    "`.venv/bin/playwright install --with-deps chromium`."
)
# Chromium has no sandbox for root. The rest stops it from sending requests of its own, for which
# it would wait for minutes where there is no network.
BROWSER_OPTIONS = [
    *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_USUAL_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)


def find_browser() -> str | None:
    """Return the path of a Chromium: the system's, else Playwright's own, else None."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    for place in _USUAL_PATHS:
        if Path(place).exists():
            return place
    return _playwrights_own()


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
        try:
            # That it exists is not enough: it needs libraries of the system.
            playwright.chromium.launch(executable_path=path, args=BROWSER_OPTIONS).close()
        except Error:
            return None
        return path


def install_browser() -> None:
    """Try Playwright's own Chromium, then the system's package manager."""
    _run([sys.executable, "-m", "playwright", "install", "chromium"], seconds=300)
    if _playwrights_own() is None and shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
        _run([*apt, "update"], seconds=300)
        _run([*apt, "install", "--yes", "chromium"], seconds=900)


def _run(command: list[str], seconds: float) -> None:
    print("+", *command, flush=True)
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error)


if __name__ == "__main__":
    if find_browser() is None:
        install_browser()
    print(f"Browser for the tests: {find_browser() or ADVICE}")
