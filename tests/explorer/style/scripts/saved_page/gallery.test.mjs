import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { gallery } from "../../../../../cliplab/explorer/style/scripts/saved_page/gallery.js";

const SAID = { previous: "Previous", next: "Next" };

beforeEach(() => {
  globalThis.document = parseHTML("<html></html>").document;
});

const figureOf = (row) => ({
  name: `image ${row}`,
  className: row === 0 ? "<b>boat</b>" : null,
  silhouette: "silhouette 0.10",
  cluster: 2,
  chip: { text: "2", color: "#d55e00", ink: "#000000" },
  credit: {
    text: "Untitled by Ada",
    lines: [
      ["Ada", "https://example.org/ada"],
      ["<i>CC0</i>", "javascript:alert(1)"],
    ],
  },
});

const names = (shown) => [...shown.element.querySelectorAll(".name")].map((e) => e.textContent);
const buttons = (shown) => [...shown.head.querySelectorAll("button")];

test("ten images are shown, and then the others", () => {
  const shown = gallery(SAID, figureOf);
  shown.show([...Array(12).keys()], "12 selected");
  assert.equal(names(shown).length, 10);
  const [back, forth] = buttons(shown);
  assert.equal(back.disabled, true);
  forth.click();
  assert.deepEqual(names(shown), ["image 10", "image 11"]);
  assert.equal(forth.disabled, true);
  back.click();
  assert.equal(names(shown)[0], "image 0");
});

test("another selection begins at its first image, and the same one stays where it is", () => {
  const shown = gallery(SAID, figureOf);
  shown.show([...Array(12).keys()], "");
  buttons(shown)[1].click();
  shown.show([...Array(12).keys()], "");
  assert.equal(names(shown)[0], "image 10");
  shown.show([5, 6], "2 selected");
  assert.deepEqual(names(shown), ["image 5", "image 6"]);
  assert.match(shown.head.textContent, /2 selected/);
});

test("names are text, and only addresses of web pages are links", () => {
  const shown = gallery(SAID, figureOf);
  shown.show([0], "");
  const figure = shown.element.querySelector("figure");
  assert.equal(figure.querySelector("figcaption b").textContent, "<b>boat</b>");
  const links = [...figure.querySelectorAll("a")].map((link) => link.getAttribute("href"));
  assert.deepEqual(links, ["https://example.org/ada"]);
  assert.equal(figure.getAttribute("title"), "image 0: Untitled by Ada");
  assert.equal(figure.querySelector("i"), null);
});

test("the number of a cluster is a button on its colour, which the page hears", () => {
  const shown = gallery(SAID, figureOf);
  shown.show([0], "");
  const badge = shown.element.querySelector("button.cluster");
  assert.equal(badge.textContent, "2");
  assert.equal(badge.getAttribute("data-cluster"), "2");
  assert.match(badge.getAttribute("style"), /background: ?#d55e00.*color: ?#000000/);
});
