import assert from "node:assert/strict";
import { test } from "node:test";
import { sheetLook } from "../../../../../cliplab/explorer/style/scripts/page/looks.js";

globalThis.window = {};

const SHEET = `data:image/webp;base64,${btoa("sheet")}`;

test("an image is cut out of its sheet, however large it is shown", () => {
  const look = sheetLook([SHEET], 17, 16);
  assert.equal(look.backgroundPosition, `${100 / 15}% ${100 / 15}%`);
  assert.equal(look.backgroundSize, "1600%");
  assert.match(look.backgroundImage, /^url\(blob:/);
});

test("an image whose sheet has not come has no look", () => {
  assert.equal(sheetLook([SHEET, ""], 256, 16), null);
  assert.equal(sheetLook([], 0, 16), null);
});
