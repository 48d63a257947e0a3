import assert from "node:assert/strict";
import { test } from "node:test";
import {
  LEFT,
  rangeWithWords,
} from "../../../../cliplab/explorer/style/scripts/silhouette_range.js";

test("bars and words share the width, each pixel of words as wide as one of bars", () => {
  const range = rangeWithWords({ start: 0, end: 1 }, LEFT + 6 + 100);
  assert.ok(Math.abs(range.start - -LEFT / 100) < 1e-12);
  assert.ok(Math.abs(range.end - 1.06) < 1e-12);
});

test("in a narrow window bars keep a little width", () => {
  const range = rangeWithWords({ start: 0, end: 1 }, 30);
  assert.ok(Math.abs(range.end - range.start - (20 + LEFT + 6) / 20) < 1e-12);
});
