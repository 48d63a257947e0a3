import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { entrance } from "../../../../../cliplab/explorer/style/scripts/page/entrance.js";

let frame;
let scrolled;

const place = (element, top, bottom) => {
  element.getBoundingClientRect = () => ({ top, bottom });
};

// A window of 600 px that stands at the last cell, 900 px below the Explorer's top.
beforeEach(() => {
  const { document, Event } = parseHTML(`<html><body>
    <div class="jp-WindowedPanel-outer">
      <div class="jp-Cell" id="first"></div>
      <div class="jp-Cell"><div class="cliplab-frame"><i></i></div></div>
      <div class="jp-Cell jp-mod-active" id="last"></div>
    </div></body></html>`);
  Object.assign(globalThis, { document, Event });
  frame = document.querySelector(".cliplab-frame");
  scrolled = [];
  frame.scrollIntoView = (how) => scrolled.push(how);
  place(document.querySelector(".jp-WindowedPanel-outer"), 0, 600);
  place(frame, -900, 100);
  place(document.getElementById("last"), 500, 580);
});

const begin = () => entrance(frame.querySelector("i"));

test("the Explorer above the last cell is scrolled to", () => {
  const { enter } = begin();
  enter();
  place(frame, 0, 1000);
  enter();
  assert.deepEqual(scrolled, [{ block: "start" }]);
});

test("where JupyterLab goes to its last cell a little later, it is scrolled to again", () => {
  place(frame, 20, 900);
  const { enter } = begin();
  enter();
  place(frame, -900, 100);
  enter();
  assert.deepEqual(scrolled, [{ block: "start" }]);
});

test("once it has been looked at some times it is left alone", () => {
  place(frame, 20, 900);
  const { enter } = begin();
  for (let i = 0; i < 5; i += 1) enter();
  place(frame, -900, 100);
  enter();
  assert.deepEqual(scrolled, []);
});

for (const touch of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  test(`whoever touches the page (${touch}) is left alone`, () => {
    const { enter } = begin();
    document.dispatchEvent(new Event(touch));
    enter();
    assert.deepEqual(scrolled, []);
  });
}

test("whoever has scrolled away from the active cell before is left alone", () => {
  place(document.getElementById("last"), 2000, 2080);
  begin().enter();
  assert.deepEqual(scrolled, []);
});

test("where JupyterLab has ended above the active cell, the Explorer is scrolled to", () => {
  place(document.getElementById("last"), 900, 900);
  begin().enter();
  assert.deepEqual(scrolled, [{ block: "start" }]);
});

test("whoever reads further down, where neither is seen, is left alone", () => {
  place(document.getElementById("last"), 2000, 2000);
  place(frame, -900, -100);
  begin().enter();
  assert.deepEqual(scrolled, []);
});

test("an Explorer whose top is seen stays where it is", () => {
  place(frame, 20, 900);
  begin().enter();
  assert.deepEqual(scrolled, []);
});

test("an Explorer below the active cell, as in a page loaded again, is not scrolled to", () => {
  document.getElementById("last").classList.remove("jp-mod-active");
  const first = document.getElementById("first");
  first.classList.add("jp-mod-active");
  place(first, 0, 50);
  place(frame, 700, 1500);
  begin().enter();
  assert.deepEqual(scrolled, []);
});

test("an Explorer in the active cell, which was run alone, stays where it is", () => {
  document.getElementById("last").classList.remove("jp-mod-active");
  const own = frame.parentElement;
  own.classList.add("jp-mod-active");
  place(own, -950, 120);
  begin().enter();
  assert.deepEqual(scrolled, []);
});

test("as long as a cell waits to run nothing is scrolled, and afterwards it is", () => {
  const prompt = document.createElement("div");
  prompt.className = "jp-InputPrompt";
  prompt.textContent = "[*]:";
  document.getElementById("last").append(prompt);
  const { enter } = begin();
  enter();
  assert.deepEqual(scrolled, []);
  prompt.textContent = "[7]:";
  enter();
  assert.deepEqual(scrolled, [{ block: "start" }]);
});

test("outside of JupyterLab nothing is scrolled", () => {
  document.querySelector(".jp-WindowedPanel-outer").className = "other";
  begin().enter();
  assert.deepEqual(scrolled, []);
});
