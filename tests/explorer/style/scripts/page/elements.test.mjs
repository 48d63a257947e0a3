import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import {
  decimal,
  element,
  fill,
} from "../../../../../cliplab/explorer/style/scripts/page/elements.js";

globalThis.document = parseHTML("<body></body>").document;

test("what is said is text and never HTML", () => {
  const made = element("b", { text: "<img src=x onerror=alert(1)>", title: "t" }, element("i"));
  assert.equal(made.querySelector("img"), null);
  assert.equal(made.getAttribute("title"), "t");
  assert.equal(made.lastChild.tagName, "I");
});

test("an attribute that is undefined is left out", () => {
  assert.equal(element("b", { title: undefined }).hasAttribute("title"), false);
});

test("gaps of a sentence are filled, also with nought; others are left", () => {
  assert.equal(fill("{n} of {m}, {n}", { n: 0 }), "0 of {m}, 0");
});

test("a number has the decimal point of its language", () => {
  assert.equal(decimal(0.125, 1), "0.1");
  assert.equal(decimal(-0.5, 2, ","), "-0,50");
});
