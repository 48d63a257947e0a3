// A widget manager that does what Colab's does, over the packages that Colab's is built on. It lives
// in the frame of one output, knows a widget when it is shown, and not before, and has its state
// from the notebook around it.
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import * as controls from "@jupyter-widgets/controls";
import { Widget } from "@lumino/widgets";
import * as outputs from "./outputs.mjs";

const CDN = "https://cdn.jsdelivr.net/npm/";

export class Manager extends ManagerBase {
  #notebook;
  #models = new Map();
  #modules = new Map([
    ["@jupyter-widgets/base", base],
    ["@jupyter-widgets/controls", controls],
    ["@jupyter-widgets/output", outputs],
  ]);

  #isCustom;

  // `notebook` has two methods: `stateOf(id)` and `renderOutput(output, place)`. Colab's own manager
  // knows the widgets of ipywidgets, the custom one fetches all others.
  constructor(notebook, { isCustom }) {
    super();
    this.#notebook = notebook;
    this.#isCustom = isCustom;
  }

  renderOutput(output, place) {
    return this.#notebook.renderOutput(output, place);
  }

  async show(id, place) {
    const view = await this.create_view(await this.get_model(id));
    Widget.attach(view.luminoWidget, place);
  }

  get_model(id) {
    if (!this.#models.has(id)) this.#models.set(id, this.#make(id));
    return this.#models.get(id);
  }

  async #make(id) {
    const { state, comm } = await this.#notebook.stateOf(id);
    const options = {
      model_name: state._model_name,
      model_module: state._model_module,
      model_module_version: state._model_module_version,
      model_id: id,
      comm,
    };
    return this.new_model(options, state);
  }

  async loadClass(className, moduleName, version) {
    if (!this.#modules.has(moduleName))
      this.#modules.set(moduleName, this.#load(moduleName, version));
    return (await this.#modules.get(moduleName))[className];
  }

  // The CDN has each package as one file for an AMD loader, of which this is the least.
  async #load(name, version) {
    if (!this.#isCustom) throw new Error(`Colab's own manager knows no ${name}.`);
    const answer = await fetch(`${CDN}${name}@${version.replace(/^\^/, "")}/dist/index.js`);
    if (!answer.ok) throw new Error(`The CDN has no ${name} ${version}.`);
    let [needed, factory] = [[], null];
    const define = (...given) => {
      factory = given.pop();
      needed = given.pop() ?? [];
    };
    new Function("define", await answer.text())(define);
    return factory(...(await Promise.all(needed.map((each) => this.#modules.get(each)))));
  }

  _get_comm_info() {
    throw new Error("Colab's manager does not ask the kernel which widgets there are.");
  }

  _create_comm() {
    throw new Error("The emulation opens no comm from the page.");
  }
}
