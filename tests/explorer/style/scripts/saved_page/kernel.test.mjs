import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytesOf,
  decoded,
  storedKernel,
} from "../../../../../cliplab/explorer/style/scripts/saved_page/kernel.js";

const NOW = { value: 2, values: [2, 3], color_by: "cluster", sweep: 1 };

function opened() {
  const views = [{ view: { value: 2 }, bytes: new Uint8Array([7]) }];
  const stored = { words: { side: 16 }, root: "root", now: NOW, views, numbers: [] };
  const kernel = storedKernel({ ...stored, hints: ["Move k."] });
  const heard = [];
  kernel.on("msg:custom", (message, buffers) => heard.push({ ...message, buffers }));
  return { kernel, heard };
}

test("a script that is ready gets all views, the numbers, and what is chosen", () => {
  const { kernel, heard } = opened();
  kernel.send({ ready: true, page: "me" });
  assert.deepEqual(heard[0].view, { value: 2, sweep: 1 });
  assert.deepEqual(heard[0].buffers, [new Uint8Array([7])]);
  assert.deepEqual(heard[1].numbers, []);
  assert.deepEqual(heard[2].hints, ["Move k."]);
  assert.deepEqual(heard[3].now, NOW);
});

test("a choice is answered at once, by its number", () => {
  const { kernel, heard } = opened();
  kernel.send({ choice: 5, page: "me", value: 3 });
  assert.equal(heard[0].now.value, 3);
  assert.equal(heard[0].answer, 5);
  assert.equal(heard[0].page, "me");
});

test("a value that there is not is not chosen", () => {
  const { kernel, heard } = opened();
  kernel.send({ choice: 1, value: 9 });
  assert.equal(heard[0].now.value, 2);
});

test("whoever follows hears what is chosen, now and afterwards", () => {
  const { kernel } = opened();
  const followed = [];
  kernel.follow(({ value, color_by }) => followed.push([value, color_by]));
  kernel.send({ choice: 1, value: 3 });
  kernel.choose({ color_by: "class" });
  assert.deepEqual(followed, [
    [2, "cluster"],
    [3, "cluster"],
    [3, "class"],
  ]);
});

test("who does not listen any more hears nothing, and other events have nobody", () => {
  const { kernel } = opened();
  const heard = [];
  const hear = (message) => heard.push(message);
  kernel.on("comm_live_update", hear);
  kernel.on("msg:custom", hear);
  kernel.off("msg:custom", hear);
  kernel.send({ choice: 1, value: 3 });
  assert.deepEqual(heard, []);
  assert.equal(kernel.get("root"), "root");
});

test("a bar is opened by the page, and nothing is chosen", () => {
  const bars = [];
  const open = (row) => bars.push(row);
  const kernel = storedKernel({ words: {}, root: "root", now: NOW, views: [], numbers: [], open });
  kernel.on("msg:custom", () => assert.fail());
  kernel.send({ open: 7 });
  assert.deepEqual(bars, [7]);
});

test("bytes and what is encoded are read", () => {
  assert.deepEqual(bytesOf("AP8="), new Uint8Array([0, 255]));
  const text = Buffer.from(JSON.stringify({ class: "Käfer" })).toString("base64");
  assert.deepEqual(decoded(text), { class: "Käfer" });
});

test("it is never busy: a question is answered by its number, and chooses nothing", () => {
  const { kernel, heard } = opened();
  kernel.send({ asks: 4, page: "me" });
  assert.deepEqual(heard, [{ answers: 4, page: "me", buffers: [] }]);
});
