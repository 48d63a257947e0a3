import { element, fill } from "../page/elements.js";
import { textButton } from "./tables.js";

const QUIETLY = { sync: false };
const N_STEPS = 24;
const EDGE = 0.03; // How wide a cluster's block is, as a share of the width.

// What moves from this k to the next: a sentence, and ribbons in the place of the silhouettes.
export function flowPart(said, show) {
  const words = element("div", { class: "cliplab-note" });
  const all = textButton(said.all_that_move, () => show(movers));
  let movers = [];
  return {
    element: element("div", {}, words, element("div", { class: "cliplab-row" }, all)),
    draw(value, { moves }) {
      words.textContent = moves ? moves.sentence : fill(said.last, { value });
      movers = moves?.movers ?? [];
      all.disabled = movers.length === 0;
    },
  };
}

// Draw the ribbons of one k into a plot and its two sources.
export function paintFlow({ flow, ribbons, blocks }, moves) {
  flow.title.setv({ text: moves.title }, QUIETLY);
  ribbons.selected.setv({ indices: [] }, QUIETLY);
  ribbons.setv({ data: { ...moves.ribbons, ...ribbonPaths(moves.edges) } }, QUIETLY);
  blocks.setv({ data: moves.blocks }, QUIETLY);
}

// Return the outline of each ribbon: a smooth step from its left end to its right one, and back.
export function ribbonPaths(edges) {
  const steps = Array.from({ length: N_STEPS }, (_, i) => i / (N_STEPS - 1));
  const x = steps.map((step) => EDGE + (1 - 2 * EDGE) * step);
  const smooth = steps.map((step) => 3 * step ** 2 - 2 * step ** 3);
  const xs = edges.map(() => [...x, ...x.toReversed()]);
  const ys = edges.map(([left, right, height]) => {
    const upper = smooth.map((share) => left + (right - left) * share);
    return [...upper, ...upper.map((y) => y + height).toReversed()];
  });
  return { xs, ys };
}

// Return the rows of the images in one ribbon.
export function rowsOfRibbon({ before, after }, ribbon, labels, labelsAfter) {
  const numberOf = (name) => (/^\d+$/.test(name) ? Number(name) : -1); // Noise has a word.
  const [from, to] = [numberOf(before[ribbon]), numberOf(after[ribbon])];
  return Array.from(labels.keys()).filter((row) => labels[row] === from && labelsAfter[row] === to);
}
