import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import {
  besideOf,
  placeMark,
} from "../../../../../cliplab/explorer/style/scripts/page/place_mark.js";

const card = { width: 60, height: 30 };
const room = { width: 200, height: 100 };
const box = (left, top, width = 20, height = 20) => ({ left, top, width, height });

test("a card is on the right of what it is about where there is room, else on the left", () => {
  assert.deepEqual(besideOf(box(50, 40), card, room), { left: 78, top: 40 });
  assert.deepEqual(besideOf(box(150, 40), card, room), { left: 82, top: 40 });
});

test("a card beside something at the lower edge is seen whole", () => {
  assert.deepEqual(besideOf(box(50, 90), card, room), { left: 78, top: 70 });
});

test("beside something as wide as the window it is below, and at the lower edge above", () => {
  assert.deepEqual(besideOf(box(10, 10, 180), card, room), { left: 140, top: 38 });
  assert.deepEqual(besideOf(box(10, 70, 180), card, room), { left: 140, top: 32 });
});

test("ring and card come and go, and what is known is text and not markup", () => {
  const { document, window } = parseHTML("<main><div></div></main>");
  globalThis.document = document;
  globalThis.window = Object.assign(window, { innerWidth: 200, innerHeight: 100 });
  const surface = document.querySelector("div");
  surface.getRootNode = () => document.querySelector("main");
  const mark = placeMark(surface);
  const [ring, shown] = [".cliplab-ring", ".cliplab-card"].map((name) =>
    document.querySelector(name),
  );
  const calls = [];
  shown.showPopover = () => calls.push("show");
  shown.hidePopover = () => calls.push("hide");
  ring.getBoundingClientRect = () => box(50, 40);
  shown.getBoundingClientRect = () => card;
  ring.scrollIntoView = () => calls.push("scroll");
  assert.ok(ring.hidden);
  mark.show({ left: 30, top: 40, width: 0, height: 0 }, {}, ["<b>bold</b>"], "how");
  assert.ok(!ring.hidden);
  assert.equal(ring.style.left, "21px"); // Around the point.
  assert.equal(shown.style.left, "78px");
  assert.equal(shown.querySelector("b"), null);
  assert.match(shown.textContent, /<b>bold<\/b>how/);
  mark.uncover();
  mark.hide();
  assert.ok(ring.hidden);
  assert.deepEqual(calls, ["show", "scroll", "hide"]);
});
