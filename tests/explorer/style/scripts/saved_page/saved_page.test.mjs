import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  openSavedPage,
  savedPage,
} from "../../../../../cliplab/explorer/style/scripts/saved_page/saved_page.js";

const packed = (...numbers) => Buffer.from(new Int8Array(numbers)).toString("base64");
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64");
const column = (name) => ({ name, type: "i1", length: 3, scale: null });

// Three images; k is 2 or 3.
const view = (value, labels) => ({
  view: {
    value,
    title: `k = ${value}`,
    words: {},
    bars_range: [3, 0],
    mean_silhouette: 0.1,
    clusters: [...new Set(labels)].map((cluster) => ({
      cluster,
      name: String(cluster),
      help: "",
      color: `#00000${cluster}`,
      typical: labels.indexOf(cluster),
      size: 1,
      size_text: "1",
      mean_text: "0.10",
      negative_text: "0%",
    })),
    colors: {
      cluster: { values: "color_values", palette: ["#000"], low: -0.5, high: 20.5 },
      silhouette: { values: "silhouettes", palette: null, low: -0.3, high: 0.3 },
    },
    columns: ["cluster_labels", "silhouettes", "bar_positions", "color_values"].map(column),
  },
  packed: packed(...labels, 0, 0, 0, 0, 10, 20, ...labels),
});

const stored = (value, after) => ({
  value,
  status: `${value} clusters`,
  negative: [],
  borderline: [],
  medoids: [],
  names: null,
  moves: after && {
    sentence: "1 of 3 moves",
    title: "Images that move",
    movers: [2],
    edges: [[0, 0, 1]],
    ribbons: { before: ["1"], after: ["2"] },
    blocks: {},
  },
  columns: [column("hundredths"), ...(after ? [column("after")] : [])],
  packed: packed(10, -5, -128, ...(after ?? [])),
});

const SAID = {
  parts: {
    images: ["Images", ""],
    silhouette: ["Why this bar?", ""],
    words: ["In words", ""],
    transitions: ["From k to k + 1", ""],
    evidence: ["Evidence", ""],
    answers: ["Answers", ""],
  },
  show: "show",
  map_images: { none: "dots", typical: "typical images", wall: "all, as a wall" },
  color_by: "colour by",
  colors: { cluster: "cluster", silhouette: "silhouette" },
  typical: "typical",
  selected: "{n} selected",
  hidden_name: "image {row}",
  silhouette: "silhouette {score}",
  not_measured: "not measured",
  noise: "noise",
  no_class: "no class",
  bar_help: "Tap a bar",
  bar: { elsewhere: "made elsewhere", negative: "{n} negative", borderline: "{n} borderline" },
  last: "{value} is the last",
  all_that_move: "Show all",
  names: [],
  find: "images of",
  find_help: "{n} words",
  my_k: "my k",
  commit: "Commit",
  before: "How many?",
  encoded: "Encoded.",
  committed: "You said {k}.",
  disagreeing: "Show {n}",
  without_kernel: "Without a kernel.",
  without_answers: "Without the classes.",
};

const answer = (value) => ({ sentence: `AMI at ${value}`, tables: [], disagreeing: [0] });
const ANSWERS = {
  hover: { class_names: ["boat", "car", ""], image_ids: ["a", "b", "c"] },
  credits: ["A boat", "A car", "?"],
  colors: [
    {
      name: "class",
      title: "class",
      values: [0, 1, null],
      palette: ["#111", "#222"],
      low: 0,
      high: 1,
      legend: [["boat", "#111"]],
      is_amount: false,
    },
  ],
  values: { 2: answer(2), 3: answer(3) },
};

const VALUE = {
  root: "root",
  ids: Object.fromEntries(
    ["images", "evidence", "flow", "ribbons", "blocks", "silhouettes", "curves"].map((name) => [
      name,
      `id of ${name}`,
    ]),
  ),
  words: {
    question: "How many?",
    columns: { cluster: ["cluster", ""] },
    selected: ["{n} image", "{n} images"],
    selected_of: ["{n} image of {cluster}", "{n} images of {cluster}"],
    side: 16,
  },
  said: SAID,
  now: {
    value: 2,
    values: [2, 3],
    parameter_title: "k",
    color_by: "cluster",
    sweep: 1,
    map: 1,
    has_numbers: true,
    paints: true,
  },
  wall: { x: [7, 8, null], y: [0, 0, null], cell: 1, note: "the wall keeps 50%" },
  views: [view(2, [0, 1, 1]), view(3, [0, 1, 2])],
  numbers: [],
  values: [stored(2, [0, 1, 2]), stored(3, null)],
  colors: { silhouette: ["#d55e00", "#0072b2"], other: "#9a9a9a" },
  credits: Array(3).fill({ text: "Untitled", lines: [] }),
  evidence: null,
  found: null,
  answers: encoded(ANSWERS),
  is_revealed: false,
};

// The plots, which hear changes as Bokeh's documents do.
function plots() {
  const hearing = [];
  const say = (event) => {
    for (const hear of hearing) hear(event);
  };
  const signal = { connect() {} };
  const model = (values = {}) => ({
    taps: [],
    setv(changes) {
      Object.assign(this, changes);
    },
    on_event(_event, tap) {
      this.taps.push(tap);
    },
    ...values,
  });
  const selection = () => {
    let rows = [];
    return {
      properties: { indices: { change: signal } },
      get indices() {
        return rows;
      },
      set indices(next) {
        rows = next;
        say({ model: this, attr: "indices", sync: true });
      },
      setv({ indices }) {
        rows = indices;
        say({ model: this, attr: "indices", sync: false });
      },
    };
  };
  const line = (name) => model({ center: [model({ name })] });
  const frame = {
    properties: { inner_width: { is_unset: false } },
    inner_width: 200,
    inner_height: 300,
    x_range: { start: -1, end: 1 },
  };
  const words = { clusters: [0, 1], sizes: [1, 2], word_positions: [0, 15] };
  const [numbers, points, tiles] = ["cluster numbers", "points", "tiles"].map((name) =>
    model({ name, visible: name !== "tiles" }),
  );
  const models = {
    images: model({
      data: { x: [1, 2, 3], y: [1, 2, 3] },
      selected: selection(),
      get_column(name) {
        return this.data[name];
      },
    }),
    words: model({ get_column: (name) => words[name] }),
    numbers: model(),
    "image colours": model(),
    silhouettes: {
      ...line("mean"),
      ...frame,
      title: model(),
      y_range: model({ start: 30, end: -1 }),
    },
    elbow: line("current"),
    score: line("current"),
    scatter: model({ renderers: [numbers, points, tiles] }),
    "map images": model({ data: { shown: ["none"], cell: [0] } }),
    sheets: { get_column: () => [], patching: signal, properties: { data: { change: signal } } },
  };
  const byId = {
    root: {},
    "id of images": model(),
    "id of flow": model({ title: model() }),
    "id of ribbons": model({ selected: selection() }),
    "id of blocks": model(),
    "id of silhouettes": model(),
    "id of curves": model(),
  };
  return {
    models,
    byId,
    numbers,
    get_model_by_id: (id) => byId[id] ?? null,
    get_model_by_name: (name) => models[name],
    on_change: (hear) => hearing.push(hear),
  };
}

let parsed;
let page;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const places = ["page", "controls", "plots", "foot", "parts"];
  parsed = parseHTML(
    `<html><body>${places.map((name) => `<div id="cliplab-${name}"></div>`).join("")}</body></html>`,
  );
  page = plots();
  const { window } = parsed;
  window.Bokeh = { documents: [page] };
  window.screen = { availHeight: 800 };
  globalThis.window = window;
  globalThis.document = parsed.document;
  globalThis.requestAnimationFrame = (call) => call();
});

afterEach(() => mock.timers.reset());

const place = (name) => document.getElementById(`cliplab-${name}`);
const text = (name) => place(name).textContent;
const press = (name) => {
  const buttons = [...document.querySelectorAll("button")];
  buttons.find((each) => each.textContent === name).click();
};
// What Bokeh and the page's own script hear of a tap.
const tapBars = (at) => {
  mock.timers.tick(300); // Until the script has found the plots.
  const { taps, js_event_callbacks: heard } = page.models.silhouettes;
  for (const tap of [...taps, ...heard.tap]) tap(at);
};
const names = () => [...document.querySelectorAll(".name")].map((each) => each.textContent);
const color = (name) => {
  const [, select] = document.querySelectorAll("select");
  for (const each of select.querySelectorAll("option")) {
    each.toggleAttribute("selected", each.getAttribute("value") === name);
  }
  select.dispatchEvent(new parsed.Event("change"));
};

test("it opens with a sentence and the typical images, and says nothing of classes", () => {
  savedPage(VALUE, page);
  assert.match(text("foot"), /2 clusters.*typical/);
  assert.deepEqual(names(), ["image 0", "image 1"]);
  assert.match(text("parts"), /silhouette 0\.10.*silhouette -0\.05/);
  assert.doesNotMatch(document.body.textContent, /boat/);
});

test("a page of plots is embedded first", async () => {
  document.body.append(
    Object.assign(document.createElement("script"), {
      id: "cliplab-value",
      textContent: JSON.stringify({ ...VALUE, item: { doc: 1 } }),
    }),
  );
  const embedded = [];
  await openSavedPage({ embed: { embed_item: async (...args) => embedded.push(args) } });
  assert.deepEqual(embedded, [[{ doc: 1 }, "cliplab-plots"]]);
  assert.match(text("foot"), /2 clusters/);
});

test("k turns by the control and by a tap on a curve", () => {
  savedPage(VALUE, page);
  press("+");
  assert.deepEqual(names(), ["image 0", "image 1", "image 2"]);
  assert.match(text("foot"), /3 clusters/);
  assert.deepEqual([...page.models.images.data.cluster_labels], [0, 1, 2]);
  mock.timers.tick(300);
  for (const tap of page.models.score.js_event_callbacks.tap) tap({ x: 1.2 });
  assert.match(text("foot"), /2 clusters/);
});

test("what is selected is shown, and what is only previewed is not", () => {
  savedPage(VALUE, page);
  page.models.images.selected.setv({ indices: [1] });
  assert.equal(names().length, 2);
  page.models.images.selected.indices = [2];
  assert.deepEqual(names(), ["image 2"]);
  assert.match(text("foot"), /1 selected/);
  assert.match(text("parts"), /not measured/);
});

test("a tap on a bar opens it, and one between two blocks does not", () => {
  savedPage(VALUE, page);
  tapBars({ x: 0, y: 14 });
  assert.doesNotMatch(text("parts"), /made elsewhere/);
  tapBars({ x: 0, y: 10.4 });
  assert.match(text("parts"), /made elsewhere/);
});

test("a tap on a number beside the bars selects its cluster, and opens no bar", () => {
  savedPage(VALUE, page);
  tapBars({ x: -0.9, y: 10.4 });
  assert.doesNotMatch(text("parts"), /made elsewhere/);
  assert.deepEqual(names(), ["image 1", "image 2"]);
});

test("what moves is drawn in the place of the silhouettes, and a ribbon shows its images", () => {
  savedPage(VALUE, page);
  press("From k to k + 1");
  assert.equal(page.byId["id of flow"].visible, true);
  assert.equal(page.byId["id of silhouettes"].visible, false);
  assert.equal(page.byId["id of flow"].title.text, "Images that move");
  page.byId["id of ribbons"].selected.indices = [0];
  assert.deepEqual(names(), ["image 2"]);
  assert.equal(page.byId["id of flow"].visible, false);
  assert.equal(page.byId["id of curves"].visible, true);
});

test("after a commitment classes are said, on the plots too", () => {
  savedPage(VALUE, page);
  press("Answers");
  assert.match(text("parts"), /How many\?.*Encoded\./);
  place("parts").querySelector("input[type=number]").value = "3";
  press("Commit");
  assert.match(text("parts"), /You said 3\. AMI at 3/);
  assert.match(text("foot"), /3 clusters/);
  assert.deepEqual(page.models.images.data.class_names, ["boat", "car", ""]);
  press("Show 1");
  assert.deepEqual(names(), ["a"]);
  assert.match(text("parts"), /boat/);
  press("Images");
  page.models.images.selected.indices = [2];
  assert.match(text("parts"), /no class/);
});

test("classes that were never hidden are said at once, and those left out never", () => {
  savedPage({ ...VALUE, is_revealed: true }, page);
  assert.match(text("parts"), /boat/);
  place("parts").replaceChildren();
  savedPage({ ...VALUE, answers: null, is_revealed: true }, page);
  assert.match(text("parts"), /Without the classes\./);
  assert.doesNotMatch(text("parts"), /Answers/);
});

test("the map becomes a wall that stays as k and colours change, and comes back", () => {
  savedPage({ ...VALUE, is_revealed: true }, page);
  const menu = [...place("controls").querySelectorAll("select")][0];
  const choose = (name) => {
    Object.defineProperty(menu, "value", { value: name, configurable: true });
    menu.dispatchEvent(new window.Event("change"));
  };
  choose("wall");
  press("+");
  color("silhouette");
  color("cluster");
  assert.deepEqual([...page.models.images.data.x], [7, 8, Number.NaN]);
  assert.equal(page.numbers.visible, false);
  assert.match(text("controls"), /the wall keeps 50%/);
  choose("none");
  assert.deepEqual(page.models.images.data.x, [1, 2, 3]);
  assert.equal(page.numbers.visible, true);
});

test("colours by class stay as k moves, and those by cluster come back", () => {
  savedPage({ ...VALUE, is_revealed: true }, page);
  const colors = () => [...page.models.images.data.color_values];
  color("class");
  assert.deepEqual(colors(), [0, 1, Number.NaN]);
  assert.equal(page.numbers.visible, false);
  assert.match(text("controls"), /boat/);
  press("+");
  assert.deepEqual(colors(), [0, 1, Number.NaN]);
  color("silhouette");
  assert.deepEqual(page.models["image colours"].palette, ["#d55e00", "#0072b2"]);
  assert.match(text("controls"), /-0\.30.*0\.30/);
  color("cluster");
  assert.deepEqual(colors(), [0, 1, 2]);
  assert.equal(page.numbers.visible, true);
});
