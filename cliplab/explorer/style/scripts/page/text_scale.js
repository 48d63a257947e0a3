import { titleThatFits } from "../title_that_fits.js";
import { QUIET } from "./paint.js";

// Readers make text larger by the browser's settings, or zoom text only. What Bokeh writes on its
// canvases hears of neither, so it is told here.

const USUAL_REM = 16; // Pixels of a letter's height (rem) where nobody has changed it.
const LARGEST = 2; // Times as large as usual: plots have no room for more.
const LINES_AROUND = 5; // Of text above and below the frame of a plot: title and name may be broken.
const LINE_HEIGHT = 12; // Pixels of each of them.
const HEIGHTS = ["height", "min_height"];
const FONT_SIZES = ["text_font_size", "major_label_text_font_size", "axis_label_text_font_size"];

// Return an element that `textScale` measures by.
export function letterHeight() {
  const probe = document.createElement("span");
  Object.assign(probe.style, { position: "absolute", visibility: "hidden", width: "1rem" });
  probe.setAttribute("aria-hidden", "true");
  return probe;
}

// Return how many times as large as usual text is on this page.
export function textScale(probe) {
  const width = probe.getBoundingClientRect?.().width || USUAL_REM;
  return Math.min(LARGEST, Math.max(1, width / USUAL_REM));
}

// Return a function that makes the words of some views of plots so many times as large as the kernel
// wants them, and breaks the names of axes where they are wider than their plot.
export function scaledWords() {
  const known = new WeakMap();

  // The kernel may have changed a property since it was scaled.
  function scaled(model, name, scale, grow) {
    const mine = known.get(model) ?? {};
    known.set(model, mine);
    const wanted = mine[name]?.shown === model[name] ? mine[name].wanted : model[name];
    const shown = scale === 1 ? wanted : grow(wanted);
    mine[name] = { wanted, shown };
    if (model[name] !== shown) model.setv({ [name]: shown }, QUIET);
  }

  return (views, scale) => {
    const times = (size) => `${Number.parseFloat(size) * scale}px`;
    for (const { model, frame } of views) {
      const axes = [...(model.below ?? []), ...(model.left ?? [])];
      for (const words of [model.title, ...axes]) {
        for (const name of FONT_SIZES.filter((each) => words?.[each]))
          scaled(words, name, scale, times);
      }
      // What is above and below the frame would take its room.
      const more = (scale - 1) * LINES_AROUND * LINE_HEIGHT;
      const higher = (height) => Math.round(height + more);
      for (const name of HEIGHTS.filter((each) => model[each])) scaled(model, name, scale, higher);
      for (const axis of model.below ?? []) breakName(axis, frame.bbox.width);
    }
  };
}

function breakName(axis, width) {
  if (!axis.axis_label || width < 1) return;
  const brush = document.createElement("canvas").getContext("2d");
  const { axis_label_text_font_style: style, axis_label_text_font: font } = axis;
  brush.font = `${style} ${axis.axis_label_text_font_size} ${font}`;
  const text = titleThatFits(axis.axis_label, width, (words) => brush.measureText(words).width);
  if (text !== axis.axis_label) axis.setv({ axis_label: text }, QUIET);
}
