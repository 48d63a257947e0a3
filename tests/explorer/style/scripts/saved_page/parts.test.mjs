import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  colorMenu,
  openParts,
} from "../../../../../cliplab/explorer/style/scripts/saved_page/parts.js";

let parsed;
beforeEach(() => {
  parsed = parseHTML("<html></html>");
  globalThis.document = parsed.document;
});

test("one part is open at a time, and its button says so", () => {
  const said = { parts: { images: ["Images", ""], answers: ["Answers", ""] } };
  const elements = {
    images: document.createElement("div"),
    answers: document.createElement("div"),
  };
  const opened = [];
  const parts = openParts(said, elements, (name) => opened.push(name));
  parts.open("images");
  const buttons = parts.elements[0].querySelectorAll("button");
  buttons[1].click();
  assert.deepEqual(opened, ["images", "answers"]);
  assert.deepEqual([elements.images.hidden, elements.answers.hidden], [true, false]);
  const pressed = [...buttons].map((each) => each.getAttribute("aria-pressed"));
  assert.deepEqual(pressed, ["false", "true"]);
});

test("colours are offered and chosen, and what they stand for is said", () => {
  const chosen = [];
  const menu = colorMenu({ color_by: "colour by" }, (name) => chosen.push(name));
  menu.offer({ cluster: "cluster", class: "<b>class</b>" });
  const select = menu.elements[0].querySelector("select");
  assert.deepEqual(
    [...select.querySelectorAll("option")].map((each) => each.textContent),
    ["cluster", "<b>class</b>"],
  );
  select.querySelectorAll("option")[1].selected = true;
  select.dispatchEvent(new parsed.Event("change"));
  assert.deepEqual(chosen, ["class"]);
  menu.offer({ cluster: "cluster", class: "class", place: "place" });
  assert.equal(select.value, "class");
  menu.explain([["boat", "#000"]]);
  assert.equal(menu.elements[1].textContent, "● boat");
  menu.explain([["0.00"], ["0.30"]], ["#000", "#fff"]);
  assert.equal(menu.elements[1].textContent, "0.000.30");
  menu.explain([]);
  assert.equal(menu.elements[1].textContent, "");
});
