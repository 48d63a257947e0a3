import assert from "node:assert/strict";
import { test } from "node:test";
import { barSteps } from "../../../../../cliplab/explorer/style/scripts/page/bar_keys.js";

const view = {
  frame: { x_scale: { compute: (x) => 100 * x + 40 }, y_scale: { compute: (y) => y } },
};
const source = (columns) => ({ get_column: (name) => columns[name] ?? null });
const pageOf = (models) => ({ get_model_by_name: (name) => models[name] ?? null });

// From above: rows 2, 0 of cluster 0; row 3 of cluster 1; rows 4, 1 of cluster 2.
const images = source({
  cluster_labels: [0, 2, 0, 1, 2],
  bar_positions: [1, 7, 0, 3, 6],
  silhouettes: [0.1, -0.2, 0.3, Number.NaN, 0.2],
});
const bars = barSteps(pageOf({ images }), view);

test("one walks from bar to bar, and stops at the ends", () => {
  assert.equal(bars.first(), 2);
  assert.equal(bars.next(2, "ArrowDown"), 0);
  assert.equal(bars.next(0, "ArrowDown"), 3);
  assert.equal(bars.next(3, "ArrowUp"), 0);
  assert.equal(bars.next(2, "ArrowUp"), null);
  assert.equal(bars.next(1, "ArrowDown"), null);
});

test("sideways one goes to the first bar of the next cluster, and of the one before", () => {
  assert.equal(bars.next(2, "ArrowRight"), 3);
  assert.equal(bars.next(3, "ArrowRight"), 4);
  assert.equal(bars.next(1, "ArrowRight"), null);
  assert.equal(bars.next(1, "ArrowLeft"), 3);
});

test("the place of a bar is as long as the bar, whichever way it points", () => {
  assert.deepEqual(bars.box(0), { left: 40, top: 1, width: 10, height: 0 });
  assert.deepEqual(bars.box(1), { left: 20, top: 7, width: 20, height: 0 });
  assert.equal(bars.box(3).width, 0);
});

test("of very many images those that were measured are walked along", () => {
  const measured = source({
    rows: [4, 0],
    bar_positions: [1, 0],
    silhouettes: [0.2, 0.1],
  });
  const some = barSteps(pageOf({ images, measured }), view);
  assert.equal(some.first(), 0);
  assert.equal(some.next(0, "ArrowDown"), 4);
  assert.equal(some.next(3, "ArrowDown"), 0); // One that has no bar.
  assert.equal(some.box(4).top, 1);
});
