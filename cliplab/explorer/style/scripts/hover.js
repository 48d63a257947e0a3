import { decimal, fill } from "./page/elements.js";

// What a hover says of the image under the mouse.
//
// `plot` holds the sources that it is read from:
//   images, bars   a row an image, and a row a silhouette bar: one and the same source, unless there
//                  are so many images that only a sample has bars; then the column "rows" says
//                  which image each bar belongs to
//   sheets         thumbnails, side × side on each sheet, `size` pixels wide
//   request        where there are very many images: the row whose thumbnail is wanted
//   answer         the thumbnail and texts of the row that was sent last
//   neighbors      the rows of the neighbours of each image, one image after the other; or none
//   lines          from the image under the mouse to each of its neighbours
// and `words`, what is said of them.

// Return what replaces one placeholder of the tooltip: a field's text, or a CSS value.
export function hoverValue(name, special, fields, plot) {
  const row = imageUnderMouse(special.index, plot);
  if (name === "row") return row;
  if (name === "image_size") return plot.onDemand ? "cover" : `${plot.side * plot.size}px`;
  if (name === "image_position") return imagePosition(row, plot);
  if (name === "image") {
    // Of several images under the mouse the first is shown, though texts are made for all.
    return plot.onDemand
      ? imageOnDemand(row, special.indices[0] === special.index, plot)
      : imageOnSheet(row, plot);
  }
  const { format, placeholder } = fields[name];
  if (format === "cluster") return clusterText(row, plot);
  if (format === "silhouette") return silhouetteText(row, plot);
  if (format === "kept") return keptText(row, plot);
  if (format === "count") return countText(row, plot);
  return imageText(name, row, placeholder, plot);
}

export function imageUnderMouse(index, { images, bars, ofBars }) {
  return ofBars && bars !== images ? bars.get_column("rows")[index] : index;
}

export function clusterText(row, { images, words }) {
  const cluster = images.get_column("cluster_labels")[row];
  return cluster < 0 ? words.noise : fill(words.cluster, { cluster });
}

export function silhouetteText(row, { images, bars, words }) {
  const bar = bars === images ? row : bars.get_column("rows").indexOf(row);
  const silhouette = bars.get_column("silhouettes")[bar];
  return Number.isFinite(silhouette) ? decimal(silhouette, 2, words.point) : words.not_measured;
}

// Return what the map has kept of an image's neighbours; nothing where nobody has asked.
export function keptText(row, { images, words }) {
  const kept = images.get_column("neighbors_kept")?.[row];
  return Number.isFinite(kept) ? fill(words.kept, { n: Math.round(100 * kept) }) : "";
}

export function countText(row, { images, words }) {
  const count = images.get_column("neighbor_counts")?.[row];
  if (!Number.isFinite(count)) return "";
  const n = Math.round(count);
  return fill(n === 1 ? words.count.one : words.count.many, { n });
}

// Draw lines on the map from an image to its neighbours, wherever they lie; the kernel is not told.
export function drawLines(index, plot) {
  const { images, neighbors, lines } = plot;
  const rows = neighbors.get_column("rows");
  const row = index === undefined ? undefined : imageUnderMouse(index, plot);
  if (!rows?.length || row === undefined) {
    forgetLines(lines);
    return;
  }
  const [x, y] = [images.get_column("x"), images.get_column("y")];
  const each = rows.length / x.length;
  const near = Array.from(rows.slice(row * each, (row + 1) * each));
  const drawn = {
    x0: near.map(() => x[row]),
    y0: near.map(() => y[row]),
    x1: near.map((other) => x[other]),
    y1: near.map((other) => y[other]),
  };
  lines.setv({ data: drawn }, { sync: false });
}

export function forgetLines(lines) {
  if (lines.get_column("x0").length === 0) return;
  lines.setv({ data: { x0: [], y0: [], x1: [], y1: [] } }, { sync: false });
}

// Return what is known of an image: sent with all the others, or on request.
export function imageText(column, row, placeholder, plot) {
  if (!plot.onDemand) return plot.images.get_column(column)[row];
  if (isAnswered(row, plot)) return plot.answer.get_column(column)[0];
  return fill(placeholder, { row });
}

export function imagePosition(row, { onDemand, side, size }) {
  if (onDemand) return "center";
  const column = row % side;
  const line = Math.floor((row % (side * side)) / side);
  return `-${column * size}px -${line * size}px`;
}

function imageOnSheet(row, { sheets, side }) {
  const uri = sheets.get_column("uri")[Math.floor(row / (side * side))];
  return uri ? `url(${shortAddress(uri)})` : "none";
}

// Return a thumbnail that has come; request one that has not.
export function imageOnDemand(row, isShown, plot) {
  if (isAnswered(row, plot)) return `url(${plot.answer.get_column("uri")[0]})`;
  if (isShown && plot.request.get_column("rows")[0] !== row) plot.request.data = { rows: [row] };
  return "none";
}

function isAnswered(row, { answer }) {
  return answer.get_column("rows")[0] === row;
}

// Make an object of the page of a sheet, once: its address is short.
export function shortAddress(uri) {
  window.cliplab_sheets ??= new Map();
  const known = window.cliplab_sheets;
  if (!known.has(uri)) {
    const bytes = Uint8Array.from(atob(uri.split(",")[1]), (letter) => letter.charCodeAt(0));
    known.set(uri, URL.createObjectURL(new Blob([bytes], { type: "image/webp" })));
  }
  return known.get(uri);
}

// Fill in the hovers of plots once more: they look again whenever their plot was repainted.
export function lookAgain(plots, index) {
  for (const plot of plots) index.find_one(plot)?.repainted.emit();
}
