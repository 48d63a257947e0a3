import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import {
  colorOf,
  drawMapImages,
  placesOn,
} from "../../../../cliplab/explorer/style/scripts/map_images.js";

const { document } = parseHTML("<body></body>");
globalThis.document = document;
let calm = false;
globalThis.window = { matchMedia: () => ({ matches: calm }) };

const frame = { left: 0, right: 400, top: 0, bottom: 400 };

test("a slide begins where images are and ends where they belong", () => {
  const [from, to] = [
    { x: [0, 2], y: [0, 0] },
    { x: [1, 4], y: [2, 0] },
  ];
  const slide = { from, to, cell: 1, isWall: true };
  assert.deepEqual([...placesOn({ ...slide, share: 0 }).x], [0, 2]);
  assert.deepEqual([...placesOn({ ...slide, share: 0.5 }).x], [0.5, 3]);
  assert.deepEqual([...placesOn({ ...slide, share: 1 }).y], [2, 0]);
  assert.equal(placesOn({ ...slide, isWall: false, share: 1 }).grown, 0);
});

test("a number has the colour that the mapper gives it", () => {
  const palette = ["red", "green", 0x0000ffff];
  assert.equal(colorOf(0, palette, -0.5, 2.5, "grey"), "red");
  assert.equal(colorOf(2, palette, -0.5, 2.5, "grey"), "#0000ffff");
  assert.equal(colorOf(9, palette, -0.5, 2.5, "grey"), "#0000ffff");
  assert.equal(colorOf(Number.NaN, palette, -0.5, 2.5, "grey"), "grey");
});

const signal = () => {
  const listeners = [];
  return { connect: (each) => listeners.push(each), emit: () => listeners.map((f) => f()) };
};
const source = (data) => ({
  data,
  patching: signal(),
  properties: { data: { change: signal() } },
  selected: { indices: [], properties: { indices: { change: signal() } } },
  get_column: (name) => data[name],
});
const renderer = (glyph) => ({
  glyph,
  setv(values) {
    Object.assign(this, values);
  },
});

function made() {
  const squares = [];
  const ctx = new Proxy(
    { fillRect: (x, _y, width) => squares.push({ x: x + width / 2, alpha: ctx.globalAlpha }) },
    { get: (target, name) => target[name] ?? (() => {}) },
  );
  const transform = { palette: ["red"], low: 0, high: 1, nan_color: "grey" };
  const glyph = { fill_color: { transform } };
  const map = {
    images: source({ x: [1, 3], y: [1, 1], color_values: [0, 0] }),
    sheets: source({ uri: [""] }),
    numbers: source({ names: ["0"], x: [5], y: [5], sizes: [2], colors: ["red"], typical: [1] }),
    chosen: source({ shown: ["none"], cell: [0] }),
    points: renderer(glyph),
    tiles: renderer({ setv: () => {} }),
    side: 16,
    size: 80,
  };
  const view = {
    model: { properties: { inner_width: { is_unset: true } } },
    bbox: { width: 100, height: 100 },
    frame: {
      bbox: { ...frame, width: 100, height: 100 },
      x_scale: { compute: (x) => 10 * x },
      y_scale: { compute: (y) => 10 * y },
    },
    canvas_view: { primary: { el: document.createElement("canvas"), pixel_ratio: 1 } },
    repainted: signal(),
    request_repaint: () => {},
  };
  document.body.append(view.canvas_view.primary.el);
  drawMapImages(view, map);
  view.canvas_view.primary.el.nextSibling.getContext = () => ctx;
  const draw = () => {
    squares.length = 0;
    view.drawMore({ ctx, pixel_ratio: 1 });
    return squares.map((each) => each.x);
  };
  const toWall = () => {
    Object.assign(map.images.data, { x: [5, 7], y: [1, 1] });
    Object.assign(map.chosen.data, { shown: ["wall"], cell: [2] });
    map.images.properties.data.change.emit();
    map.chosen.properties.data.change.emit();
  };
  return { view, map, draw, squares, toWall };
}

test("nothing is drawn until asked for; then at once where the reader wants no motion", async () => {
  calm = true;
  const { map, draw, squares, toWall } = made();
  assert.deepEqual(draw(), []);
  toWall();
  await null;
  assert.deepEqual(draw(), [50, 70]);
  map.images.selected.indices = [1];
  draw();
  assert.ok(squares[0].alpha < squares[1].alpha);
});

test("images slide from the map to the wall where the reader does not mind motion", async () => {
  const steps = [];
  globalThis.requestAnimationFrame = (step) => steps.push(step);
  calm = false;
  const { map, draw, toWall } = made();
  performance.now = () => 1000;
  toWall();
  await null;
  assert.deepEqual(draw(), [10, 30]);
  assert.equal(map.points.visible, false);
  performance.now = () => 1500;
  steps.shift()();
  assert.deepEqual(draw(), [30, 50]);
  performance.now = () => 6000;
  steps.shift()();
  assert.deepEqual(draw(), [50, 70]);
  assert.equal(steps.length, 0);
  delete performance.now;
});

test("after the slide back there are dots again, and no images", async () => {
  calm = true;
  const { map, draw, toWall } = made();
  toWall();
  await null;
  calm = false;
  const steps = [];
  globalThis.requestAnimationFrame = (step) => steps.push(step);
  Object.assign(map.images.data, { x: [1, 3], y: [1, 1] });
  Object.assign(map.chosen.data, { shown: ["none"], cell: [0] });
  map.chosen.properties.data.change.emit();
  await null;
  assert.deepEqual(draw(), [50, 70]);
  const begin = performance.now();
  performance.now = () => begin + 5000;
  steps.shift()();
  delete performance.now;
  assert.deepEqual(draw(), []);
  assert.equal(map.points.visible, true);
});

test("a wall lies under what Bokeh draws, and typical images over it", () => {
  const { view, map } = made();
  const bokehs = view.canvas_view.primary.el;
  map.chosen.data.shown = ["typical"];
  view.repainted.emit();
  assert.equal(bokehs.nextSibling.className, "cliplab-map-images");
  map.chosen.data.shown = ["wall"];
  view.repainted.emit();
  assert.equal(bokehs.previousSibling.className, "cliplab-map-images");
});

test("what is selected or previewed is painted at once", () => {
  let repaints = 0;
  const { view, map } = made();
  view.request_repaint = () => {
    repaints += 1;
  };
  map.images.selected.properties.indices.change.emit();
  assert.equal(repaints, 1);
});

test("a plot gets its canvas once", () => {
  const { view, map } = made();
  const canvases = document.querySelectorAll(".cliplab-map-images").length;
  drawMapImages(view, map);
  assert.equal(document.querySelectorAll(".cliplab-map-images").length, canvases);
});
