import assert from "node:assert/strict";
import { test } from "node:test";
import { titleThatFits } from "../../../../cliplab/explorer/style/scripts/title_that_fits.js";

const fitted = (title, width) => titleThatFits(title, width, (text) => text.length);

test("a title for which there is room stays on one line", () => {
  assert.equal(fitted("Inertia · no elbow", 18), "Inertia · no elbow");
});

test("a title is broken between its parts where there is no room", () => {
  assert.equal(fitted("k = 2 · mean 0.39 (CLIP 0.10)", 21), "k = 2 ·\nmean 0.39 (CLIP 0.10)");
  assert.equal(fitted("Silhouettes · k = 2 · mean 0.39", 20), "Silhouettes ·\nk = 2 · mean 0.39");
});

test("a part that is too wide is broken between words", () => {
  assert.equal(fitted("Inertia · no clear elbow", 9), "Inertia ·\nno clear\nelbow");
});

test("a word that is too wide has a line of its own", () => {
  assert.equal(fitted("Silhouettes of 3", 5), "Silhouettes\nof 3");
  assert.equal(fitted("Calinski-Harabasz · high", 9), "Calinski-Harabasz ·\nhigh");
});

test("a title that was broken is whole again where there is room", () => {
  assert.equal(fitted("Inertia ·\nno\nelbow", 30), "Inertia · no elbow");
  assert.equal(fitted("", 30), "");
});
