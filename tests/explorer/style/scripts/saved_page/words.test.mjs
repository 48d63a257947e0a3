import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { wordsPart } from "../../../../../cliplab/explorer/style/scripts/saved_page/words.js";

const SAID = {
  find: "images of",
  find_help: "{n} words",
  found: "the {n} nearest to {word}",
  not_found: "{word} is not among {n} words",
  names: ["", "name"],
};

let parsed;
beforeEach(() => {
  parsed = parseHTML("<html></html>");
  globalThis.document = parsed.document;
});

function opened(found) {
  const shown = [];
  const part = wordsPart(SAID, found, {
    chip: () => ({ color: "#000", ink: "#fff" }),
    show: (rows, words) => shown.push([rows, words]),
  });
  const box = part.element.querySelector("input");
  const find = (text) => {
    box.value = text;
    box.dispatchEvent(new parsed.Event("change"));
  };
  return { part, shown, find, note: () => part.element.querySelector("p").textContent };
}

test("a word of the vocabulary finds its images, however it is written", () => {
  const { shown, find } = opened({ car: [5, 2], tree: [1, 3] });
  find(" Car ");
  assert.deepEqual(shown, [[[5, 2], "the 2 nearest to car"]]);
});

test("another word is said not to be known", () => {
  const { shown, find, note } = opened({ car: [5, 2] });
  find("<b>bus</b>");
  assert.equal(note(), "<b>bus</b> is not among 1 words");
  find("");
  assert.deepEqual(shown, []);
});

test("words that every object knows are no words", () => {
  const { shown, find } = opened({ car: [5, 2] });
  find("constructor");
  assert.deepEqual(shown, []);
});

test("clusters have names, where there are some", () => {
  const { part } = opened(null);
  part.draw({ names: [["boat"], ["unsure"]] });
  assert.equal(part.element.querySelector("input"), null);
  assert.equal(part.element.querySelectorAll("tbody tr").length, 2);
  part.draw({ names: null });
  assert.equal(part.element.querySelector("table"), null);
});
