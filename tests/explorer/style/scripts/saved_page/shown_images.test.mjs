import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { shownImages } from "../../../../../cliplab/explorer/style/scripts/saved_page/shown_images.js";

const SAID = {
  show: "show",
  map_images: { none: "dots", typical: "typical images", wall: "all, as a wall" },
};
const WALL = { x: [7, null], y: [0, null], cell: 2, note: "<b>the wall keeps 50%</b>" };

let models;
let shown;
let parts;

const model = (values) => ({
  ...values,
  get_column(name) {
    return this.data[name];
  },
  setv(changes) {
    Object.assign(this, changes);
  },
});
const choose = (name) => {
  const menu = shown.label.querySelector("select");
  Object.defineProperty(menu, "value", { value: name, configurable: true });
  menu.dispatchEvent(new window.Event("change"));
};
const visible = () => parts.map((part) => part.visible);

beforeEach(() => {
  const { document, window } = parseHTML("<html></html>");
  Object.assign(globalThis, { document, window });
  parts = ["points", "tiles", "cluster numbers"].map((name) =>
    model({ name, visible: name !== "tiles" }),
  );
  models = {
    images: model({ data: { x: [1, 2], y: [3, 4], others: [5, 6] } }),
    "map images": model({ data: { shown: ["none"], cell: [0] } }),
    scatter: { renderers: parts },
  };
  shown = shownImages(SAID, WALL, { get_model_by_name: (name) => models[name] });
});

test("on the wall images are in its cells, and those without one are nowhere", () => {
  choose("wall");
  assert.deepEqual([...models.images.data.x], [7, Number.NaN]);
  assert.deepEqual(models.images.data.others, [5, 6]);
  assert.deepEqual(models["map images"].data, { shown: ["wall"], cell: [2] });
  assert.deepEqual(visible(), [false, true, false]);
  assert.equal(shown.note.textContent, WALL.note);
});

test("back from the wall everything is where it was", () => {
  choose("wall");
  choose("none");
  assert.deepEqual(models.images.data, { x: [1, 2], y: [3, 4], others: [5, 6] });
  assert.deepEqual(models["map images"].data, { shown: ["none"], cell: [0] });
  assert.deepEqual(visible(), [true, false, true]);
  assert.equal(shown.note.textContent, "");
});

test("numbers are read by cluster, and beside typical images whatever the colours mean", () => {
  shown.color(false);
  assert.deepEqual(visible(), [true, false, false]);
  choose("typical");
  assert.deepEqual(visible(), [true, false, true]);
  choose("none");
  shown.color(true);
  assert.deepEqual(visible(), [true, false, true]);
});
