import assert from "node:assert/strict";
import { test } from "node:test";
import { equalScales } from "../../../../cliplab/explorer/style/scripts/equal_scales.js";

const [across, up] = [
  { start: -2, end: 2 },
  { start: 3, end: 7 },
];

test("in a square frame the square fills it", () => {
  const { x, y } = equalScales(across, up, 400, 400);
  assert.deepEqual([x.start, x.end, y.start, y.end], [-2, 2, 3, 7]);
});

test("in a wide frame there is room on both sides, in a high one above and below", () => {
  const wide = equalScales(across, up, 800, 400);
  assert.deepEqual([wide.x.start, wide.x.end, wide.y.start, wide.y.end], [-4, 4, 3, 7]);
  const high = equalScales(across, up, 400, 600);
  assert.deepEqual([high.x.start, high.x.end, high.y.start, high.y.end], [-2, 2, 2, 8]);
});

test("one unit is as long across as it is up, and a reset keeps that", () => {
  const { x, y } = equalScales(across, up, 730, 410);
  assert.ok(Math.abs(730 / (x.end - x.start) - 410 / (y.end - y.start)) < 1e-9);
  assert.deepEqual([x.reset_start, y.reset_end], [x.start, y.end]);
});
