import assert from "node:assert/strict";
import { test } from "node:test";
import {
  frameOf,
  movesOf,
  numberAt,
  placeNumbers,
} from "../../../../cliplab/explorer/style/scripts/map_numbers.js";

const frame = (across = [0, 100], up = [0, 100], side = 400) => ({
  across: { start: across[0], end: across[1] },
  up: { start: up[0], end: up[1] },
  width: side,
  height: side,
});
// Numbers at places that look random and are the same each time.
function many(n, reach = 100) {
  const next = ((state) => () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  })(n);
  const each = Array.from({ length: n }, (_, i) => i);
  return {
    names: each.map(String),
    x: each.map(() => reach * next()),
    y: each.map(() => reach * next()),
    sizes: each.map(() => 1 + Math.floor(50 * next())),
  };
}
const apart = (one, other) =>
  Math.abs(one.x - other.x) >= (one.width + other.width) / 2 ||
  Math.abs(one.y - other.y) >= (one.height + other.height) / 2;

test("no two numbers cover each other, wherever the clusters are", () => {
  for (let n = 1; n <= 130; n += 1) {
    for (const reach of [100, 12, 1]) {
      const placed = placeNumbers(many(n, reach), frame());
      for (const [i, one] of placed.entries()) {
        assert.ok(placed.slice(i + 1).every((other) => apart(one, other)));
      }
      assert.ok(placed.length >= 1);
    }
  }
});

test("a number stands at its place unless a larger cluster has it, and then beside it", () => {
  const numbers = { names: ["0", "1"], x: [50, 50.5], y: [50, 50], sizes: [3, 9] };
  const [first, second] = placeNumbers(numbers, frame());
  assert.deepEqual([first.i, first.dx, first.dy], [1, 0, 0]);
  assert.deepEqual([first.x, first.y], [202, 200]);
  assert.equal(second.i, 0);
  assert.ok(Math.hypot(second.dx, second.dy) < 25);
});

test("at most twenty are written, of the largest clusters, and those of others as one zooms in", () => {
  const numbers = many(100);
  const all = placeNumbers(numbers, frame()).map(({ i }) => i);
  assert.equal(all.length, 20);
  const largest = numbers.sizes.toSorted((a, b) => b - a)[19];
  assert.ok(all.filter((i) => numbers.sizes[i] >= largest).length >= 17);
  const zoomed = placeNumbers(numbers, frame([0, 30], [0, 30])).map(({ i }) => i);
  assert.ok(zoomed.every((i) => numbers.x[i] <= 30 && numbers.y[i] <= 30));
  assert.ok(zoomed.some((i) => numbers.sizes[i] < largest));
});

test("the number under the mouse is found where it is written, moved or not", () => {
  const numbers = { names: ["0", "11"], x: [50, 50], y: [50, 50], sizes: [9, 3] };
  const moves = { x: movesOf("dx", numbers, frame()), y: movesOf("dy", numbers, frame()) };
  assert.equal(numberAt({ x: 50, y: 50 }, numbers, frame()), 0);
  const moved = { x: 50 + moves.x[1] / 4, y: 50 - moves.y[1] / 4 };
  assert.equal(numberAt(moved, numbers, frame()), 1);
  assert.equal(numberAt({ x: 5, y: 5 }, numbers, frame()), null);
  assert.deepEqual([moves.x[0], moves.y[0]], [0, 0]);
});

test("a number at the edge of the frame is moved in, to be seen whole", () => {
  const numbers = { names: ["12"], x: [0], y: [100], sizes: [1] };
  const [{ x, y, width, height, dx, dy }] = placeNumbers(numbers, frame());
  assert.deepEqual([x - width / 2, y - height / 2], [0, 0]);
  assert.deepEqual([dx, dy], [x, y]);
});

test("before the plot is painted nothing is written", () => {
  assert.equal(frameOf({ properties: { inner_width: { is_unset: true } } }), null);
  assert.deepEqual(placeNumbers(many(3), null), []);
  assert.equal(numberAt({ x: 0, y: 0 }, many(3), null), null);
  const plot = {
    properties: { inner_width: { is_unset: false } },
    ...{ inner_width: 10, inner_height: 20, x_range: "across", y_range: "up" },
  };
  assert.deepEqual(frameOf(plot), { across: "across", up: "up", width: 10, height: 20 });
});
