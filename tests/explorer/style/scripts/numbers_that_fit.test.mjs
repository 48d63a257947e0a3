import assert from "node:assert/strict";
import { test } from "node:test";
import {
  movesInside,
  numbersThatFit,
} from "../../../../cliplab/explorer/style/scripts/numbers_that_fit.js";

const range = { start: 100, end: 0 };
const positions = [10, 15, 20, 25, 30];
const alike = [1, 1, 1, 1, 1];

test("in a high plot all numbers are written", () => {
  assert.deepEqual(numbersThatFit(positions, alike, range, 400), [0, 1, 2, 3, 4]);
});

test("in a low one none covers another, and the first is always there", () => {
  assert.deepEqual(numbersThatFit(positions, alike, range, 150), [0, 2, 4]);
  assert.deepEqual(numbersThatFit(positions, alike, range, 0), [0]);
  assert.deepEqual(numbersThatFit([], [], range, 110), []);
});

test("the largest clusters have their numbers first", () => {
  assert.deepEqual(numbersThatFit(positions, [1, 9, 2, 1, 1], range, 150), [1, 3]);
  assert.deepEqual(numbersThatFit(positions, [1, 1, 1, 1, 9], range, 0), [4]);
});

test("a number that was moved from the end covers none either", () => {
  assert.deepEqual(numbersThatFit([0, 12, 25], alike, range, 100), [0, 2]);
});

test("those at an end are moved to where they are seen whole", () => {
  assert.deepEqual([...movesInside([0, 50, 100], range, 100)], [7.5, 0, -7.5]);
  assert.deepEqual([...movesInside([10, 50], range, 200)], [0, 0]);
});
