import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  documentsOf,
  paintClusters,
  paintColors,
  paintedLabels,
  paintNumbers,
  previewRows,
  selectedRows,
  selectRows,
} from "../../../../../cliplab/explorer/style/scripts/page/paint.js";

// Models that note how they are changed, as Bokeh's do.
const model = (values = {}) => ({
  ...values,
  loud: [],
  n_drawn: 0,
  setv(changes, options = {}) {
    Object.assign(this, changes);
    if (!options.no_change) this.n_drawn += 1;
    if (options.sync !== false) this.loud.push(Object.keys(changes));
  },
});
const view = {
  value: 6,
  title: "k = 6",
  words: { names: ["0"] },
  bars_range: [10, -1],
  mean_silhouette: 0.25,
  columns: { cluster_labels: [0], silhouettes: [0.5], bar_positions: [0], color_values: [0] },
};
let models;
let page;

beforeEach(() => {
  const line = (name) => model({ name });
  models = {
    images: model({ data: { x: [1], cluster_labels: [9] }, selected: model({ indices: [3] }) }),
    words: model(),
    numbers: model(),
    "image colours": model({ palette: ["old"] }),
    silhouettes: { title: model(), y_range: model(), center: [line("mean")] },
    elbow: { center: [line("current")] },
    score: { center: [line("current")] },
  };
  page = { get_model_by_name: (name) => models[name] };
});

const everyModel = () => Object.values(models).flatMap((each) => [each, ...(each.center ?? [])]);

test("clusters are painted, other columns stay, and the kernel hears nothing", () => {
  paintClusters(page, view);
  assert.deepEqual(models.images.data.x, [1]);
  assert.deepEqual(models.images.data.cluster_labels, [0]);
  assert.equal(models.silhouettes.title.text, "k = 6");
  assert.deepEqual([models.silhouettes.y_range.start, models.silhouettes.y_range.end], [10, -1]);
  assert.equal(models.elbow.center[0].location, 6);
  assert.ok(everyModel().every((each) => !each.loud?.length));
});

test("colours that come with the clusters are one change of the columns with them", () => {
  let changes = 0;
  const { setv } = models.images;
  models.images.setv = (...given) => {
    changes += 1;
    return setv.apply(models.images, given);
  };
  paintClusters(page, view, { values: "silhouettes", palette: ["new"], low: -1, high: 1 });
  assert.equal(changes, 1);
  assert.deepEqual(models.images.data.cluster_labels, [0]);
  assert.deepEqual(models.images.data.color_values, [0.5]);
  assert.deepEqual(models["image colours"].palette, ["new"]);
  // The change of the columns draws all anew; the mapper's own would do so again.
  assert.equal(models["image colours"].n_drawn, 0);
});

test("columns are found in a map as well", () => {
  models.images.data = new Map([["x", [1]]]);
  paintClusters(page, view);
  assert.deepEqual(Object.keys(models.images.data).sort(), [
    "bar_positions",
    "cluster_labels",
    "silhouettes",
    "x",
  ]);
});

test("where there is no mean there is no line", () => {
  paintClusters(page, { ...view, mean_silhouette: null });
  assert.equal(models.silhouettes.center[0].visible, false);
});

test("colours are a column of the view, with their ends and, if it has one, a palette", () => {
  paintColors(page, view, { values: "silhouettes", palette: null, low: -1, high: 1 });
  assert.deepEqual(models.images.data.color_values, [0.5]);
  assert.deepEqual(models["image colours"].palette, ["old"]);
  paintColors(page, view, { values: "color_values", palette: ["new"], low: 0, high: 1 });
  assert.deepEqual(models["image colours"].palette, ["new"]);
});

test("numbers are put where they are on the map", () => {
  paintNumbers(page, { names: ["0"], x: [1], y: [2] });
  assert.deepEqual(models.numbers.data, { names: ["0"], x: [1], y: [2] });
});

test("of a preview the kernel hears nothing; of a selection it does", () => {
  const { selected } = models.images;
  const assigned = [];
  Object.defineProperty(selected, "indices", {
    get: () => assigned.at(-1) ?? [],
    set: (rows) => assigned.push(rows),
  });
  previewRows(page, [1, 2]);
  assert.deepEqual(selectedRows(page), [1, 2]);
  assert.deepEqual(selected.loud, []);
  // What was previewed, or nothing, is told all the same: it differs from what was there before.
  for (const rows of [[1, 2], []]) {
    previewRows(page, rows);
    selectRows(page, rows);
    assert.deepEqual(selectedRows(page), rows);
    assert.notDeepEqual(assigned.at(-2), rows);
  }
});

test("bars that have a source of their own are selected with their images, and nobody is told", () => {
  models.measured = { get_column: () => [2, 5, 7], selected: model({ indices: [0] }) };
  const { selected } = models.measured;
  previewRows(page, [1, 5, 7]);
  assert.deepEqual(selected.indices, [1, 2]);
  selectRows(page, [2]);
  assert.deepEqual(selected.indices, [0]);
  selectRows(page, []);
  assert.deepEqual(selected.indices, []);
  assert.deepEqual(selected.loud, []);
});

test("the clusters that are painted can be read from the plots", () => {
  models.images.get_column = (name) => ({ cluster_labels: [1, 0] })[name];
  assert.deepEqual(paintedLabels(page), [1, 0]);
});

test("only documents with the layout of this Explorer are painted into", () => {
  const [ours, other] = ["a", "b"].map((root) => ({ get_model_by_id: (id) => id === root }));
  globalThis.window = { Bokeh: { documents: [ours, other] } };
  assert.deepEqual(documentsOf("a"), [ours]);
  globalThis.window = {};
  assert.deepEqual(documentsOf("a"), []);
});
