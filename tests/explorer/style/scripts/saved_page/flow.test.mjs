import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  flowPart,
  paintFlow,
  ribbonPaths,
  rowsOfRibbon,
} from "../../../../../cliplab/explorer/style/scripts/saved_page/flow.js";

const SAID = { last: "{value} is the last", all_that_move: "Show all" };
const MOVES = {
  sentence: "2 of 9 images move.",
  title: "Images that move",
  movers: [3, 1],
  edges: [[0, 0.5, 0.1]],
  ribbons: { before: ["0"], after: ["noise"], colors: ["#000"] },
  blocks: { names: ["0"] },
};
const model = () => ({
  setv(changes, options) {
    assert.deepEqual(options, { sync: false });
    Object.assign(this, changes);
  },
});

beforeEach(() => {
  globalThis.document = parseHTML("<html></html>").document;
});

test("what moves is said and shown; after the last k nothing moves", () => {
  const shown = [];
  const part = flowPart(SAID, (rows) => shown.push(rows));
  part.draw(4, { moves: MOVES });
  assert.match(part.element.textContent, /^2 of 9 images move\./);
  part.element.querySelector("button").click();
  assert.deepEqual(shown, [[3, 1]]);
  part.draw(20, { moves: null });
  assert.match(part.element.textContent, /^20 is the last/);
  assert.equal(part.element.querySelector("button").disabled, true);
});

test("a ribbon goes smoothly from its left end to its right end, and back below", () => {
  const { xs, ys } = ribbonPaths(MOVES.edges);
  assert.equal(xs[0].length, 48);
  assert.deepEqual([ys[0][0], ys[0][23]], [0, 0.5]);
  assert.deepEqual([ys[0][24], ys[0][47]], [0.6, 0.1]);
  assert.deepEqual([xs[0][0], xs[0][23], xs[0][24]], [0.03, 0.97, 0.97]);
});

test("ribbons and blocks are painted, and none is selected any more", () => {
  const models = { flow: { title: model() }, ribbons: model(), blocks: model() };
  models.ribbons.selected = model();
  paintFlow(models, MOVES);
  assert.equal(models.flow.title.text, "Images that move");
  assert.deepEqual(models.ribbons.data.before, ["0"]);
  assert.equal(models.ribbons.data.xs.length, 1);
  assert.deepEqual(models.ribbons.selected.indices, []);
  assert.deepEqual(models.blocks.data.names, ["0"]);
});

test("the images of a ribbon are those that were in one cluster and are in the other", () => {
  const labels = new Int8Array([0, 0, 1, 0]);
  const after = new Int8Array([-1, 0, -1, -1]);
  assert.deepEqual(rowsOfRibbon(MOVES.ribbons, 0, labels, after), [0, 3]);
});
