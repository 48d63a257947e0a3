import assert from "node:assert/strict";
import { test } from "node:test";
import {
  forgetDocuments,
  forgetReplaced,
  isEcho,
  keepEchoes,
} from "../../../../cliplab/explorer/notebook/scripts/documents.js";

class Doc {
  told = [];

  constructor(...roots) {
    this.names = roots;
  }

  roots() {
    return this.names.map((id) => ({ id }));
  }

  clear() {
    this.names = [];
  }

  _trigger_on_change(event) {
    this.told.push(event);
  }
}

const echo = { model: "plot", attr: "x", sync: false };
const choice = { model: "plot", attr: "x", sync: true };
const message = { msg_type: "bokeh_event" };

test("only a change of a model that came from the kernel is an echo", () => {
  assert.deepEqual([echo, choice, message].map(isEcho), [true, false, false]);
});

test("a document keeps echoes, alone and in batches, and tells all else", () => {
  const doc = new Doc("ours");
  keepEchoes(doc);
  keepEchoes(doc);
  doc._trigger_on_change(echo);
  doc._trigger_on_change(message);
  doc._trigger_on_change({ events: [echo, choice] });
  assert.deepEqual(doc.told, [message, choice]);
});

test("other documents are left alone", () => {
  const other = new Doc("other");
  keepEchoes(new Doc("ours"));
  other._trigger_on_change(echo);
  assert.deepEqual(other.told, [echo]);
  assert.equal(other._trigger_on_change, Doc.prototype._trigger_on_change);
});

test("documents whose root is gone are forgotten with their views", () => {
  const [gone, here] = [new Doc("a"), new Doc("b")];
  const removed = [];
  const view = (document) => ({ model: { document }, remove: () => removed.push(document) });
  const Bokeh = { documents: [gone, here], index: new Set([view(gone), view(here)]) };
  forgetDocuments(Bokeh, ["a"]);
  assert.deepEqual(Bokeh.documents, [here]);
  assert.deepEqual(removed, [gone]);
  assert.equal(Bokeh.index.size, 1);
});

test("views without a document and a place are forgotten, and no others", () => {
  const removed = [];
  const view = (document, isConnected) => ({
    model: { document },
    el: { isConnected },
    remove: () => removed.push(document),
  });
  const [replaced, hidden, detached] = [view(null, false), view({}, false), view(null, true)];
  const index = new Set([replaced, hidden, detached]);
  forgetReplaced({ index });
  assert.deepEqual([...index], [hidden, detached]);
  assert.deepEqual(removed, [null]);
  forgetReplaced(undefined); // Before BokehJS has come.
});
