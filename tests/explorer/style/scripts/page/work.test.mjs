import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { dimStale, workLines } from "../../../../../cliplab/explorer/style/scripts/page/work.js";

const WORDS = { stop: "Stop", take_up: "Continue" };
const MAP = {
  name: "map",
  sentence: "Computing t-SNE …",
  share: 0.4,
  is_stopped: false,
  place: "plots",
};

let lines;
let pressed;

beforeEach(() => {
  const { window, document } = parseHTML("<body></body>");
  Object.assign(globalThis, { document, window, Event: window.Event });
  pressed = [];
  lines = workLines(WORDS, (...what) => pressed.push(what));
});

const plots = () => lines.elements[0];
const page = () => lines.elements[1];

test("what is computed is said with a bar and a Stop, where it belongs", () => {
  lines.show([MAP, { ...MAP, name: "evidence", place: "page", share: null }]);
  assert.equal(plots().querySelector("span").textContent, MAP.sentence);
  assert.equal(plots().querySelector("progress").getAttribute("value"), "0.4");
  assert.equal(page().querySelector("progress").getAttribute("value"), null);
  plots().querySelector("button").click();
  assert.deepEqual(pressed, [["stop", "map"]]);
});

test("what was stopped offers to continue, by the same button", () => {
  lines.show([MAP]);
  const button = plots().querySelector("button");
  lines.show([{ ...MAP, is_stopped: true }]);
  assert.equal(plots().querySelector("button"), button);
  assert.equal(button.textContent, "Continue");
  button.click();
  assert.deepEqual(pressed, [["take_up", "map"]]);
});

test("of what was stopped somewhere unknown there is no bar that seems to move", () => {
  lines.show([{ ...MAP, share: null, is_stopped: true }]);
  assert.equal(plots().querySelector("progress").hidden, true);
});

test("what is done is said no more", () => {
  lines.show([MAP, { ...MAP, name: "sweep" }]);
  lines.show([{ ...MAP, name: "sweep" }]);
  assert.equal(plots().children.length, 1);
  lines.show([]);
  assert.equal(plots().children.length, 0);
});

test("a sentence is text, whatever it says", () => {
  lines.show([{ ...MAP, sentence: "<b>Clustering</b>" }]);
  assert.equal(plots().querySelector("b"), null);
});

test("what is stale is dimmed, in the plots and on the page, and nothing else", () => {
  const here = {};
  const view = (name, owner = here) => ({
    model: { name, document: owner },
    el: { style: {} },
  });
  const views = [view("scatter"), view("elbow"), view("tools"), view("scatter", {})];
  globalThis.window.Bokeh = { index: { query: (wanted) => views.filter(wanted) } };
  const table = document.createElement("div");
  dimStale(here, { clusters: table, page: null }, ["scatter", "clusters", "tools"]);
  const dimmed = views.map(({ el }) => Number(el.style.opacity || 1) < 1);
  assert.deepEqual(dimmed, [true, false, false, false]);
  assert.equal(table.getAttribute("aria-busy"), "true");
  assert.ok(table.classList.contains("cliplab-stale"));
  dimStale(here, { clusters: table }, []);
  assert.equal(views[0].el.style.opacity, "");
  assert.ok(!table.classList.contains("cliplab-stale"));
});
