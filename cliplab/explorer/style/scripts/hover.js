// What a hover says of the image under the mouse.
//
// `plot` holds the sources that it is read from:
//   images, bars   a row an image, and a row a silhouette bar: one and the same source, unless there
//                  are so many images that only a sample has bars; then the column "rows" says
//                  which image each bar belongs to
//   sheets         thumbnails, side × side on each sheet, `size` pixels wide
//   request        where there are very many images: the row whose thumbnail is wanted
//   answer         the thumbnail and texts of the row that was sent last

// Return what replaces one placeholder of the tooltip: a field's text, or a CSS value.
export function hoverValue(name, special, fields, plot) {
  const row = imageUnderMouse(special.index, plot);
  if (name === "row") return row;
  if (name === "image_size") return plot.onDemand ? "cover" : "auto";
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
  return imageText(name, row, placeholder, plot);
}

export function imageUnderMouse(index, { images, bars, ofBars }) {
  return ofBars && bars !== images ? bars.get_column("rows")[index] : index;
}

export function clusterText(row, { images }) {
  const label = images.get_column("cluster_labels")[row];
  return label < 0 ? "noise" : `cluster ${label}`;
}

export function silhouetteText(row, { images, bars }) {
  const bar = bars === images ? row : bars.get_column("rows").indexOf(row);
  const silhouette = bars.get_column("silhouettes")[bar];
  return Number.isFinite(silhouette) ? silhouette.toFixed(2) : "not measured";
}

// Return what is known of an image: sent with all the others, or on request.
export function imageText(column, row, placeholder, plot) {
  if (!plot.onDemand) return plot.images.get_column(column)[row];
  if (isAnswered(row, plot)) return plot.answer.get_column(column)[0];
  return placeholder.replace("{row}", row);
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
function shortAddress(uri) {
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
