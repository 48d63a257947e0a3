import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  addSaveButton,
  fileName,
  placeBeside,
  save,
  withPaper,
} from "../../../../cliplab/explorer/style/scripts/save_button.js";

const WORDS = {
  button: "Save <it>",
  kinds: [
    ["png", false, "PNG"],
    ["svg", true, "SVG, transparent"],
  ],
};
const labels = (...cluster_labels) => ({ get_column: () => cluster_labels });
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9"><g/></svg>';

let saved;

// A view of a plot, as Bokeh has it; what it exports is noted.
function view() {
  const painted = [];
  const pen = {
    resetTransform: () => painted.push("reset"),
    fillRect: (...box) => painted.push([pen.globalCompositeOperation, pen.fillStyle, ...box]),
  };
  const canvas = { width: 30, height: 20, getContext: () => pen };
  const exported = [];
  return {
    painted,
    exported,
    shadow_el: document.createElement("div"),
    export(kind) {
      exported.push(kind);
      const type = kind === "svg" ? "image/svg+xml" : "image/png";
      return { canvas, to_blob: async () => new Blob([SVG], { type }) };
    },
  };
}

beforeEach(() => {
  const { window, document } = parseHTML("<html><body></body></html>");
  Object.assign(globalThis, { window, document });
  saved = [];
  window.HTMLElement.prototype.hidePopover = function () {
    this.isHidden = true;
  };
  window.HTMLElement.prototype.click = function () {
    if (this.tagName === "A") saved.push(this.getAttribute("download"));
    else this.dispatchEvent(new window.Event("click"));
  };
  URL.createObjectURL = (blob) => {
    saved.push(blob);
    return "blob:it";
  };
  globalThis.setTimeout = () => 0;
});

test("a plot gets one button with a menu, however often it is asked for", () => {
  const plot = view();
  addSaveButton(plot, "map", null, WORDS);
  addSaveButton(plot, "map", null, WORDS);
  const [button, menu] = plot.shadow_el.children;
  assert.equal(plot.shadow_el.children.length, 2);
  assert.equal(button.getAttribute("aria-label"), "Save <it>");
  assert.equal(button.popoverTargetElement, menu);
  assert.deepEqual(
    [...menu.children].map((each) => each.textContent),
    ["PNG", "SVG, transparent"],
  );
});

test("a choice closes the menu and saves that kind under the name of now", async () => {
  const plot = view();
  const shown = [0, 1];
  addSaveButton(plot, "map", labels(...shown), WORDS);
  const menu = plot.shadow_el.children[1];
  menu.children[1].click();
  await new Promise(setImmediate);
  assert.ok(menu.isHidden);
  assert.deepEqual(plot.exported, ["svg"]);
  assert.equal(saved[1], "clip-map-k2.svg");
});

test("the name of a file says what it is, and how many clusters are drawn if there are some", () => {
  assert.equal(fileName("map", labels(0, 7, -1, 3)), "clip-map-k8");
  assert.equal(fileName("map", labels(0, 0)), "clip-map");
  assert.equal(fileName("inertia", null), "clip-inertia");
});

test("a PNG is painted on white behind all that is there, unless it is transparent", async () => {
  const plot = view();
  await save(plot, "clip-map", "png", true);
  assert.deepEqual(plot.painted, []);
  await save(plot, "clip-map", "png", false);
  assert.deepEqual(plot.painted, ["reset", ["destination-over", "white", 0, 0, 30, 20]]);
  assert.equal(saved.at(-1), "clip-map.png");
});

test("an SVG begins with a white sheet, unless it is transparent", async () => {
  await save(view(), "clip-map", "svg", true);
  assert.equal(await saved[0].text(), SVG);
  await save(view(), "clip-map", "svg", false);
  const text = await saved[2].text();
  assert.equal(text, withPaper(SVG));
  assert.match(text, /^<svg [^>]*><rect width="100%" height="100%" fill="white"\/><g\/><\/svg>$/);
  assert.equal(saved[2].type, "image/svg+xml");
});

test("a menu opens below its button, or above where the window ends", () => {
  const menu = { width: 100, height: 80 };
  const button = (top) => ({ right: 300, top, bottom: top + 24 });
  assert.deepEqual(placeBeside(button(10), menu, 400), { left: 200, top: 34 });
  assert.deepEqual(placeBeside(button(350), menu, 400), { left: 200, top: 270 });
  assert.deepEqual(placeBeside({ right: 60, top: 0, bottom: 24 }, menu, 50), { left: 4, top: 4 });
});

test("Escape closes an open menu, and is heard by nobody else", () => {
  const plot = view();
  document.body.append(plot.shadow_el);
  let heard = 0;
  document.body.addEventListener("keydown", () => {
    heard += 1;
  });
  addSaveButton(plot, "map", null, WORDS);
  const menu = plot.shadow_el.children[1];
  for (const key of ["Escape", "a"]) {
    const event = new window.Event("keydown", { bubbles: true });
    event.key = key;
    menu.dispatchEvent(event);
  }
  assert.ok(menu.isHidden);
  assert.equal(heard, 1);
});
