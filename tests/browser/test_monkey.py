"""A monkey at the Explorer: after each action state, widgets and plots say the same."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from first_lesson import RESULTS
from lab import Lab
from notebook_file import write_notebook
from notebook_page import Notebook
from playwright.sync_api import Error

pytestmark = [pytest.mark.browser, pytest.mark.proof]

EXPLORER = 1  # Its cell.
CELL = """\
import json
import numpy as np
from traitlets import TraitError
from cliplab import ClipEncoder, Explorer, load_storybook, project, sweep_clusters

images, encoder = load_storybook(n_images=120), ClipEncoder("storybook")
embeddings = encoder.encode_images(images)
sweep = sweep_clusters(embeddings, range(2, 11))
explorer = Explorer(images, embeddings, project(embeddings), sweep, encoder=encoder)

def sums(columns, selected):
    names = ["cluster_labels", "silhouettes", "color_values", "x", "y"]
    return [float(np.nansum(np.asarray(columns[name], float) * np.arange(1, len(images) + 1)))
            for name in names] + [list(selected)]

def report():
    shown, state, found = explorer._board.plots.images, explorer.state, explorer.clustering
    sources = sums(shown.data, sorted(shown.selected.indices))
    known = dict(shown.data) | {"cluster_labels": found.cluster_labels,
        "silhouettes": found.silhouettes} | {axis: explorer._session.wall_view[axis]
        if explorer._session.wall_view else explorer.projection.coordinates[:, i]
        for i, axis in enumerate("xy")}
    print(json.dumps({"state": sums(known, state.selected), "sources": sources,
        "value": explorer._session.value, "sizes": sorted(
        np.unique(found.cluster_labels[found.cluster_labels >= 0], return_counts=True)[1].tolist()),
        "page": state.page, "color_by": state.color_by, "query": state.query}))
explorer"""
# What the page shows: the plots' columns, and what its own controls say.
SEEN = """
// JupyterLab takes cells that are far away out of the page.
if (!cells[1].node.isConnected) await panel.content.scrollToItem(1);
const data = data_of('images');
const sum = (name) => Array.from(data[name]).reduce(
  (all, each, i) => all + (Number.isFinite(each) ? each * (i + 1) : 0), 0);
const node = cells[1].node;
const chosen = (label) => [...node.querySelectorAll('.widget-dropdown')].find(
  (each) => each.innerText.startsWith(label))?.querySelector('select');
return {
  sums: ['cluster_labels', 'silhouettes', 'color_values', 'x', 'y'].map(sum),
  selected: [...model_of('images').selected.indices].sort((a, b) => a - b),
  value: Number(node.querySelector('.cliplab-k')?.innerText),
  sizes: [...node.querySelectorAll('.cliplab-clusters tbody tr')]
    .map((row) => [...row.querySelectorAll('td:not(.cliplab-word)')].map((cell) => cell.innerText))
    .filter(([cluster]) => /^\\d+$/.test(cluster))
    .map(([, size]) => Number(size.replaceAll(',', ''))),
  chip: [...node.querySelectorAll('.cliplab-selection')]
    .filter((chip) => chip.checkVisibility({visibilityProperty: true}))
    .map((chip) => chip.innerText).join(),
};
"""
CODE = (
    "explorer.state.n_clusters = {k}",
    "explorer.state.selected = range({k}, {k} + 9)",
    "explorer.state.selected = ()",
    "explorer.state.color_by = 'silhouette'",
    "explorer.state.query = 'a red car'",
    "explorer.state.algorithm = 'hdbscan'",
    "explorer.state.page = 'transitions'",
    "explorer.reset()",
    "explorer",
)
TEXTS = ("car", "a sailboat", "", "<b>x</b>", "12", "café 🐙")
# A file that is saved is none of the monkey's business.
CONTROLS = (
    "button:visible:enabled:not([title*='ave']), select:visible:enabled, "
    "input:visible:enabled, [role=slider]:visible, .cliplab-clusters tbody tr:visible"
)


class Monkey:
    """Random hands, which remember what they did."""

    def __init__(self, notebook: Notebook, seed: int) -> None:
        self.notebook = notebook
        self.rng = np.random.default_rng(seed)
        self.done: list[str] = []

    def act(self) -> None:
        """Do one thing that a learner could do."""
        kinds = (self._use_a_control, self._touch_a_plot, self._run_code)
        self.rng.choice(np.array(kinds), p=[0.55, 0.3, 0.15])()

    def _use_a_control(self) -> None:
        controls = self.notebook.cell(EXPLORER).locator(CONTROLS)
        control = controls.nth(int(self.rng.integers(max(controls.count(), 1))))
        try:
            tag, kind, words = control.evaluate(
                "(it) => [it.tagName, it.type ?? it.role, (it.title || it.innerText).slice(0, 40)]",
                timeout=3000,
            )
            self.done.append(f"{tag} {kind} {words!r}")
            if tag == "SELECT":
                options = control.locator("option").count()
                control.select_option(index=int(self.rng.integers(options)), timeout=3000)
            elif tag == "INPUT" and kind in ("text", "search", "number"):
                text = "5" if kind == "number" else str(self.rng.choice(TEXTS))
                control.fill(text, timeout=3000)
                control.press("Enter", timeout=3000)
            elif tag == "DIV":
                control.press(str(self.rng.choice(["ArrowLeft", "ArrowRight", "Home", "End"])))
            else:
                control.click(timeout=3000)
        except Error as error:  # It went away, or lies under another: a learner could not either.
            self.done.append(f"  not done: {str(error).splitlines()[0]}")

    def _touch_a_plot(self) -> None:
        name = str(self.rng.choice(["scatter", "scatter", "silhouettes", "elbow", "score"]))
        box = self.notebook.evaluate(
            """const [view] = [...Bokeh.index.query((view) => view.model.name === arg)];
            if (!view || !view.el.getBoundingClientRect().height) return null;
            view.el.scrollIntoView({block: 'nearest'});
            const {left, top} = view.canvas_view.el.getBoundingClientRect();
            const {left: x, top: y, width, height} = view.frame.bbox;
            return [left + x, top + y, width, height]""",
            name,
        )
        if box is None:
            return
        points = [
            (box[0] + across * box[2], box[1] + down * box[3])
            for across, down in self.rng.random((4, 2))
        ]
        how = str(self.rng.choice(["tap", "hover", "Escape", "drag"]))
        self.done.append(f"{how} on {name} at {points[0]}")
        mouse = self.notebook.page.mouse
        mouse.move(*points[0])
        if how == "tap":
            mouse.click(*points[0])
        if how == "Escape":
            self.notebook.page.keyboard.press("Escape")
        if how == "drag":
            mouse.down()
            for point in points[1:]:
                mouse.move(*point, steps=4)
            mouse.up()

    def _run_code(self) -> None:
        code = str(self.rng.choice(CODE)).format(k=int(self.rng.integers(2, 11)))
        self.done.append(code)
        if code != "explorer":
            # What is refused, such as a value that another one rules out, is a sentence.
            self.notebook.run_cell(f"try:\n    {code}\nexcept TraitError as e:\n    print(e)")

    def disagreement(self) -> str:
        """Return what does not agree; empty where all does."""
        told = json.loads(self.notebook.run_cell("report()"))
        seen: dict[str, Any] = self.notebook.evaluate(SEEN)
        for one, other in (("state", "sources"), ("sources", "page")):
            a = told[one]
            b = [*seen["sums"], seen["selected"]] if other == "page" else told[other]
            # What is packed for the browser has two bytes.
            if not np.allclose(a[:5], b[:5], rtol=1e-4, atol=0.3) or a[5] != b[5]:
                return f"{one} {a} and {other} {b}"
        if seen["value"] != told["value"]:
            return f"k is {seen['value']} on the screen and {told['value']} in the state"
        sizes = sorted(seen["sizes"])
        if sizes != told["sizes"]:
            return f"the table has {sizes} and the clusters {told['sizes']}"
        n_selected = len(told["state"][5])
        if bool(n_selected) != bool(seen["chip"]) or (
            n_selected and str(n_selected) not in seen["chip"]
        ):
            return f"the chip says {seen['chip']!r} of {n_selected} images"
        return ""

    def look(self) -> None:
        """Wait until all agrees; fail with all that was done where it does not."""
        self.notebook.page.mouse.move(0, 0)  # What is only previewed is not selected.
        for _ in range(60):
            if not (found := self.disagreement()):
                return
            self.notebook.page.wait_for_timeout(500)
        pytest.fail(f"{found}\nafter\n" + "\n".join(self.done[-25:]))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("monkey") / "monkey.ipynb"
    return write_notebook(path, CELL, title="Monkey")


_FAR = pytest.mark.skipif(not os.environ.get("CLIPLAB_PROOF"), reason="make proof does this")


@pytest.mark.parametrize("away", [0, pytest.param(150, marks=_FAR)])
def test_whatever_one_does_state_widgets_and_plots_agree(
    lab: Lab, path: Path, away: int, proof: Any
) -> None:
    n_actions = proof(20, 500, f"actions, {away} ms from the kernel")
    for seed in range(proof(1, 3, "monkeys")):
        notebook = lab.open(path, height=1000, away=away)
        monkey = Monkey(notebook, seed)
        try:
            notebook.run_all()
            notebook.wait_painted()
            notebook.evaluate("cells[arg].node.scrollIntoView()", EXPLORER)
            for _ in range(n_actions):
                monkey.act()
                monkey.look()
        finally:
            notebook.screenshot(RESULTS / f"monkey_{away}_{seed}.png")
            notebook.close()
        assert notebook.errors == [], "\n".join(monkey.done)
