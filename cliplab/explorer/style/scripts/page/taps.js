import { frameOf, numberAt } from "../map_numbers.js";
import { numbersThatFit, placesOf } from "../numbers_that_fit.js";
import { LEFT } from "../silhouette_range.js";
import { typicalAt } from "../typical_images.js";
import { QUIET } from "./paint.js";

// Clusters are opened where their numbers are: on the map, beside the bars, in the gallery.

const HALF_A_LINE = 8; // Pixels above and below the middle of a number beside the bars.

// Have the plots of a page call `choose` with the cluster whose number is tapped, `preview` with
// the one under the mouse, null when it is left, and `chooseNear` with the place on a curve.
export function listenToPlots(page, { choose, preview, chooseNear }) {
  for (const [name, find] of [
    ["scatter", clusterOnMap],
    ["silhouettes", clusterBesideBars],
  ]) {
    const plot = page.get_model_by_name(name);
    let under = null;
    let isDragging = false;
    const point = (cluster) => {
      if (cluster !== null) showHand(plot);
      if (cluster === under) return;
      under = cluster;
      preview(cluster);
    };
    // What is previewed would take the place of what a lasso selects.
    listen(plot, ["panstart"], () => {
      isDragging = true;
      point(null);
    });
    listen(plot, ["panend"], () => {
      isDragging = false;
    });
    listen(plot, ["mouseenter", "mousemove"], (event) => {
      if (!isDragging) point(find(page, event));
    });
    listen(plot, ["mouseleave"], () => point(null));
    listen(plot, ["tap", "doubletap"], (event) => {
      const cluster = find(page, event);
      if (cluster !== null) choose(cluster);
    });
  }
  for (const name of ["elbow", "score"]) {
    const plot = page.get_model_by_name(name);
    listen(plot, ["tap", "doubletap"], ({ x }) => chooseNear(x));
    listen(plot, ["mousemove"], () => showHand(plot));
  }
}

// Have `choose` and `preview` called for numbers in the gallery; `isHere` says of an element
// whether it is on this screen. Return a function that ends it.
export function listenToBadges(isHere, { choose, preview }) {
  const badge = ({ target }) => {
    const found = target.closest?.(".cliplab-gallery [data-cluster]");
    return found && isHere(found) ? Number(found.dataset.cluster) : null;
  };
  const on = (hear) => (event) => {
    const cluster = badge(event);
    if (cluster !== null) hear(cluster);
  };
  const heard = {
    click: on(choose),
    mouseover: on(preview),
    mouseout: on(() => preview(null)),
    focusin: on(preview),
    focusout: on(() => preview(null)),
  };
  for (const [name, hear] of Object.entries(heard)) document.addEventListener(name, hear);
  return () => {
    for (const [name, hear] of Object.entries(heard)) document.removeEventListener(name, hear);
  };
}

// Return the cluster whose number, or typical image if they are shown, is under a point of the map;
// null where there is none.
export function clusterOnMap(page, { x, y }) {
  const plot = page.get_model_by_name("scatter");
  if (!plot.renderers.find((each) => each.name === "cluster numbers").visible) return null;
  const columns = columnsOf(page, "numbers", ["clusters", "names", "sizes", "x", "y"]);
  const [point, frame] = [{ x, y }, frameOf(plot)];
  const hasImages = page.get_model_by_name("map images")?.get_column("shown")[0] === "typical";
  const row =
    numberAt(point, columns, frame) ?? (hasImages ? typicalAt(point, columns, frame) : null);
  return row === null ? null : columns.clusters[row];
}

// Return the cluster whose number, or else whose block, is beside a point left of the bars; null
// where there is none.
export function clusterBesideBars(page, { x, y }) {
  const plot = page.get_model_by_name("silhouettes");
  const frame = frameOf(plot);
  if (!frame || frame.width * ((x - frame.across.start) / length(frame.across)) > LEFT) return null;
  const names = ["clusters", "sizes", "word_positions"];
  const words = columnsOf(page, "words", names);
  const positions = Array.from(words.word_positions);
  const shown = numbersThatFit(positions, words.sizes, frame.up, frame.height);
  const places = placesOf(positions, frame.up, frame.height);
  const near = (HALF_A_LINE * Math.abs(length(frame.up))) / frame.height;
  const row = shown.find((each) => Math.abs(places[each] - y) <= near);
  return row === undefined ? clusterOfBlock(page, y) : words.clusters[row];
}

function clusterOfBlock(page, y) {
  const images = page.get_model_by_name("images");
  // Of very many images only some have bars.
  const bars = page.get_model_by_name("measured") ?? images;
  const rows = bars.get_column("rows");
  let nearest = null;
  let least = Number.POSITIVE_INFINITY;
  bars.get_column("bar_positions").forEach((position, bar) => {
    const away = Math.abs(position - y);
    if (away < least) [least, nearest] = [away, bar];
  });
  return nearest === null ? null : images.get_column("cluster_labels")[rows?.[nearest] ?? nearest];
}

function columnsOf(page, source, names) {
  const model = page.get_model_by_name(source);
  return Object.fromEntries(names.map((name) => [name, model.get_column(name) ?? []]));
}

function length({ start, end }) {
  return end - start;
}

// Bokeh takes notice of who listens only when the property itself is changed.
function listen(plot, events, hear) {
  const known = plot.js_event_callbacks;
  const callbacks = known instanceof Map ? Object.fromEntries(known) : { ...known };
  for (const name of events) callbacks[name] = [...(callbacks[name] ?? []), hear];
  plot.setv({ js_event_callbacks: callbacks }, QUIET);
}

// Bokeh shows its own pointer at each move, before it tells of the move.
function showHand(plot) {
  const surface = window.Bokeh.index?.find_one?.(plot)?.canvas_view?.events_el;
  if (surface) surface.style.cursor = "pointer";
}
