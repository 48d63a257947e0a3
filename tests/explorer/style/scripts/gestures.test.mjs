import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Gestures, guardGestures } from "../../../../cliplab/explorer/style/scripts/gestures.js";

class Pointer {
  constructor(type, about) {
    Object.assign(this, { pointerId: 1, pointerType: "mouse", button: 0, type }, about);
  }
}
const FRAME = { left: 100, right: 300, top: 50, bottom: 250 };

// Make a press and its moves; what Bokeh hears is noted.
let heard;
let gestures;

beforeEach(() => {
  heard = [];
  const note = ({ type, clientX, clientY, pointerId }) =>
    heard.push([type.replace("pointer", ""), clientX, clientY, pointerId]);
  gestures = new Gestures(note, () => FRAME);
  gestures.note = note;
});

const point = (type, clientX = 0, clientY = 0, pointerId = 1) => {
  const event = new Pointer(`pointer${type}`, { clientX, clientY, pointerId });
  if (gestures[event.type](event)) gestures.note(event);
};
const names = () => heard.map(([name]) => name);

test("Bokeh hears of a press when it is lifted, so that a long one is a tap too", () => {
  point("down", 200, 100);
  point("move", 203, 100);
  assert.deepEqual(names(), ["move"]);
  point("up", 203, 100);
  assert.deepEqual(names(), ["move", "down", "up"]);
});

test("or when it is moved, however long it paused before, at the place where it began", () => {
  point("down", 200, 100);
  point("move", 208, 100);
  point("move", 240, 120);
  point("up", 240, 120);
  assert.deepEqual(names(), ["down", "move", "move", "up"]);
  assert.deepEqual(heard[0].slice(1, 3), [200, 100]);
});

test("a drag that begins outside the frame begins at its edge", () => {
  point("down", 94, 300);
  point("move", 150, 150);
  assert.deepEqual(heard[0].slice(0, 3), ["down", 101, 249]);
});

test("it begins when it is away from there: before, Bokeh would take it for a tap", () => {
  point("down", 94, 100);
  point("move", 103, 100);
  assert.deepEqual(names(), ["move"]);
  point("move", 110, 100);
  assert.deepEqual(names(), ["move", "down", "move"]);
});

test("two fingers are passed on, and what is left of them is no drag", () => {
  point("down", 200, 100, 1);
  point("down", 220, 100, 2);
  point("move", 180, 100, 1);
  assert.deepEqual(names(), ["down", "down", "move"]);
  point("up", 220, 100, 2);
  point("move", 150, 100, 1);
  assert.deepEqual(names(), ["down", "down", "move", "up"]);
  point("up", 150, 100, 1);
  point("move", 0, 0, 1);
  assert.deepEqual(names().slice(4), ["up", "move"]);
});

test("a second finger neither begins nor ends anything while the first one drags", () => {
  point("down", 200, 100, 1);
  point("move", 220, 100, 1);
  point("down", 250, 100, 2);
  point("move", 260, 100, 2);
  point("up", 260, 100, 2);
  point("move", 230, 100, 1);
  point("up", 230, 100, 1);
  assert.ok(heard.every(([, , , finger]) => finger === 1));
  assert.deepEqual(names(), ["down", "move", "move", "up"]);
});

test("a press that is cancelled, as when the page is scrolled, is forgotten", () => {
  point("down", 200, 100);
  point("cancel");
  point("down", 200, 100);
  point("up", 200, 100);
  assert.deepEqual(names(), ["cancel", "down", "up"]);
});

test("other buttons of the mouse are none of its business", () => {
  const press = new Pointer("pointerdown", { button: 2 });
  assert.equal(gestures.pointerdown(press), true);
});

test("it stands between the pointers and a plot, once, and lets everything else pass", () => {
  const guards = {};
  const told = [];
  const captured = [];
  const surface = {
    setPointerCapture: (pointer) => captured.push(pointer),
    getBoundingClientRect: () => ({ left: 0, top: 0 }),
    dispatchEvent: (event) => told.push(event) && send(event),
  };
  const el = {
    hasAttribute: (name) => name in el,
    setAttribute: (name) => Object.assign(el, { [name]: "" }),
    addEventListener(name, guard, { capture }) {
      assert.ok(capture && !(name in guards));
      guards[name] = guard;
    },
  };
  // Return whether an event comes through.
  const send = (event, target = surface) => {
    let passes = true;
    event.composedPath = () => [target];
    event.stopPropagation = () => {
      passes = false;
    };
    guards[event.type](event);
    return passes;
  };
  const view = { el, canvas_view: { events_el: surface }, frame: { bbox: FRAME } };
  guardGestures(view);
  guardGestures(view);
  guardGestures(undefined);
  const make = (type) => new Pointer(type, { clientX: 150, clientY: 100 });
  assert.equal(send(make("pointerdown")), false);
  assert.deepEqual([told, captured], [[], [1]]);
  assert.equal(send(make("pointerup")), true);
  assert.deepEqual([told.length, told[0].type, told[0].clientX], [1, "pointerdown", 150]);
  const bar = (isTool) => ({
    matches: (names) => names.includes("Toolbar") || (isTool && names.includes("OnOffButton")),
  });
  const beside = () => new Pointer("pointerdown", { clientX: 95, clientY: 100 });
  assert.equal(send(beside(), bar(true)), true);
  assert.equal(send(new Pointer("pointerdown", { clientX: 60, clientY: 100 }), bar(false)), true);
  assert.equal(send(beside(), { matches: () => false }), true);
  assert.equal(send(beside(), bar(false)), false);
  assert.equal(captured.length, 2);
});
