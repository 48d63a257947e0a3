import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import {
  nameControls,
  openScrolled,
} from "../../../../../cliplab/explorer/style/scripts/page/names.js";

function screen(html) {
  return parseHTML(`<main>${html}</main>`).document.querySelector("main");
}

test("the handle of a slider is called what is written beside it", () => {
  const main = screen(
    '<div class="widget-slider"><label class="widget-label">perplexity</label>' +
      '<div class="noUi-handle"></div></div>',
  );
  nameControls(main);
  assert.equal(main.querySelector(".noUi-handle").getAttribute("aria-label"), "perplexity");
});

test("a box is called what it says inside, unless it has a label that says something", () => {
  const main = screen(
    '<input placeholder="name"><input placeholder="seed"><input>' +
      '<input placeholder="a car" aria-label="search">',
  );
  const [bare, labelled, silent, named] = main.querySelectorAll("input");
  bare.labels = [{ textContent: " " }];
  labelled.labels = [{ textContent: "seed" }];
  nameControls(main);
  assert.equal(bare.getAttribute("aria-label"), "name");
  assert.equal(labelled.getAttribute("aria-label"), null);
  assert.equal(named.getAttribute("aria-label"), "search");
  assert.equal(silent.getAttribute("aria-label"), null);
});

test("what is cut can be reached and scrolled by keyboard, and what is not cut is no stop", () => {
  const main = screen('<div class="cliplab-names"></div>');
  const part = main.firstChild;
  Object.assign(part, { scrollHeight: 300, clientHeight: 200, scrollWidth: 9, clientWidth: 9 });
  openScrolled(main);
  assert.equal(part.getAttribute("tabindex"), "0");
  part.scrollHeight = 200;
  openScrolled(main);
  assert.equal(part.getAttribute("tabindex"), null);
});
