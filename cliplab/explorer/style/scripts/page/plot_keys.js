import { hoverValue } from "../hover.js";
import { barSteps } from "./bar_keys.js";
import { describe } from "./elements.js";
import { mapSteps } from "./map_keys.js";
import { placeMark } from "./place_mark.js";

// The plots for whoever does not see them, or has no mouse. Each says in a sentence what it shows;
// on the map and along the bars one walks from image to image, and on the curves from k to k.

const STEPS = { scatter: mapSteps, silhouettes: barSteps };
const CURVES = ["elbow", "score"];
const BY = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

// `step` chooses the value so many further; `selected` returns the rows that are selected, and
// `select` sets them; `open` takes the bar of a row apart; `say` reads a sentence aloud.
export function plotKeys(words, hands) {
  const known = new WeakMap();

  // Give the plots of a page their sentences, and open to the keyboard those that came since.
  function look(page, now, texts = {}) {
    for (const view of plotsOf(page)) {
      const surface = view.canvas_view.events_el;
      const { name, title } = view.model;
      if (!known.has(surface)) known.set(surface, opened(page, view, name));
      const label = [title?.text, texts[name]].filter((each) => each?.trim()).join(". ");
      describe(surface, { "aria-label": label || name });
      if (CURVES.includes(name) && now) {
        describe(surface, {
          "aria-valuemin": now.values[0],
          "aria-valuemax": now.values.at(-1),
          "aria-valuenow": now.value,
          "aria-valuetext": `${now.parameter_title} = ${now.value}`,
        });
      }
      known.get(surface)();
    }
    // Bokeh's tools are for a pointer. What they are for has keys of its own.
    for (const { el } of toolsOf(page)) {
      describe(el, { tabindex: -1 });
      // Their icons are backgrounds, which forced colours take away.
      el.style.forcedColorAdjust = "none";
    }
  }

  // Return what brings up to date what is shown of the place of the keyboard.
  function opened(page, view, name) {
    const surface = view.canvas_view.events_el;
    const isWalked = name in STEPS;
    const isCurve = CURVES.includes(name);
    describe(surface, {
      role: isWalked ? "application" : isCurve ? "slider" : "img",
      tabindex: isWalked || isCurve ? 0 : -1,
    });
    if (isWalked) {
      surface.setAttribute("aria-description", words.keys[name]);
      return walked(page, view, name);
    }
    // The ring of the focus is drawn for curves too.
    placeMark(surface);
    if (isCurve) surface.addEventListener("keydown", turn);
    return () => {};
  }

  function turn(event) {
    if (!(event.key in BY)) return;
    event.preventDefault();
    hands.step(BY[event.key]);
  }

  function walked(page, view, name) {
    const surface = view.canvas_view.events_el;
    const steps = STEPS[name](page, view);
    const mark = placeMark(surface);
    let row = null;
    let isHere = false;

    function show() {
      if (!isHere || row === null) return;
      const { lines, look } = cardOf(page, row, words);
      mark.show(steps.box(row), look, lines, words.keys[name]);
    }

    function visit(next) {
      isHere = true;
      if (next === null) return;
      row = next;
      show();
      mark.uncover();
      const isSelected = hands.selected().includes(row);
      const { lines } = cardOf(page, row, words);
      hands.say([...lines, isSelected ? words.is_selected : ""].filter(Boolean).join(", "));
    }

    function select(rows) {
      hands.select([...new Set(rows)].sort((a, b) => a - b));
    }

    function hear(event) {
      const { key, shiftKey } = event;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (key === "Enter" && shiftKey) return; // It runs the cell.
      if (key === "Enter" || key === " ") {
        event.preventDefault();
        if (row === null) visit(steps.first());
        else if (name === "silhouettes" && key === "Enter") {
          hands.open(row);
          hands.say(words.opened);
        } else {
          const chosen = hands.selected();
          select(chosen.length === 1 && chosen[0] === row ? [] : [row]);
          visit(row);
        }
      } else if (key.startsWith("Arrow")) {
        event.preventDefault();
        const next = row === null ? steps.first() : steps.next(row, key);
        if (shiftKey && next !== null) select([...hands.selected(), row ?? next, next]);
        visit(next);
      }
    }

    surface.addEventListener("keydown", hear);
    surface.addEventListener("focus", () => {
      // Who presses the plot with a finger has no use for a ring.
      const isSeen = (each) => each !== undefined && each !== null && steps.isSeen(each);
      if (surface.matches(":focus-visible")) {
        visit([row, ...hands.selected()].find(isSeen) ?? steps.first());
      }
    });
    surface.addEventListener("blur", () => {
      isHere = false;
      mark.hide();
    });
    view.repainted?.connect(show);
    return show;
  }

  return { look };
}

// Return the views of the plots of a page.
export function plotsOf(page) {
  const isPlot = (view) => view.model.document === page && view.canvas_view?.events_el;
  return window.Bokeh?.index?.query ? [...window.Bokeh.index.query(isPlot)] : [];
}

function toolsOf(page) {
  const isTool = (view) =>
    view.root?.model.document === page && view.el?.matches?.(".bk-OnOffButton, .bk-ClickButton");
  return window.Bokeh?.index?.query ? [...window.Bokeh.index.query(isTool)] : [];
}

// Return what the hover says of an image, and how it looks.
function cardOf(page, row, { hover, side }) {
  const [images, sheets, request, answer] = ["images", "sheets", "request", "answer"].map((name) =>
    page.get_model_by_name(name),
  );
  const plot = {
    ...{ images, sheets, request, answer, side, size: hover.size, words: hover.words },
    ofBars: false,
    bars: page.get_model_by_name("measured") ?? images,
    // Of very many images a thumbnail is sent when it is asked for.
    onDemand: sheets.get_column("uri").length === 0,
  };
  const value = (name) => hoverValue(name, { index: row, indices: [row] }, hover.fields, plot);
  const lines = Object.entries(hover.fields)
    .map(([name, { label }]) => [label, value(name)])
    .filter(([, text]) => text !== "")
    .map(([label, text]) => `${label} ${text}`.trim());
  return {
    lines,
    look: {
      backgroundImage: value("image"),
      backgroundPosition: value("image_position"),
      backgroundSize: value("image_size"),
      height: `${hover.size}px`,
      width: `${hover.size}px`,
    },
  };
}
