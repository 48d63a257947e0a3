import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isThatWay,
  mapSteps,
} from "../../../../../cliplab/explorer/style/scripts/page/map_keys.js";

// A unit is a pixel; the second axis points down, as pixels do.
const view = {
  frame: {
    x_scale: { compute: (x) => x },
    y_scale: { compute: (y) => 100 - y },
    bbox: { left: 0, top: 0, width: 100, height: 100 },
  },
};
const steps = (x, y) =>
  mapSteps({ get_model_by_name: () => ({ get_column: (name) => ({ x, y })[name] }) }, view);

test("a step leads to the nearest image that way, and not to a nearer one on another side", () => {
  //             from, right, far right, up, nearer and left
  const map = steps([50, 60, 90, 50, 45], [50, 52, 50, 58, 50]);
  assert.equal(map.next(0, "ArrowRight"), 1);
  assert.equal(map.next(1, "ArrowRight"), 2);
  assert.equal(map.next(0, "ArrowUp"), 3);
  assert.equal(map.next(0, "ArrowLeft"), 4);
  assert.equal(map.next(0, "ArrowDown"), null);
});

test("each direction is exactly one of four", () => {
  const ways = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ];
  for (let angle = 1; angle < 360; angle += 7) {
    const [x, y] = [Math.cos, Math.sin].map((each) => each((angle * Math.PI) / 180));
    assert.equal(ways.filter((way) => isThatWay(way, x, y)).length, 1, angle);
  }
});

test("of a map that is zoomed into only what is seen is walked to", () => {
  assert.equal(steps([50, 130], [50, 50]).next(0, "ArrowRight"), null);
});

test("one begins with the image in the middle", () => {
  assert.equal(steps([3, 47, 90], [4, 52, 90]).first(), 1);
  assert.equal(steps([], []).first(), null);
});

test("other keys lead nowhere", () => {
  assert.equal(steps([50, 60], [50, 50]).next(0, "a"), null);
});

test("the place of an image is where it is drawn", () => {
  assert.deepEqual(steps([7], [30]).box(0), { left: 7, top: 70, width: 0, height: 0 });
});

test("from an image that has no place one begins anew", () => {
  const map = steps([Number.NaN, 48, 90], [Number.NaN, 50, 50]);
  assert.equal(map.isSeen(0), false);
  assert.equal(map.isSeen(1), true);
  assert.equal(map.next(0, "ArrowRight"), 1);
});
