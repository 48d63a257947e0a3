import { element } from "./elements.js";

// What is computed, beside what it will change: a sentence, a bar and a Stop, and Continue after it.
// `press` gets "stop" or "take_up", and the name of the task.
export function workLines(words, press) {
  const places = { plots: new Map(), page: new Map() };
  const boxes = Object.keys(places).map((place) =>
    element("div", { class: "cliplab-work", "data-place": place }),
  );

  function makeLine(name) {
    const sentence = element("span", { role: "status" });
    const bar = element("progress", { max: 1 });
    const button = element("button");
    button.addEventListener("click", () => press(button.dataset.act, name));
    return { sentence, bar, button, element: element("div", {}, sentence, bar, button) };
  }

  function showLine({ sentence, bar, button }, work) {
    if (sentence.textContent !== work.sentence) sentence.textContent = work.sentence;
    bar.setAttribute("aria-label", work.sentence);
    if (work.share === null) bar.removeAttribute("value");
    else bar.setAttribute("value", work.share);
    bar.hidden = work.is_stopped && work.share === null;
    button.dataset.act = work.is_stopped ? "take_up" : "stop";
    button.textContent = words[button.dataset.act];
  }

  return {
    elements: boxes,
    show(works) {
      Object.entries(places).forEach(([place, lines], i) => {
        const here = works.filter((work) => work.place === place);
        for (const name of [...lines.keys()].filter((name) => here.every((w) => w.name !== name))) {
          lines.get(name).element.remove();
          lines.delete(name);
        }
        // A line that is there stays, with its focus.
        for (const work of here) {
          if (!lines.has(work.name)) {
            lines.set(work.name, makeLine(work.name));
            boxes[i].append(lines.get(work.name).element);
          }
          showLine(lines.get(work.name), work);
        }
      });
    },
  };
}

// Dim what is stale, in the Bokeh document and on the page around it.
export function dimStale(page, elements, stale) {
  for (const [name, each] of Object.entries(elements)) {
    each?.classList.toggle("cliplab-stale", stale.includes(name));
    each?.setAttribute("aria-busy", stale.includes(name));
  }
  for (const view of window.Bokeh?.index?.query?.((each) => each.model.document === page) ?? []) {
    if (!DIMMED.includes(view.model.name)) continue;
    Object.assign(view.el.style, stale.includes(view.model.name) ? STALE : FRESH);
  }
}

const OF_PLOTS = ["scatter", "silhouettes", "elbow", "score"];
const DIMMED = [
  ...OF_PLOTS,
  ...OF_PLOTS.map((name) => `null ${name}`),
  "line",
  "flow",
  "evidence plots",
];
// What is there within a third of a second is not dimmed in between.
const STALE = { opacity: "0.35", transition: "opacity 0.2s 0.3s" };
const FRESH = { opacity: "", transition: "" };
