import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { plotKeys } from "../../../../../cliplab/explorer/style/scripts/page/plot_keys.js";

const WORDS = {
  keys: { scatter: "Arrows walk", silhouettes: "Enter asks" },
  is_selected: "selected",
  opened: "It is open",
  side: 16,
  hover: {
    size: 80,
    words: {
      cluster: "cluster {cluster}",
      noise: "noise",
      not_measured: "not measured",
      point: ".",
    },
    fields: {
      class_names: { format: "text", label: "", placeholder: "" },
      cluster_labels: { format: "cluster", label: "", placeholder: "" },
      silhouettes: { format: "silhouette", label: "silhouette", placeholder: "" },
    },
  },
};
const NOW = { value: 3, values: [2, 3, 4], parameter_title: "k" };
const TEXTS = { scatter: "3 clusters." };

let page;
let views;
let tool;
let others;
let selected;
let heard;
let keys;
let columns;

// A plot of which a unit is a pixel.
function plot(document, name, title) {
  const surface = document.body.appendChild(document.createElement("div"));
  const place = document.body.appendChild(document.createElement("section"));
  surface.getRootNode = () => place;
  surface.matches = (look) => look === ":focus-visible";
  return {
    model: { name, title: { text: title }, document: page },
    canvas_view: { events_el: surface },
    frame: {
      x_scale: { compute: (x) => x },
      y_scale: { compute: (y) => y },
      bbox: { left: 0, top: 0, width: 100, height: 100 },
    },
    repainted: { connect: () => {} },
  };
}

beforeEach(() => {
  const { document, window, HTMLElement } = parseHTML("<body></body>");
  Object.assign(HTMLElement.prototype, {
    showPopover() {},
    hidePopover() {},
    scrollIntoView() {},
    getBoundingClientRect: () => ({ left: 0, top: 0, width: 1, height: 1 }),
  });
  globalThis.document = document;
  columns = {
    x: [50, 60, 70],
    y: [50, 50, 50],
    class_names: ["", "", ""],
    cluster_labels: [0, 0, 1],
    silhouettes: [0.1, 0.2, 0.3],
    bar_positions: [2, 1, 0],
  };
  const images = { get_column: (name) => columns[name] };
  const models = { images, sheets: { get_column: () => [""] } };
  page = { get_model_by_name: (name) => models[name] ?? null };
  const titles = { scatter: "t-SNE", silhouettes: "Silhouettes", elbow: "Inertia", flow: "Flow" };
  views = Object.fromEntries(
    Object.entries(titles).map(([name, title]) => [name, plot(document, name, title)]),
  );
  const button = document.body.appendChild(document.createElement("i"));
  button.className = "bk-OnOffButton";
  tool = { el: button, model: {}, root: { model: { document: page } } };
  // Of a plot that is none of ours.
  const another = document.body.appendChild(document.createElement("i"));
  another.className = "bk-OnOffButton";
  others = { el: another, model: {}, root: { model: { document: {} } } };
  const index = { query: (is) => [...Object.values(views), tool, others].filter(is) };
  globalThis.window = Object.assign(window, { Bokeh: { index } });
  selected = [];
  heard = [];
  keys = plotKeys(WORDS, {
    step: (by) => heard.push(["step", by]),
    select: (rows) => {
      selected = rows;
    },
    selected: () => selected,
    open: (row) => heard.push(["open", row]),
    say: (text) => heard.push(["say", text]),
  });
  keys.look(page, NOW, TEXTS);
});

const surface = (name) => views[name].canvas_view.events_el;
const said = () => heard.filter(([kind]) => kind === "say").at(-1)[1];

function focus(name) {
  surface(name).dispatchEvent(new window.Event("focus"));
}

function press(name, key, more = {}) {
  const event = Object.assign(new window.Event("keydown", { cancelable: true }), { key, ...more });
  surface(name).dispatchEvent(event);
  return event;
}

test("each plot is called by its title and what it shows, and follows both", () => {
  assert.equal(surface("scatter").getAttribute("aria-label"), "t-SNE. 3 clusters.");
  assert.equal(surface("flow").getAttribute("aria-label"), "Flow");
  views.scatter.model.title.text = "PCA";
  keys.look(page, NOW, { scatter: "4 clusters." });
  assert.equal(surface("scatter").getAttribute("aria-label"), "PCA. 4 clusters.");
});

test("what can be done with a plot is its role, and what nothing can be done with is no stop", () => {
  const roles = {
    scatter: "application",
    silhouettes: "application",
    elbow: "slider",
    flow: "img",
  };
  for (const [name, role] of Object.entries(roles)) {
    assert.equal(surface(name).getAttribute("role"), role);
    assert.equal(surface(name).getAttribute("tabindex"), name === "flow" ? "-1" : "0");
  }
  assert.equal(tool.el.getAttribute("tabindex"), "-1");
  assert.equal(others.el.hasAttribute("tabindex"), false);
});

test("a curve is a slider that says its value, and arrows move it", () => {
  const attributes = ["valuemin", "valuemax", "valuenow", "valuetext"].map((name) =>
    surface("elbow").getAttribute(`aria-${name}`),
  );
  assert.deepEqual(attributes, ["2", "4", "3", "k = 3"]);
  assert.ok(press("elbow", "ArrowRight").defaultPrevented);
  press("elbow", "ArrowLeft");
  assert.ok(!press("elbow", "Tab").defaultPrevented);
  assert.deepEqual(heard, [
    ["step", 1],
    ["step", -1],
  ]);
});

test("the image that the keyboard comes to is said", () => {
  focus("scatter");
  assert.equal(said(), "cluster 0, silhouette 0.10");
  press("scatter", "ArrowRight");
  assert.equal(said(), "cluster 0, silhouette 0.20");
  assert.deepEqual(selected, []);
});

test("it begins with a selected image that has a place", () => {
  columns.x[0] = Number.NaN; // On a wall of a sample.
  selected = [0, 2];
  focus("scatter");
  assert.equal(said(), "cluster 1, silhouette 0.30, selected");
});

test("Shift extends the selection by each image that is walked over", () => {
  focus("scatter");
  press("scatter", "ArrowRight", { shiftKey: true });
  assert.deepEqual(selected, [0, 1]);
  assert.equal(said(), "cluster 0, silhouette 0.20, selected");
  press("scatter", "ArrowRight", { shiftKey: true });
  assert.deepEqual(selected, [0, 1, 2]);
});

test("Enter and Space select one image, and a second time none", () => {
  focus("scatter");
  selected = [1, 2];
  press("scatter", "Enter");
  assert.deepEqual(selected, [0]);
  press("scatter", " ");
  assert.deepEqual(selected, []);
});

test("Enter on a bar asks why, and Space selects its image", () => {
  focus("silhouettes");
  press("silhouettes", "ArrowDown");
  press("silhouettes", " ");
  assert.deepEqual(selected, [1]);
  press("silhouettes", "Enter");
  assert.deepEqual(heard.slice(-2), [
    ["open", 1],
    ["say", "It is open"],
  ]);
});

test("keys of the notebook are left to it", () => {
  focus("scatter");
  assert.ok(!press("scatter", "Enter", { shiftKey: true }).defaultPrevented);
  assert.ok(!press("scatter", "ArrowRight", { ctrlKey: true }).defaultPrevented);
  assert.deepEqual(selected, []);
});

test("a mark is seen while the keyboard is there, and not for a pointer", () => {
  const ring = surface("scatter").getRootNode().querySelector(".cliplab-ring");
  surface("scatter").matches = () => false;
  focus("scatter");
  assert.ok(ring.hidden);
  press("scatter", "ArrowRight");
  assert.ok(!ring.hidden);
  surface("scatter").dispatchEvent(new window.Event("blur"));
  assert.ok(ring.hidden);
});

test("plots are opened once", () => {
  keys.look(page, NOW, TEXTS);
  press("elbow", "ArrowRight");
  assert.equal(heard.length, 1);
});
