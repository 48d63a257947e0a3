// Widgets of the kind `Output` as Colab's manager has them, in place of the package for JupyterLab:
// the notebook around the frame keeps what they hold, and each change draws all of it anew.
import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";

export class OutputModel extends DOMWidgetModel {
  defaults() {
    const module = "@jupyter-widgets/output";
    const names = { _model_name: "OutputModel", _view_name: "OutputView" };
    return { ...super.defaults(), ...names, _model_module: module, _view_module: module };
  }
}

export class OutputView extends DOMWidgetView {
  render() {
    super.render();
    this.listenTo(this.model, "change:outputs", this.#draw);
    return this.#draw();
  }

  async #draw() {
    const drawn = [...this.el.childNodes];
    const places = [];
    for (const output of this.model.get("outputs") ?? []) {
      const place = document.createElement("div");
      place.hidden = true;
      this.el.append(place);
      places.push(place);
      await this.model.widget_manager.renderOutput(output, place);
    }
    for (const old of drawn) old.remove();
    for (const place of places) place.hidden = false;
  }
}
