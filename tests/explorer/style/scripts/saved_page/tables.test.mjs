import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  textButton,
  textTable,
} from "../../../../../cliplab/explorer/style/scripts/saved_page/tables.js";

const HOSTILE = '</td><img src=x onerror="alert(1)">';

beforeEach(() => {
  globalThis.document = parseHTML("<html></html>").document;
});

test("a table says its heads and rows, and clusters on their colours", () => {
  const table = textTable(["", "class"], [[{ text: "3", color: "#d55e00" }, "boat"]]);
  const texts = [...table.querySelectorAll("th, td")].map((each) => each.textContent);
  assert.deepEqual(texts, ["", "class", "3", "boat"]);
  assert.equal(table.querySelectorAll("th").length, 1); // What is empty is no head.
  assert.equal(table.querySelector(".cliplab-chip").style.background, "#d55e00");
});

test("what is hostile is text", () => {
  const table = textTable([HOSTILE], [[HOSTILE], [{ text: HOSTILE, color: HOSTILE }]]);
  assert.equal(table.querySelector("img"), null);
  assert.equal(table.querySelector("td").textContent, HOSTILE);
});

test("a button calls when it is clicked", () => {
  let clicked = 0;
  const button = textButton("Show", () => {
    clicked += 1;
  });
  button.click();
  assert.equal(clicked, 1);
  assert.equal(button.textContent, "Show");
});
