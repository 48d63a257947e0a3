// The widgets' own goodbye takes their place on the page away, but Bokeh keeps their documents.
export function forgetDocuments(Bokeh, gone) {
  for (const doc of [...Bokeh.documents]) {
    if (!doc.roots().some((root) => gone.includes(root.id))) continue;
    for (const view of [...Bokeh.index]) {
      if (view.model.document !== doc) continue;
      view.remove();
      Bokeh.index.delete(view);
    }
    doc.clear();
    Bokeh.documents.splice(Bokeh.documents.indexOf(doc), 1);
  }
}

// Where a layout is drawn anew in its place, Bokeh keeps some views of before: they have no document
// and are nowhere on the page.
export function forgetReplaced(Bokeh) {
  for (const view of [...(Bokeh?.index ?? [])]) {
    if (view.model.document || view.el.isConnected) continue;
    view.remove();
    Bokeh.index.delete(view);
  }
}

// jupyter_bokeh sends every change back to the kernel that it came from. Bokeh marks what came from
// there, so this one document can keep it from whoever listens for changes. Others are left alone.
export function keepEchoes(doc) {
  if (Object.hasOwn(doc, "_trigger_on_change")) return;
  const tell = doc._trigger_on_change;
  doc._trigger_on_change = function (event) {
    for (const each of event.events ?? [event]) {
      if (!isEcho(each)) tell.call(this, each);
    }
  };
}

export function isEcho(event) {
  return event.sync === false && event.model != null && event.attr != null;
}
