import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  inHundredths,
  openedBar,
  sumOf,
} from "../../../../../cliplab/explorer/style/scripts/saved_page/bar.js";

const SAID = {
  bar_help: "Tap a bar",
  bar: {
    own: "centre of {cluster}",
    nearest: "centre of the nearest {cluster}",
    a: "own",
    b: "nearest",
    sum: "({b} − {a}) / {largest} = {score}: {verdict}",
    verdicts: ["worse", "border", "better"],
    none: "{row} is noise",
    elsewhere: "made elsewhere",
    negative: "{n} negative",
    borderline: "{n} borderline",
  },
};
const STORED = {
  negative: [4, 2],
  borderline: [],
  medoids: [10, 11],
  columns: { nearest: [1, -1], a: [1036, 0], b: [1142, 0], scores: [9, 0], verdicts: [2, 1] },
};

beforeEach(() => {
  globalThis.document = parseHTML("<html></html>").document;
});

function opened() {
  const shown = [];
  const bar = openedBar(SAID, {
    look: (row) => ({ backgroundImage: `url(${row})` }),
    color: () => "#000",
    show: (rows) => shown.push(rows),
  });
  return { bar, shown, text: () => bar.element.querySelector(".cliplab-note").textContent };
}

test("a bar is taken apart: two centres, two distances, and the sum", () => {
  const { bar, text } = opened();
  bar.draw(0, [0, -1], STORED);
  assert.match(text(), /centre of 0.*a = 1\.036.*= 0\.09: better.*b = 1\.142.*the nearest 1/);
  const images = [...bar.element.querySelectorAll(".cliplab-case-image")];
  assert.deepEqual(
    images.map((each) => each.style.backgroundImage),
    ["url(10)", "url(0)", "url(11)"],
  );
});

test("without a bar there is help, and what has none is said", () => {
  const { bar, text } = opened();
  bar.draw(null, [0, -1], STORED);
  assert.equal(text(), "Tap a bar");
  bar.draw(1, [0, -1], STORED);
  assert.equal(text(), "1 is noise");
  bar.draw(0, [0, -1], { ...STORED, columns: {} });
  assert.equal(text(), "made elsewhere");
});

test("lists of images that fit badly are shown in their order", () => {
  const { bar, shown } = opened();
  bar.draw(null, [0, -1], STORED);
  const [negative, borderline] = bar.element.querySelectorAll("button");
  negative.click();
  assert.deepEqual(shown, [[4, 2]]);
  assert.equal(negative.textContent, "2 negative");
  assert.equal(borderline.disabled, true);
});

test("numbers are read with the digits that they were sent with", () => {
  assert.equal(sumOf(SAID, 0, STORED.columns), "(1.142 − 1.036) / 1.142 = 0.09: better");
  assert.equal(inHundredths(-7), "-0.07");
});
