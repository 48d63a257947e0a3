import { render } from "./page.js";

// anywidget gives a script two seconds. On a page that is busy for longer, its model never hears the
// kernel again, so what the kernel tells comes through a model of ipywidgets, which always hears. Where
// that is not to be had, as on a page with a part of the widgets only, the script's own will do.
export async function renderWithChannel({ model, el }) {
  const channel = await channelOf(model);
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

async function channelOf(model) {
  try {
    return (await model.widget_manager.get_model(model.get("channel"))) ?? model;
  } catch {
    return model;
  }
}
