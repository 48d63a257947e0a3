import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  clusterBesideBars,
  clusterOnMap,
  listenToBadges,
  listenToPlots,
} from "../../../../../cliplab/explorer/style/scripts/page/taps.js";

const known = { properties: { inner_width: { is_unset: false } } };
const plot = (values) => ({
  ...known,
  inner_width: 100,
  inner_height: 100,
  js_event_callbacks: new Map(),
  setv(changes, { sync }) {
    assert.equal(sync, false);
    Object.assign(this, changes);
  },
  says(name, event) {
    for (const hear of this.js_event_callbacks[name] ?? []) hear(event);
  },
  ...values,
});
const source = (columns) => ({ get_column: (name) => columns[name] ?? null });

let models;
let page;
let heard;

beforeEach(() => {
  const numbers = { name: "cluster numbers", visible: true };
  models = {
    // A unit is a pixel.
    scatter: plot({
      renderers: [numbers],
      x_range: { start: 0, end: 100 },
      y_range: { start: 0, end: 100 },
    }),
    silhouettes: plot({ x_range: { start: -40, end: 60 }, y_range: { start: 100, end: 0 } }),
    elbow: plot(),
    score: plot(),
    numbers: source({
      clusters: [0, 1],
      names: ["0", "1"],
      sizes: [2, 1],
      x: [20, 80],
      y: [20, 80],
    }),
    words: source({ clusters: [0, -1], sizes: [2, 1], word_positions: [30, 60] }),
    images: source({ bar_positions: [10, 20, 90], cluster_labels: [0, 0, 1] }),
  };
  page = { get_model_by_name: (name) => models[name] ?? null };
  globalThis.window = { Bokeh: {} };
  heard = [];
  listenToPlots(page, {
    choose: (cluster) => heard.push(["choose", cluster]),
    preview: (cluster) => heard.push(["preview", cluster]),
    chooseNear: (x) => heard.push(["near", x]),
  });
});

test("a tap on a number of the map chooses its cluster, and elsewhere none", () => {
  models.scatter.says("tap", { x: 80, y: 80 });
  models.scatter.says("doubletap", { x: 20, y: 20 });
  models.scatter.says("tap", { x: 50, y: 50 });
  assert.deepEqual(heard, [
    ["choose", 1],
    ["choose", 0],
  ]);
});

test("the mouse over a number previews its cluster, once, until it is left", () => {
  for (const x of [50, 20, 21, 50, 51]) models.scatter.says("mousemove", { x, y: 20 });
  models.scatter.says("mouseenter", { x: 80, y: 80 });
  models.scatter.says("mouseleave", {});
  assert.deepEqual(
    heard.map(([, cluster]) => cluster),
    [0, null, 1, null],
  );
});

test("while a lasso is drawn nothing is previewed", () => {
  models.scatter.says("mousemove", { x: 20, y: 20 });
  models.scatter.says("panstart", {});
  models.scatter.says("mousemove", { x: 80, y: 80 });
  assert.deepEqual(heard, [
    ["preview", 0],
    ["preview", null],
  ]);
  models.scatter.says("panend", {});
  models.scatter.says("mousemove", { x: 80, y: 80 });
  assert.deepEqual(heard.at(-1), ["preview", 1]);
});

test("numbers that are not drawn cannot be tapped", () => {
  models.scatter.renderers[0].visible = false;
  assert.equal(clusterOnMap(page, { x: 20, y: 20 }), null);
});

test("a typical image is tapped as its number is, while typical images are shown", () => {
  const aboveTheSecond = { x: 80, y: 80 + 20 };
  models.scatter.y_range.end = 140;
  models.scatter.inner_height = 140;
  assert.equal(clusterOnMap(page, aboveTheSecond), null);
  models["map images"] = source({ shown: ["typical"] });
  assert.equal(clusterOnMap(page, aboveTheSecond), 1);
  models["map images"] = source({ shown: ["none"] });
  assert.equal(clusterOnMap(page, aboveTheSecond), null);
});

test("left of the bars a number is its cluster, and what is beside a block the block's", () => {
  assert.equal(clusterBesideBars(page, { x: -30, y: 60 }), -1);
  assert.equal(clusterBesideBars(page, { x: -30, y: 33 }), 0);
  assert.equal(clusterBesideBars(page, { x: -30, y: 90 }), 1);
  // Among the bars each is an image, and opens its own page.
  assert.equal(clusterBesideBars(page, { x: 0, y: 60 }), null);
});

test("of very many images the bars are those of a sample", () => {
  models.measured = source({ rows: [2, 0], bar_positions: [10, 90] });
  assert.equal(clusterBesideBars(page, { x: -30, y: 10 }), 1);
  assert.equal(clusterBesideBars(page, { x: -30, y: 95 }), 0);
});

test("a tap on a curve chooses what is near", () => {
  models.elbow.says("tap", { x: 6.2 });
  models.score.says("tap", { x: 3 });
  assert.deepEqual(heard, [
    ["near", 6.2],
    ["near", 3],
  ]);
});

test("a badge of this screen's gallery is clicked as a row of the table is", () => {
  const gallery = "<div class=cliplab-gallery><button data-cluster=3><b>3</b></button></div>";
  const { document, Event } = parseHTML(`<body><main>${gallery}</main>${gallery}<p>…</p></body>`);
  globalThis.document = document;
  const [ours, other] = document.querySelectorAll("b");
  const said = [];
  const stop = listenToBadges((part) => document.querySelector("main").contains(part), {
    choose: (cluster) => said.push(cluster),
    preview: (cluster) => said.push(`preview ${cluster}`),
  });
  const send = (name, part) => part.dispatchEvent(new Event(name, { bubbles: true }));
  for (const name of ["mouseover", "click", "mouseout"]) send(name, ours);
  for (const part of [other, document.querySelector("p")]) send("click", part);
  assert.deepEqual(said, ["preview 3", 3, "preview null"]);
  stop();
  send("click", ours);
  assert.equal(said.length, 3);
});
