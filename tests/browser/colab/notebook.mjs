// The notebook around the frames: it runs cells, and is all that stands between frames and kernel.
import { KernelConnection, KernelMessage, ServerConnection } from "@jupyterlab/services";

const OUTPUTS = new Set(["stream", "error", "display_data", "execute_result"]);

// What is saved with a notebook: its cells and the states of its widgets.
let cells = [];
const states = new Map();

// Which frames follow which widget, and which run of a cell goes where.
const followers = new Map();
const frames = [];
const runs = new Map();

// Which widget of the kind `Output` takes what the kernel shows because of which message.
const takers = new Map();
let kernel = null;
let origin = "";

export function connect({ id, address, token, frames: framesOrigin }) {
  origin = framesOrigin;
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: address,
    wsUrl: address.replace("http", "ws"),
    token,
    appendToken: true,
  });
  kernel = new KernelConnection({
    model: { id, name: "python3" },
    serverSettings,
    handleComms: false,
  });
  kernel.iopubMessage.connect((_, message) => hear(message));
}

// Run code that is in no cell; return an expression's value, as Python writes it.
export async function ask(code, expression) {
  const user_expressions = { value: expression };
  const { content } = await kernel.requestExecute({ code, silent: true, user_expressions }).done;
  const { status, traceback, data } =
    content.status === "ok" ? content.user_expressions.value : content;
  if (status !== "ok") throw new Error(traceback.join("\n"));
  return data["text/plain"];
}

export function write(index, code) {
  cells[index].code = code;
}

export function runAgain(index) {
  return run(cells[index].code, index);
}

// Run a cell again, or a new one; return its number when it is done.
export async function run(code, index = cells.length) {
  cells[index] = { code, outputs: [], height: 0 };
  const ready = makeFrame(index);
  const future = kernel.requestExecute({ code, allow_stdin: true });
  runs.set(future.msg.header.msg_id, { index, ready });
  await future.done;
  return index;
}

export function isIdle() {
  return kernel.status === "idle";
}

export function outputsOf(index) {
  return cells[index].outputs;
}

export function save() {
  return { cells, states: [...states] };
}

// Open a saved notebook whose kernel is still there.
export function open(saved) {
  cells = saved.cells;
  for (const [id, state] of saved.states) states.set(id, state);
  for (const index of cells.keys()) {
    makeFrame(index).then((port) => {
      for (const output of cells[index].outputs) port.postMessage({ output });
    });
  }
}

function hear({ header, parent_header: { msg_id: parent }, content, buffers }) {
  const { comm_id: id, data } = content;
  if (header.msg_type === "comm_open") {
    states.set(id, data.state); // And what came in buffers is lost.
  } else if (header.msg_type === "comm_msg") {
    note(id, data);
    if (data.state && "msg_id" in data.state) take(id, data.state.msg_id);
    tell(id, { comm: id, data, buffers: buffers.map((each) => each.buffer ?? each) });
  } else if (header.msg_type === "comm_close") {
    tell(id, { closed: id });
    states.delete(id);
  } else if (OUTPUTS.has(header.msg_type) && takers.has(parent)) {
    const taker = takers.get(parent);
    const output = { output_type: header.msg_type, ...content };
    const held = { outputs: [...(states.get(taker).outputs ?? []), output] };
    note(taker, { method: "update", state: held });
    tell(taker, { comm: taker, data: { method: "update", state: held }, buffers: [] });
  } else if (OUTPUTS.has(header.msg_type) && runs.has(parent)) {
    const { index, ready } = runs.get(parent);
    const output = { output_type: header.msg_type, ...content };
    cells[index].outputs.push(output);
    ready.then((port) => port.postMessage({ output }));
  }
}

// A widget of the kind `Output` says from when on and until when it takes what is shown.
function take(id, message) {
  for (const [taken, taker] of takers) if (taker === id) takers.delete(taken);
  if (message) takers.set(message, id);
}

// A notebook saves how its widgets are now.
function note(id, { method, state }) {
  if (method === "update" && states.has(id)) Object.assign(states.get(id), state);
}

function tell(id, message) {
  for (const port of followers.get(id) ?? []) port.postMessage(message);
}

function makeFrame(index) {
  const frame = document.createElement("iframe");
  frame.sandbox =
    "allow-downloads allow-forms allow-pointer-lock allow-popups allow-same-origin allow-scripts";
  frame.name = `output-${index}`;
  setHeight(frame, cells[index].height);
  frame.src = `${origin}/frame.html`;
  const ready = new Promise((resolve) => {
    frame.addEventListener("load", () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => serve(port1, frame, cells[index], data);
      frame.contentWindow.postMessage(null, origin, [port2]);
      resolve(port1);
    });
  });
  if (frames[index]) {
    frames[index].replaceWith(frame);
  } else {
    const code = document.createElement("pre");
    code.textContent = cells[index].code;
    document.body.append(code, frame);
  }
  frames[index] = frame;
  return ready;
}

function setHeight(frame, height) {
  frame.style.height = `${height || 20}px`;
}

function serve(port, frame, cell, { ask: id, send, height }) {
  if (id) {
    followers.set(id, [...(followers.get(id) ?? []), port]);
    port.postMessage({ answer: id, state: states.get(id) });
  }
  if (send) {
    note(send.id, send.data);
    kernel.sendShellMessage(
      KernelMessage.createMessage({
        msgType: "comm_msg",
        channel: "shell",
        session: kernel.clientId,
        content: { comm_id: send.id, data: send.data },
        buffers: send.buffers ?? [],
      }),
    );
  }
  if (height) {
    cell.height = height;
    setHeight(frame, height);
  }
}
