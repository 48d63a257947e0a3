// The page inside the frame of one output: it shows what it is given, and asks the notebook around
// it, which is of another origin, for all it needs.
import "@jupyter-widgets/controls/css/widgets.css";
import { Manager } from "./manager.mjs";

const WIDGET = "application/vnd.jupyter.widget-view+json";
const SCRIPT = "application/javascript";

let notebook = null;
const asked = new Map();
const comms = new Map();
const ask = { stateOf, renderOutput: draw };
const own = new Manager(ask, { isCustom: false });
const custom = new Manager(ask, { isCustom: true });

// What the manager needs of a comm; messages wait until somebody listens.
class Comm {
  #heard = [];
  #listen = null;
  #closed = () => {};

  constructor(id) {
    this.comm_id = id;
    this.target_name = "";
  }

  send(data, callbacks, _metadata, buffers) {
    notebook.postMessage({ send: { id: this.comm_id, data, buffers: buffers?.map(bytes) } });
    // Colab says that the kernel is idle as soon as a message is on its way.
    queueMicrotask(() => {
      callbacks?.iopub?.status?.({ content: { execution_state: "idle" } });
    });
    return "";
  }

  close() {
    return "";
  }

  on_msg(listen) {
    this.#listen = listen;
    for (const message of this.#heard.splice(0)) listen(message);
  }

  on_close(closed) {
    this.#closed = closed;
  }

  hear(data, buffers) {
    const arrays = buffers.map((each) => new Uint8Array(each));
    const message = { content: { comm_id: this.comm_id, data }, buffers: arrays };
    if (this.#listen) this.#listen(message);
    else this.#heard.push(message);
  }

  end() {
    this.#closed();
  }
}

function bytes(buffer) {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : buffer;
}

// A saved notebook has outputs of widgets that were closed since.
class Closed extends Error {
  message = "This widget was closed.";
}

async function stateOf(id) {
  comms.set(id, new Comm(id));
  const state = await new Promise((resolve) => {
    asked.set(id, resolve);
    notebook.postMessage({ ask: id });
  });
  if (!state) throw new Closed();
  return { state, comm: comms.get(id) };
}

// Outputs are shown one after the other, as they came.
let last = Promise.resolve();

function show(output) {
  const place = document.createElement("div");
  document.body.append(place);
  last = last
    .then(() => draw(output, place))
    .catch((error) => {
      place.textContent = String(error);
      if (!(error instanceof Closed)) console.error(error);
    });
}

async function draw({ data = {}, metadata = {}, text, traceback }, place) {
  const shown = data[WIDGET];
  if (shown) {
    const manager = metadata[WIDGET]?.colab?.custom_widget_manager ? custom : own;
    await manager.show(shown.model_id, place);
  } else if (data["text/html"]) {
    place.append(document.createRange().createContextualFragment(data["text/html"]));
  } else if (data["image/png"]) {
    place.append(Object.assign(new Image(), { src: `data:image/png;base64,${data["image/png"]}` }));
  } else if (data[SCRIPT]) {
    const script = document.createElement("script");
    script.textContent = data[SCRIPT];
    place.append(script);
  } else {
    const words = document.createElement("pre");
    words.textContent = text ?? traceback?.join("\n") ?? data["text/plain"];
    place.append(words);
  }
}

function hear({ data: message }) {
  if (message.output) show(message.output);
  if (message.answer) asked.get(message.answer)?.(message.state);
  if (message.comm) comms.get(message.comm)?.hear(message.data, message.buffers);
  if (message.closed) comms.get(message.closed)?.end();
}

window.addEventListener("message", (event) => {
  if (!event.ports.length) return;
  [notebook] = event.ports;
  notebook.onmessage = hear;
  // The frame is as high as what it holds.
  new ResizeObserver(() => {
    notebook.postMessage({ height: document.documentElement.offsetHeight });
  }).observe(document.documentElement);
});
