import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { hideCopies } from "../../../../cliplab/explorer/notebook/scripts/copies.js";

test("a rule hides the copy, once, however often plots are painted", () => {
  const { document } = parseHTML("<html><head></head><body></body></html>");
  hideCopies(document, "cliplab-copy-1");
  hideCopies(document, "cliplab-copy-1");
  hideCopies(document, "cliplab-copy-2");
  const rules = [...document.querySelectorAll("style")].map((each) => each.textContent);
  assert.equal(rules.length, 2);
  assert.match(rules[0], /^\.cliplab-copy-1 \{ display: none; \}/);
  assert.match(rules[1], /^\.cliplab-copy-2 \{ display: none; \}/);
});
