import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import {
  clusterOf,
  rowsOf,
  selectionChip,
} from "../../../../../cliplab/explorer/style/scripts/page/selection.js";

globalThis.document = parseHTML("<body></body>").document;

const labels = Int8Array.from([0, 1, 1, -1, 0]);
const words = {
  selected: ["{n} image", "{n} images"],
  selected_of: ["{n} image of cluster {cluster}", "{n} images of cluster {cluster}"],
  clear: "Clear",
};

test("rows are from one cluster, or from none that can be named", () => {
  assert.equal(clusterOf([1, 2], labels), 1);
  assert.equal(clusterOf([0], labels), 0);
  for (const rows of [[], [0, 1], [3]]) assert.equal(clusterOf(rows, labels), null);
  assert.equal(clusterOf([1], undefined), null);
});

test("the rows of a cluster are all of it, and those of noise too", () => {
  assert.deepEqual(rowsOf(1, labels), [1, 2]);
  assert.deepEqual(rowsOf(-1, labels), [3]);
  assert.deepEqual(rowsOf(7, labels), []);
});

test("the chip says what is selected, and is away where nothing is", () => {
  let cleared = 0;
  const chip = selectionChip(words, () => {
    cleared += 1;
  });
  const said = (rows, cluster) => {
    chip.show(rows, cluster);
    return chip.element.textContent;
  };
  assert.ok(chip.element.hidden);
  assert.equal(said([1, 2], 1), "2 images of cluster 1 ✕");
  assert.equal(said([0], 0), "1 image of cluster 0 ✕");
  assert.equal(said([0, 1], null), "2 images ✕");
  assert.ok(!chip.element.hidden);
  chip.element.click();
  assert.equal(cleared, 1);
  said([], null);
  assert.ok(chip.element.hidden);
});
