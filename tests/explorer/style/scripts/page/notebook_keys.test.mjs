import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { keepKeys } from "../../../../../cliplab/explorer/style/scripts/page/notebook_keys.js";

const KEPT = "data-lm-suppress-shortcuts";
let button;
let outside;
let end;
let heard;

beforeEach(() => {
  const { document } = parseHTML("<main><button></button></main><b></b>");
  button = document.querySelector("button");
  outside = document.querySelector("b");
  heard = null;
  globalThis.window = {
    addEventListener: (_name, hear, isFirst) => {
      heard = isFirst && hear;
    },
    removeEventListener: (_name, hear) => {
      if (hear === heard) heard = null;
    },
  };
  end = keepKeys((part) => part.closest("main") !== null);
});

test("arrows, Enter and letters are the control's that has the focus", () => {
  for (const key of ["ArrowDown", "Enter", " ", "x"]) {
    button.removeAttribute(KEPT);
    heard({ key, target: button });
    assert.ok(button.hasAttribute(KEPT), key);
  }
});

test("Shift and an arrow extend a selection, and are the control's too", () => {
  heard({ key: "ArrowDown", shiftKey: true, target: button });
  assert.ok(button.hasAttribute(KEPT));
});

test("what runs a cell or saves stays the notebook's", () => {
  heard({ key: "ArrowDown", target: button });
  heard({ key: "Enter", shiftKey: true, target: button });
  assert.ok(!button.hasAttribute(KEPT));
  heard({ key: "s", ctrlKey: true, target: button });
  assert.ok(!button.hasAttribute(KEPT));
});

test("keys elsewhere in the notebook are left alone", () => {
  heard({ key: "ArrowDown", target: outside });
  assert.ok(!outside.hasAttribute(KEPT));
});

test("in the end nobody listens", () => {
  end();
  assert.equal(heard, null);
});
