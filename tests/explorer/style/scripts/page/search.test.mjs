import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { parseHTML } from "linkedom";
import { searchBox } from "../../../../../cliplab/explorer/style/scripts/page/search.js";

let sent;
let selected;
let late;
let box;
let input;
let sentence;

const FOUND = { text: "a red car", rows: [7, 2], sentence: "The 2 images", is_done: true };

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { window, document } = parseHTML("<body></body>");
  Object.assign(globalThis, { document, Event: window.Event });
  [sent, selected, late] = [[], [], []];
  box = searchBox({ search: 'search: "a red circle"', search_help: "Search" }, "me", {
    send: (message) => sent.push(message),
    select: (rows) => selected.push(rows),
    wait: (isLate) => late.push(isLate),
  });
  [input, sentence] = box.element.children;
  box.show({ text: "", rows: [], sentence: "", is_done: true, number: null, page: null });
});

afterEach(() => {
  box.close();
  mock.timers.reset();
});

const type = (text) => {
  input.value = text;
  input.dispatchEvent(new Event("input"));
};
const enter = () => {
  const event = new Event("keydown");
  event.key = "Enter";
  input.dispatchEvent(event);
};
const answer = (values) => box.show({ ...FOUND, number: 1, page: "me", ...values });

test("there is no box before somebody says that he searches", () => {
  const other = searchBox({}, "me", {});
  assert.equal(other.element.hidden, true);
  other.show(FOUND);
  assert.equal(other.element.hidden, false);
});

test("after a pause, or Enter, what was typed is searched for once", () => {
  type("a red");
  mock.timers.tick(500);
  type("a red car");
  mock.timers.tick(599);
  assert.deepEqual(sent, []);
  mock.timers.tick(1);
  const first = { kind: "search", text: "a red car", number: 1, page: "me" };
  assert.deepEqual(sent, [first]);
  type("a red cat ");
  enter();
  mock.timers.tick(1000);
  assert.deepEqual(sent, [first, { ...first, text: "a red cat", number: 2 }]);
});

test("Enter in an empty box asks nothing, and again asks again", () => {
  enter();
  assert.equal(sent.length, 0);
  type("a red car");
  enter();
  enter();
  assert.deepEqual(
    sent.map(({ number }) => number),
    [1, 2],
  );
});

test("what was found is selected once, and said as text", () => {
  type("a red car");
  enter();
  answer({ rows: [], is_done: false, sentence: "Searching …" });
  assert.equal(sentence.textContent, "Searching …");
  assert.deepEqual(selected, []);
  answer({ sentence: "<img src=x onerror=1>" });
  answer({ sentence: "<img src=x onerror=1>" });
  assert.deepEqual(selected, [[7, 2]]);
  assert.equal(sentence.querySelector("img"), null);
  assert.equal(sentence.textContent, "<img src=x onerror=1>");
});

test("an answer to an older search is dropped", () => {
  type("a red");
  enter();
  type("a red car");
  enter();
  answer({ text: "a red", number: 1 });
  assert.deepEqual([sentence.textContent, selected], ["", []]);
  answer({ number: 2 });
  assert.deepEqual([sentence.textContent, selected], ["The 2 images", [[7, 2]]]);
});

test("what the code or another page searches for is in the box, and the kernel selects", () => {
  box.show({ ...FOUND, number: null, page: null });
  assert.equal(input.value, "a red car");
  box.show({ ...FOUND, text: "a cat", number: 5, page: "another" });
  assert.equal(input.value, "a cat");
  assert.deepEqual(selected, []);
});

test("an answer does not take away what is being typed", () => {
  type("a red car");
  enter();
  type("a red car in");
  answer();
  assert.equal(input.value, "a red car in");
});

test("an empty box ends the search at once, by hand or by a call", () => {
  type("a red car");
  enter();
  answer();
  assert.equal(box.isOn(), true);
  type("");
  assert.equal(sent.at(-1).text, "");
  answer({ text: "", rows: [], sentence: "", number: 2 });
  assert.equal(box.isOn(), false);
  type("a red car");
  mock.timers.tick(100);
  box.clear();
  mock.timers.tick(1000);
  assert.deepEqual([input.value, sent.length], ["", 2]);
});

test("the sentence is there while what was found is selected", () => {
  answer();
  for (const [rows, hidden] of [
    [[2, 7], false],
    [[2], true],
    [[], true],
  ]) {
    box.mark(rows);
    assert.equal(sentence.hidden, hidden);
  }
  answer({ rows: [], sentence: "No good match" });
  box.mark([1, 2]);
  assert.equal(sentence.hidden, false);
});

test("half a second without an answer is told, until it comes", () => {
  type("a red car");
  enter();
  mock.timers.tick(500);
  assert.deepEqual(late, [true]);
  answer({ is_done: false });
  assert.deepEqual(late, [true, false]);
  mock.timers.tick(1000);
  assert.deepEqual(late, [true, false]);
});

test("what is searched for already is not searched for again while one types it anew", () => {
  type("a red car");
  enter();
  type("a red car ");
  mock.timers.tick(1000);
  assert.equal(sent.length, 1);
});
