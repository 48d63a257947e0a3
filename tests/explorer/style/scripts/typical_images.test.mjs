import assert from "node:assert/strict";
import { test } from "node:test";
import { placeNumbers } from "../../../../cliplab/explorer/style/scripts/map_numbers.js";
import {
  placeTypical,
  typicalAt,
} from "../../../../cliplab/explorer/style/scripts/typical_images.js";

const frame = {
  across: { start: 0, end: 100 },
  up: { start: 0, end: 100 },
  width: 400,
  height: 400,
};
// Numbers at places that look random and are the same each time.
function many(n) {
  const next = ((state) => () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  })(n);
  const each = Array.from({ length: n }, (_, i) => i);
  return {
    names: each.map(String),
    x: each.map(() => 100 * next()),
    y: each.map(() => 100 * next()),
    sizes: each.map(() => 1 + Math.floor(50 * next())),
  };
}
const apart = (one, other) =>
  Math.abs(one.x - other.x) >= (one.width + other.width) / 2 ||
  Math.abs(one.y - other.y) >= (one.height + other.height) / 2;

test("no image covers another or a number, and each is seen whole", () => {
  for (let n = 1; n <= 60; n += 1) {
    const numbers = many(n);
    const images = placeTypical(numbers, frame);
    const pills = placeNumbers(numbers, frame);
    for (const [i, one] of images.entries()) {
      assert.ok([...images.slice(i + 1), ...pills].every((other) => apart(one, other)));
      for (const at of [one.x, one.y]) {
        assert.ok(at >= one.width / 2 && at <= 400 - one.width / 2);
      }
    }
  }
});

test("an image stands right above its number, and below it at the top of the frame", () => {
  const alone = (y) => ({ names: ["0"], x: [50], y: [y], sizes: [1] });
  const [above] = placeTypical(alone(50), frame);
  assert.equal(above.x, above.pill.x);
  const between = above.pill.y - above.pill.height / 2 - (above.y + above.height / 2);
  assert.equal(between.toFixed(6), "2.000000");
  const [below] = placeTypical(alone(98), frame);
  assert.ok(below.y > below.pill.y);
});

test("where there is no room for all, the largest clusters have their images", () => {
  const names = ["0", "1", "2"];
  const numbers = { names, x: [50, 50, 50], y: [50, 50, 50], sizes: [1, 3, 2] };
  const narrow = { ...frame, width: 96, height: 60 };
  const shown = placeTypical(numbers, narrow).map(({ i }) => i);
  assert.deepEqual(shown, [1, 2]);
});

test("an image is found under a point of the map, and nothing elsewhere or before it is painted", () => {
  const numbers = { names: ["0", "1"], x: [20, 80], y: [20, 80], sizes: [1, 2] };
  for (const image of placeTypical(numbers, frame)) {
    const point = { x: image.x / 4, y: 100 - image.y / 4 };
    assert.equal(typicalAt(point, numbers, frame), image.i);
  }
  assert.equal(typicalAt({ x: 50, y: 50 }, numbers, frame), null);
  assert.equal(typicalAt({ x: 50, y: 50 }, numbers, null), null);
  assert.deepEqual(placeTypical(numbers, null), []);
});
