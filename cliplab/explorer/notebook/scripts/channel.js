import { render } from "../../style/scripts/page/page.js";

// anywidget gives a script two seconds. On a page that is busy for longer, its model never hears the
// kernel again, so what the kernel tells comes through a model of ipywidgets, which always hears.
export async function renderWithChannel({ model, el }) {
  const channel = await model.widget_manager.get_model(model.get("channel"));
  return render({
    model: {
      get: (name) => model.get(name),
      send: (message) => model.send(message),
      on: (event, hear) => channel.on(event, hear),
      off: (event, hear) => channel.off(event, hear),
    },
    el,
  });
}
