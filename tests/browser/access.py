"""The Explorer without a mouse or without eyes: axe-core, presses that are counted, and focus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
MOST_TABS = 60  # From one end of the Explorer to the other.

# Plots are in trees of their own inside the page's.
_FOCUSED = """() => {
  let part = document.activeElement;
  while (part?.shadowRoot?.activeElement) part = part.shadowRoot.activeElement;
  const label = [...(part.labels ?? [])].map((each) => each.textContent.trim()).join();
  return part.getAttribute('aria-label') || label || part.textContent;
}"""


def add_axe(page: Page) -> None:
    """Load axe-core into a page; skip the test where npm has not installed it."""
    if not AXE.exists():
        pytest.skip("npm ci installs axe-core for this")
    page.evaluate(AXE.read_text(encoding="utf-8"))


# What axe-core asks of colours, which are all that changes with the theme.
OF_COLORS = ("color-contrast",)


def violations(page: Page, place: str = ".cliplab-frame", *, rules: tuple[str, ...] = ()) -> Any:
    """Return what axe-core finds in a part of a page, by all of its rules or by some."""
    return page.evaluate(
        """async ([place, rules]) => {
          const more = {'target-size': {enabled: true}};
          const options = {resultTypes: ['violations'], preload: false, rules: more};
          if (rules.length) options.runOnly = rules;
          const { violations } = await axe.run(document.querySelector(place), options);
          return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
        }""",
        [place, list(rules)],
    )


def count_presses(page: Page) -> Callable[[], int]:
    """Begin to count presses of the mouse; the function returns how many there were since."""
    page.evaluate(
        """() => {
          window.presses = 0;
          // Bokeh hears of a press from our own scripts, which is no further one.
          const count = ({ isTrusted }) => { window.presses += isTrusted ? 1 : 0 };
          window.addEventListener('pointerdown', count, true);
        }"""
    )

    def presses() -> int:
        n: int = page.evaluate("() => { const n = window.presses; window.presses = 0; return n }")
        return n

    return presses


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until what has the focus has a name that begins so."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(_FOCUSED).strip().startswith(name):
            return
    pytest.fail(f"Tab does not lead to {name!r}")
