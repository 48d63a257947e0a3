import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { parseHTML } from "linkedom";
import { render } from "../../../../../cliplab/explorer/style/scripts/page/page.js";

const WORDS = {
  question: "How many groups?",
  slider_help: "How many",
  fewer: "One less",
  more: "One more",
  table: "Clusters",
  columns: { cluster: ["cluster", ""], size: ["images", ""] },
  selected: ["{n} image", "{n} images"],
  selected_of: ["{n} image of {cluster}", "{n} images of {cluster}"],
  clear: "Clear",
  busy: "busy",
  gone: "gone",
  side: 16,
};
const NOW = {
  value: 2,
  values: [2, 3],
  parameter_title: "k",
  color_by: "cluster",
  sweep: 1,
  map: 1,
  has_numbers: true,
  paints: true,
};

const signal = () => ({
  heard: [],
  connect(hear) {
    this.heard.push(hear);
  },
  emit() {
    for (const hear of this.heard) hear();
  },
});
const model = (values = {}) => ({
  setv(changes) {
    Object.assign(this, changes);
  },
  ...values,
});

// The plots of one page, and the model through which the kernel is reached.
function plots() {
  const models = {
    images: model({
      data: {},
      selected: model({ indices: [], properties: { indices: { change: signal() } } }),
    }),
    words: model(),
    numbers: model(),
    "image colours": model(),
    scatter: model(),
    silhouettes: model({ title: model(), y_range: model(), center: [model({ name: "mean" })] }),
    elbow: model({ center: [model({ name: "current" })] }),
    score: model({ center: [model({ name: "current" })] }),
    sheets: {
      patching: signal(),
      properties: { data: { change: signal() } },
      get_column: () => [],
    },
  };
  return { models, get_model_by_id: () => ({}), get_model_by_name: (name) => models[name] };
}

function kernel() {
  const heard = {};
  return {
    sent: [],
    get: (name) => ({ words: WORDS, root: "root" })[name],
    on: (name, hear) => {
      heard[name] = hear;
    },
    off: () => {},
    send(message) {
      this.sent.push(message);
    },
    says: (message, ...buffers) => heard["msg:custom"](message, buffers),
    dies: () => heard.comm_live_update(),
  };
}

const view = (value, labels, sweep = 1) => {
  const column = (name, type) => ({ name, type, length: labels.length, scale: null });
  const columns = [
    column("cluster_labels", "i1"),
    column("silhouettes", "i1"),
    column("bar_positions", "i1"),
    column("color_values", "i1"),
  ];
  const clusters = [...new Set(labels)].map((cluster) => ({
    cluster,
    name: String(cluster),
    size: 1,
    typical: 0,
    color: "red",
    size_text: "1",
    mean_text: "0",
    negative_text: "0",
  }));
  const colors = { cluster: { values: "color_values", palette: ["red"], low: 0, high: 1 } };
  const text = {
    value,
    sweep,
    columns,
    clusters,
    colors,
    title: `k = ${value}`,
    words: {},
    bars_range: [1, 0],
    mean_silhouette: 0,
  };
  return [{ view: text }, new Uint8Array([...labels, ...labels, ...labels, ...labels])];
};

let model_of_kernel;
let page;
let el;
let close;
let resized;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { window, document } = parseHTML("<body><div class=cliplab-frame></div></body>");
  Object.assign(globalThis, { document });
  globalThis.requestAnimationFrame = (call) => call();
  page = plots();
  globalThis.window = {
    Bokeh: { documents: [page] },
    innerHeight: 1000,
    addEventListener: (_, hear) => {
      resized = hear;
    },
    removeEventListener() {},
  };
  globalThis.window.top = globalThis.window;
  globalThis.Event = window.Event;
  el = document.createElement("div");
  document.querySelector(".cliplab-frame").append(el);
  model_of_kernel = kernel();
  close = render({ model: model_of_kernel, el });
  model_of_kernel.says(...view(2, [0, 1, 1]));
  model_of_kernel.says(...view(3, [0, 1, 2]));
  model_of_kernel.says({
    numbers: [
      [2, { names: ["two"] }],
      [3, { names: ["three"] }],
    ],
  });
  model_of_kernel.says({ now: NOW, answer: null, page: null });
  mock.timers.tick(300);
});

afterEach(() => {
  close();
  mock.timers.reset();
});

const labels = () => [...page.models.images.data.cluster_labels];
const status = () => el.querySelector("[role=status]").textContent;
const more = () => el.querySelectorAll(".cliplab-choose-k button")[1].click();
const last = () => model_of_kernel.sent.at(-1);

test("it says that it is ready, and paints what the kernel answers", () => {
  assert.ok(model_of_kernel.sent[0].ready);
  assert.deepEqual(labels(), [0, 1, 1]);
  assert.deepEqual(page.models.numbers.data, { names: ["two"] });
  assert.equal(el.querySelectorAll("tbody tr").length, 2);
});

test("a step is painted at once, and the kernel hears of it by a number", () => {
  more();
  assert.deepEqual(labels(), [0, 1, 2]);
  assert.deepEqual(page.models.numbers.data, { names: ["three"] });
  assert.equal(page.models.elbow.center[0].location, 3);
  const { choice, value } = last();
  assert.deepEqual([choice, value], [1, 3]);
});

test("an answer to an older choice does not turn k back", () => {
  more();
  el.querySelector(".cliplab-choose-k button").click();
  more();
  const { page: me } = last();
  model_of_kernel.says({ now: { ...NOW, value: 2 }, answer: 2, page: me });
  assert.deepEqual(labels(), [0, 1, 2]);
  model_of_kernel.says({ now: { ...NOW, value: 2 }, answer: 3, page: me });
  assert.deepEqual(labels(), [0, 1, 1]);
});

test("what another page or the code chooses is painted here too", () => {
  model_of_kernel.says({ now: { ...NOW, value: 3 }, answer: 7, page: "another" });
  assert.deepEqual(labels(), [0, 1, 2]);
});

test("half a second without an answer means that the kernel is busy, until it answers", () => {
  more();
  mock.timers.tick(499);
  assert.equal(status(), "");
  mock.timers.tick(2);
  assert.equal(status(), "busy");
  model_of_kernel.says({ now: { ...NOW, value: 3 }, answer: 1, page: last().page });
  assert.equal(status(), "");
});

test("a kernel that is gone is told, and what is known still turns", () => {
  model_of_kernel.dies();
  assert.equal(status(), "gone");
  model_of_kernel.send = () => {
    throw new Error("disposed");
  };
  more();
  assert.deepEqual(labels(), [0, 1, 2]);
  assert.equal(status(), "gone");
});

test("views of an earlier sweep are forgotten when the first of a new one comes", () => {
  model_of_kernel.says(...view(2, [1, 0, 0], 2));
  model_of_kernel.says({ now: { ...NOW, sweep: 2, has_numbers: false, map: 2 }, answer: null });
  assert.deepEqual(labels(), [1, 0, 0]);
  more();
  assert.deepEqual(labels(), [1, 0, 0]); // Not known yet: the kernel sends it.
  model_of_kernel.says(...view(3, [2, 0, 1], 2));
  const now = { ...NOW, sweep: 2, value: 3, has_numbers: false, map: 2 };
  model_of_kernel.says({ now, answer: 1, page: last().page });
  assert.deepEqual(labels(), [2, 0, 1]);
});

test("other colours are left to the kernel", () => {
  model_of_kernel.says({ now: { ...NOW, color_by: "class" }, answer: null });
  page.models.images.data = { ...page.models.images.data, color_values: ["class"] };
  more();
  assert.deepEqual(labels(), [0, 1, 2]);
  assert.deepEqual(page.models.images.data.color_values, ["class"]);
});

test("a tap on a curve chooses the nearest value that there is", () => {
  const tap = (x) => page.models.score.js_event_callbacks.tap[0]({ x });
  tap(2.6);
  assert.deepEqual([last().value, labels()], [3, [0, 1, 2]]);
  tap(-40);
  assert.equal(last().value, 2);
});

test("names are beside the clusters that have them, whichever k is shown", () => {
  const words = () =>
    [...el.querySelectorAll("tbody .cliplab-word")].map((each) => each.textContent);
  assert.deepEqual(words(), ["", ""]);
  model_of_kernel.says({ now: { ...NOW, names: { 2: ["cats", "dogs"] } }, answer: null });
  mock.timers.tick(0);
  assert.deepEqual(words(), ["cats", "dogs"]);
  more();
  mock.timers.tick(0);
  assert.deepEqual(words(), ["", "", ""]);
});

test("the first table is drawn at once, later ones after the plots", () => {
  const other = document.createElement("div");
  const its = kernel();
  const closeOther = render({ model: its, el: other });
  its.says(...view(2, [0, 1, 1]));
  its.says({ now: NOW, answer: null, page: null });
  assert.equal(other.querySelectorAll("tbody tr").length, 2);
  closeOther();
  const n_rows = () => el.querySelectorAll("tbody tr").length;
  assert.equal(n_rows(), 2);
  more();
  assert.deepEqual([...page.models.images.data.cluster_labels], [0, 1, 2]);
  assert.equal(n_rows(), 2);
  mock.timers.tick(0);
  assert.equal(n_rows(), 3);
});

test("a table is drawn once for each k, whatever else is said", () => {
  let n_looks = 0;
  page.models.sheets.get_column = () => {
    n_looks += 1;
    return [];
  };
  model_of_kernel.says({ now: NOW, answer: null });
  mock.timers.tick(0);
  assert.equal(n_looks, 0);
  more();
  mock.timers.tick(0);
  assert.equal(n_looks, 3);
});

test("after a step the plots say in words what they show, without another look around", () => {
  const surface = document.createElement("div");
  const plot = {
    model: { document: page, name: "elbow", title: { text: "Inertia" } },
    canvas_view: { events_el: surface },
  };
  globalThis.window.Bokeh.index = { query: (keep) => [plot].filter((each) => keep(each)) };
  more();
  mock.timers.tick(0);
  assert.equal(surface.getAttribute("aria-valuenow"), "3");
});

test("what is chosen already is not told again", () => {
  const n_told = model_of_kernel.sent.length;
  const slider = el.querySelector("input");
  slider.value = 0;
  slider.dispatchEvent(new Event("input"));
  assert.equal(model_of_kernel.sent.length, n_told);
});

test("on a map that is new no numbers are put where they were on the old one", () => {
  model_of_kernel.says({ now: { ...NOW, map: 2, has_numbers: false }, answer: null });
  page.models.numbers.data = { names: ["of the new map, by the kernel"] };
  more();
  assert.deepEqual(page.models.numbers.data, { names: ["of the new map, by the kernel"] });
});

test("when the colours change their kind the kernel draws them, from then on the script", () => {
  const colored = { ...NOW, color_by: "class" };
  model_of_kernel.says({ now: colored, answer: null });
  page.models.images.data = { ...page.models.images.data, color_values: ["by the kernel"] };
  model_of_kernel.says({ now: NOW, answer: null });
  assert.deepEqual(page.models.images.data.color_values, ["by the kernel"]);
  more();
  assert.deepEqual([...page.models.images.data.color_values], [0, 1, 2]);
});

test("a second click clears noise too", () => {
  model_of_kernel.says(...view(2, [0, -1, -1], 3));
  model_of_kernel.says({ now: { ...NOW, sweep: 3 }, answer: null });
  mock.timers.tick(0);
  const noise = () => el.querySelector("tbody tr[data-cluster='-1']");
  noise().click();
  assert.deepEqual(page.models.images.selected.indices, [1, 2]);
  noise().click();
  assert.deepEqual(page.models.images.selected.indices, []);
});

test("Escape clears what is selected while the mouse is over the screen, and not elsewhere", () => {
  const press = (isHere) => {
    el.closest = (name) => (name === ".cliplab-screen" ? screenThat(isHere) : null);
    const event = new Event("keydown");
    event.key = "Escape";
    document.dispatchEvent(event);
  };
  const screenThat = (isHere) => ({ matches: () => isHere, contains: () => false });
  el.querySelectorAll("tbody tr")[1].click();
  press(false);
  assert.deepEqual(page.models.images.selected.indices, [1, 2]);
  press(true);
  assert.deepEqual(page.models.images.selected.indices, []);
});

test("plots are listened to once, however long they are there", () => {
  const { change } = page.models.images.selected.properties.indices;
  mock.timers.tick(3000);
  assert.equal(change.heard.length, 1);
});

test("of very many images the kernel paints", () => {
  page.models.images.get_column = (name) => page.models.images.data[name];
  model_of_kernel.says({ now: { ...NOW, paints: false }, answer: null });
  more();
  assert.deepEqual(labels(), [0, 1, 1]);
  assert.equal(last().value, 3);
});

test("of very many images a click selects the clusters that the kernel has painted", () => {
  page.models.images.get_column = (name) => page.models.images.data[name];
  model_of_kernel.says({ now: { ...NOW, value: 3, paints: false }, answer: null });
  page.models.images.data = { ...page.models.images.data, cluster_labels: [2, 2, 0] };
  mock.timers.tick(0);
  el.querySelectorAll("tbody tr")[2].click();
  assert.deepEqual(page.models.images.selected.indices, [0, 1]);
  const chip = () => el.querySelector(".cliplab-selection").textContent;
  assert.match(chip(), /2 images of 2/);
  page.models.images.data = { ...page.models.images.data, cluster_labels: [2, 0, 0] };
  mock.timers.tick(300);
  assert.doesNotMatch(chip(), / of /);
});

test("a click on a cluster selects its images, a second click clears", () => {
  const row = () => el.querySelectorAll("tbody tr")[1];
  row().click();
  assert.deepEqual(page.models.images.selected.indices, [1, 2]);
  assert.match(el.querySelector(".cliplab-selection").textContent, /2 images of 1/);
  row().click();
  assert.deepEqual(page.models.images.selected.indices, []);
});

test("a second click clears also where Bokeh has cleared for the same tap", () => {
  const row = () => el.querySelectorAll("tbody tr")[1];
  row().click();
  const { selected } = page.models.images;
  selected.indices = []; // Bokeh hears of a tap first.
  selected.properties.indices.change.emit();
  row().click();
  assert.deepEqual(selected.indices, []);
});

test("a click selects again what was cleared before", async () => {
  const row = () => el.querySelectorAll("tbody tr")[1];
  row().click();
  const { selected } = page.models.images;
  selected.indices = [];
  selected.properties.indices.change.emit();
  await Promise.resolve();
  row().click();
  assert.deepEqual(selected.indices, [1, 2]);
});

test("a preview leaves what is selected as it was", () => {
  const [first, second] = el.querySelectorAll("tbody tr");
  second.click();
  first.dispatchEvent(new Event("mouseenter"));
  assert.deepEqual(page.models.images.selected.indices, [0]);
  first.dispatchEvent(new Event("mouseleave"));
  assert.deepEqual(page.models.images.selected.indices, [1, 2]);
});

test("a preview is no selection, though Bokeh tells of it", () => {
  const [first, second] = el.querySelectorAll("tbody tr");
  second.click();
  const { selected } = page.models.images;
  selected.setv = function (changes) {
    Object.assign(this, changes);
    this.properties.indices.change.emit();
  };
  first.dispatchEvent(new Event("mouseenter"));
  first.dispatchEvent(new Event("mouseleave"));
  assert.deepEqual(selected.indices, [1, 2]);
});

test("a click clears what was selected before the script came", () => {
  const other = plots();
  other.models.images.selected.indices = [1, 2];
  globalThis.window.Bokeh.documents = [other];
  mock.timers.tick(300);
  el.querySelectorAll("tbody tr")[1].click();
  assert.deepEqual(other.models.images.selected.indices, []);
});

test("what is selected while a cluster is previewed is selected, though the mouse never left", () => {
  const [first, second] = el.querySelectorAll("tbody tr");
  first.dispatchEvent(new Event("mouseenter"));
  const { selected } = page.models.images;
  selected.indices = [2]; // By a lasso, or by the kernel.
  selected.properties.indices.change.emit();
  assert.match(el.querySelector(".cliplab-selection").textContent, /1 image/);
  second.dispatchEvent(new Event("mouseenter"));
  second.dispatchEvent(new Event("mouseleave"));
  assert.deepEqual(selected.indices, [2]);
});

test("first steps are said until they are dismissed, and the kernel hears of that", () => {
  model_of_kernel.says({ hints: ["Move k."] });
  const line = el.querySelector(".cliplab-hints");
  assert.match(line.textContent, /Move k\./);
  line.querySelector("button").click();
  assert.equal(line.hidden, true);
  assert.equal(last().dismiss, true);
});

test("plots that come to the page later are painted too", () => {
  more();
  const other = plots();
  globalThis.window.Bokeh.documents.push(other);
  mock.timers.tick(300);
  assert.deepEqual([...other.models.images.data.cluster_labels], [0, 1, 2]);
});

test("the map's side is six tenths of the window's height", () => {
  const frame = document.querySelector(".cliplab-frame");
  const side = () => frame.style.getPropertyValue("--cliplab-map-side");
  assert.equal(side(), "600px");
  globalThis.window.innerHeight = 500;
  resized();
  assert.equal(side(), "300px");
});

test("views without a document or a place on the page are forgotten", () => {
  const gone = { model: { document: null }, el: { isConnected: false }, remove() {} };
  const here = { model: { document: {} }, el: { isConnected: true }, remove() {} };
  window.Bokeh.index = new Set([gone, here]);
  mock.timers.tick(300);
  assert.deepEqual([...window.Bokeh.index], [here]);
});

test("once the script is closed a badge selects nothing, and no search is begun", () => {
  const badge = document.createElement("button");
  badge.dataset.cluster = "1";
  const gallery = document.createElement("div");
  gallery.className = "cliplab-gallery";
  gallery.append(badge);
  document.body.append(gallery);
  el.closest = () => document.body;
  badge.dispatchEvent(new Event("click", { bubbles: true }));
  assert.deepEqual(page.models.images.selected.indices, [1, 2]);
  const n_told = model_of_kernel.sent.length;
  const box = el.querySelector(".cliplab-search input");
  box.value = "a red car";
  box.dispatchEvent(new Event("input"));
  close();
  badge.dispatchEvent(new Event("click", { bubbles: true }));
  assert.deepEqual(page.models.images.selected.indices, [1, 2]);
  mock.timers.tick(1000);
  assert.equal(model_of_kernel.sent.length, n_told);
});

test("what is computed is said beside its Stop, and what it will change is dimmed", () => {
  const work = { name: "map", sentence: "Computing PCA …", share: null, is_stopped: false };
  model_of_kernel.says({ work: [{ ...work, place: "plots" }], stale: ["clusters"] });
  const line = el.querySelector(".cliplab-work");
  assert.match(line.textContent, /Computing PCA/);
  assert.ok(el.querySelector(".cliplab-clusters.cliplab-stale"));
  line.querySelector("button").click();
  assert.equal(last().stop, "map");
  model_of_kernel.says({ work: [], stale: [] });
  assert.equal(line.textContent, "");
  assert.equal(el.querySelector(".cliplab-stale"), null);
});

test("a kernel that is gone is not spoken to any more", () => {
  model_of_kernel.dies();
  const n_told = model_of_kernel.sent.length;
  more();
  assert.equal(model_of_kernel.sent.length, n_told);
});
