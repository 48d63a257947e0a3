import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { parseHTML } from "linkedom";
import { renderWithChannel } from "../../../../cliplab/explorer/notebook/scripts/channel.js";

const WORDS = { question: "How many groups?", columns: {}, hints: [], selected: ["", ""] };

test("the script tells the kernel by its own model, and hears by the channel", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { window, document } = parseHTML("<body><div id=here></div></body>");
  const listens = { addEventListener() {}, removeEventListener() {} };
  Object.assign(globalThis, { document, window: { Bokeh: { documents: [] }, ...listens } });
  globalThis.Event = window.Event;
  const heard = new Set();
  const channel = { on: (name) => heard.add(name), off: (name) => heard.delete(name) };
  const sent = [];
  const model = {
    get: (name) => ({ words: WORDS, root: "root", channel: "channel id" })[name],
    send: (message) => sent.push(message),
    on: assert.fail,
    off: assert.fail,
    widget_manager: { get_model: async (id) => id === "channel id" && channel },
  };
  const close = await renderWithChannel({ model, el: document.getElementById("here") });
  assert.ok(sent[0].ready);
  assert.ok(heard.has("msg:custom"));
  close();
  assert.equal(heard.size, 0);
  mock.timers.reset();
});
