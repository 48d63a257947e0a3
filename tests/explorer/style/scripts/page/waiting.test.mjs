import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  nameOfControl,
  waitingChoices,
} from "../../../../../cliplab/explorer/style/scripts/page/waiting.js";

const WORDS = { busy: "Busy: {waiting}.", gone: "Gone." };

let asked;
let said;
let waiting;
let choices;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  [asked, said, waiting] = [[], "", 0];
  choices = waitingChoices(WORDS, {
    ask: (number) => asked.push(number),
    say: (text) => {
      said = text;
    },
    count: (number) => {
      waiting = number;
    },
  });
});

afterEach(() => mock.timers.reset());

test("a kernel that answers within half a second is not called busy", () => {
  choices.note("algorithm");
  mock.timers.tick(499);
  choices.answered(1);
  mock.timers.tick(1000);
  assert.equal(said, "");
});

test("what waits is named once, in its order, until it is taken", () => {
  for (const name of ["algorithm", "map", "algorithm"]) choices.note(name);
  assert.deepEqual(asked, [1, 2, 3]);
  mock.timers.tick(500);
  assert.equal(said, "Busy: algorithm, map.");
  choices.answered(1);
  assert.equal(said, "Busy: map, algorithm.");
  assert.equal(waiting, 2);
  choices.answered(3); // An answer is for all that was chosen before.
  assert.equal(said, "");
  assert.equal(waiting, 0);
});

test("a choice with an answer of its own is not asked after", () => {
  choices.note("k", true);
  assert.deepEqual(asked, []);
  mock.timers.tick(500);
  assert.equal(said, "Busy: k.");
});

test("a kernel that is gone is not called busy any more", () => {
  choices.note("map");
  choices.gone();
  mock.timers.tick(1000);
  choices.note("algorithm");
  mock.timers.tick(1000);
  assert.equal(said, "Gone.");
  assert.equal(waiting, 0);
});

test("a control is named as its label or its button says", () => {
  const { document } = parseHTML(`
    <div class="jupyter-widgets widget-dropdown"><label>algorithm</label><select></select></div>
    <div class="jupyter-widgets widget-slider"><label>perplexity</label><i></i></div>
    <button title="Next images"><b></b></button>
    <button> Answers </button>
    <p></p>`);
  const name = (type, selector) =>
    nameOfControl({ type, target: document.querySelector(selector) });
  assert.equal(name("change", "select"), "algorithm");
  assert.equal(name("pointerup", "i"), "perplexity");
  assert.equal(name("pointerup", "select"), "");
  assert.equal(name("click", "b"), "Next images");
  assert.equal(name("click", "button + button"), "Answers");
  assert.equal(name("click", "p"), "");
});
