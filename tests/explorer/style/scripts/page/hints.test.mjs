import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { hintLine } from "../../../../../cliplab/explorer/style/scripts/page/hints.js";

let n_dismissed;
let line;

beforeEach(() => {
  globalThis.document = parseHTML("<html></html>").document;
  n_dismissed = 0;
  line = hintLine({ dismiss: "Got it" }, () => {
    n_dismissed += 1;
  });
});

const steps = () => [...line.element.querySelectorAll("li")].map((each) => each.textContent);

test("without a first step nothing is seen", () => {
  assert.equal(line.element.hidden, true);
  line.show([]);
  assert.equal(line.element.hidden, true);
});

test("the first steps stand in their order, as text", () => {
  line.show(["Move k.", "<b>Draw</b>."]);
  assert.equal(line.element.hidden, false);
  assert.deepEqual(steps(), ["Move k.", "<b>Draw</b>."]);
});

test("they go at once when they are dismissed, and the kernel hears of it", () => {
  line.show(["Move k."]);
  line.element.querySelector("button").click();
  assert.equal(line.element.hidden, true);
  assert.equal(n_dismissed, 1);
});
