import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { answersPart } from "../../../../../cliplab/explorer/style/scripts/saved_page/answers.js";

const SAID = {
  my_k: "my k",
  commit: "Commit",
  before: "How many?",
  encoded: "The classes are in this file.",
  committed: "You said {k}.",
  disagreeing: "Show {n}",
};
const ANSWER = {
  sentence: "There are 3 classes.",
  tables: [{ heads: ["class"], rows: [["boat"]] }],
  disagreeing: [7],
};

beforeEach(() => {
  globalThis.document = parseHTML("<html></html>").document;
});

function opened() {
  const committed = [];
  const shown = [];
  const part = answersPart(SAID, 80, {
    commit: (k) => committed.push(k),
    show: (rows) => shown.push(rows),
  });
  return { part, committed, shown };
}

test("before a commitment there is a question, and where the classes are", () => {
  const { part } = opened();
  part.ask(4);
  assert.match(part.element.textContent, /How many\?.*my k.*Commit.*in this file/);
  assert.equal(part.element.querySelector("table"), null);
});

test("the k on the screen is proposed until one is typed", () => {
  const { part, committed } = opened();
  part.ask(4);
  part.ask(5);
  const box = part.element.querySelector("input");
  assert.equal(box.value, "5");
  box.value = "9";
  part.ask(6);
  assert.equal(box.value, "9");
  part.element.querySelector("button").click();
  assert.deepEqual(committed, [9]);
});

test("what is no number of clusters is not committed to", () => {
  const { part, committed } = opened();
  part.ask(4);
  const box = part.element.querySelector("input");
  box.focus = () => {};
  for (const typed of ["", "0", "2.5", "81", "many"]) {
    box.value = typed;
    part.element.querySelector("button").click();
  }
  assert.deepEqual(committed, []);
});

test("after a commitment there are sentence, tables and the images that disagree", () => {
  const { part, shown } = opened();
  part.draw(4, ANSWER);
  assert.match(part.element.textContent, /^You said 4\. There are 3 classes\./);
  assert.equal(part.element.querySelector("td").textContent, "boat");
  part.element.querySelector("button").click();
  assert.deepEqual(shown, [[7]]);
  part.draw(null, { ...ANSWER, disagreeing: [] });
  assert.match(part.element.textContent, /^There are 3 classes\./);
  assert.equal(part.element.querySelector("button").disabled, true);
});
