import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { parseHTML } from "linkedom";
import { renderWithChannel } from "../../../../../cliplab/explorer/style/scripts/page/channel.js";

const WORDS = { question: "How many groups?", columns: {}, hints: [], selected: ["", ""] };

// What is sent, and on which of the two models is listened until the view closes.
async function rendered(get_model) {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { window, document } = parseHTML("<body><div id=here></div></body>");
  const listens = { addEventListener() {}, removeEventListener() {} };
  Object.assign(globalThis, { document, window: { Bokeh: { documents: [] }, ...listens } });
  globalThis.Event = window.Event;
  const hearing = () => {
    const heard = new Set();
    return { heard, on: (name) => heard.add(name), off: (name) => heard.delete(name) };
  };
  const channel = hearing();
  const model = {
    ...hearing(),
    sent: [],
    get: (name) => ({ words: WORDS, root: "root", channel: "channel id" })[name],
    send: (message) => model.sent.push(message),
    widget_manager: { get_model: (id) => get_model(id, channel) },
  };
  const close = await renderWithChannel({ model, el: document.getElementById("here") });
  const listening = [...model.heard].includes("msg:custom") ? "model" : "channel";
  const n_heard = channel.heard.size + model.heard.size;
  close();
  mock.timers.reset();
  return { listening, n_heard, left: channel.heard.size + model.heard.size, sent: model.sent };
}

test("the script tells the kernel by its own model, and hears by the channel", async () => {
  const seen = await rendered(async (id, channel) => id === "channel id" && channel);
  assert.equal(seen.listening, "channel");
  assert.equal(seen.n_heard, 2);
  assert.equal(seen.left, 0);
  assert.ok(seen.sent[0].ready);
});

test("where there is no channel it hears by its own model", async () => {
  const ways = [
    async () => undefined,
    () => undefined,
    async () => {
      throw new Error("not found");
    },
    () => {
      throw new Error("not found");
    },
  ];
  for (const way of ways) {
    const seen = await rendered(way);
    assert.equal(seen.listening, "model");
    assert.equal(seen.n_heard, 2);
    assert.equal(seen.left, 0);
    assert.ok(seen.sent[0].ready);
  }
});
