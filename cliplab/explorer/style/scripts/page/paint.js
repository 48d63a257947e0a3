// Painting: a view goes into the Bokeh documents of this page, and the kernel is not told. It makes
// the same changes to its own copy when it hears of the choice.

export const QUIET = { sync: false };

// Return the Bokeh documents of this page that show the layout with this id.
export function documentsOf(root) {
  return (window.Bokeh?.documents ?? []).filter((each) => each.get_model_by_id(root));
}

// Draw the clusters of a view: labels, bars, and their place on the curves. Colours of the points,
// if there are any, come with them: for each change of columns Bokeh places all points anew.
export function paintClusters(page, view, colors = null) {
  const { cluster_labels, silhouettes, bar_positions } = view.columns;
  const hues = colors ? mapColors(page, view, colors) : {};
  replace(page.get_model_by_name("images"), {
    cluster_labels,
    silhouettes,
    bar_positions,
    ...hues,
  });
  const bars = page.get_model_by_name("silhouettes");
  bars.title.setv({ text: view.title }, QUIET);
  bars.y_range.setv({ start: view.bars_range[0], end: view.bars_range[1] }, QUIET);
  page.get_model_by_name("words").setv({ data: view.words }, QUIET);
  moveLine(bars, "mean", view.mean_silhouette);
  for (const name of ["elbow", "score"]) {
    moveLine(page.get_model_by_name(name), "current", view.value);
  }
}

// Write each cluster's number where it is on the map.
export function paintNumbers(page, numbers) {
  page.get_model_by_name("numbers").setv({ data: numbers }, QUIET);
}

// Give points and bars the colours that belong to a view.
export function paintColors(page, view, colors) {
  replace(page.get_model_by_name("images"), mapColors(page, view, colors));
}

// Set how values become colours, and return the column of values. Whoever puts that into the source
// draws all anew; at the mapper's own change Bokeh would do so again, for each glyph and colour.
function mapColors(page, view, { values, palette, low, high }) {
  const mapper = page.get_model_by_name("image colours");
  const colors = palette ? { palette, low, high } : { low, high };
  mapper.setv(colors, { ...QUIET, no_change: true });
  return { color_values: view.columns[values] };
}

// Select images as if for a moment: nobody else hears of it.
export function previewRows(page, rows) {
  page.get_model_by_name("images").selected.setv({ indices: rows }, QUIET);
  selectBars(page, rows);
}

// Select images as a learner does with the lasso: the kernel hears of it.
export function selectRows(page, rows) {
  const { selected } = page.get_model_by_name("images");
  // A preview may have selected these rows already, and what stays the same is not told.
  selected.setv({ indices: rows.length ? [] : [0] }, QUIET);
  selected.indices = rows;
  selectBars(page, rows);
}

// Of very many images only some have bars, in a source of their own.
function selectBars(page, rows) {
  const bars = page.get_model_by_name("measured");
  if (!bars) return;
  const chosen = new Set(rows);
  const indices = [];
  bars.get_column("rows").forEach((row, bar) => {
    if (chosen.has(row)) indices.push(bar);
  });
  bars.selected.setv({ indices }, QUIET);
}

export function paintedLabels(page) {
  return page.get_model_by_name("images").get_column("cluster_labels");
}

export function selectedRows(page) {
  return page.get_model_by_name("images").selected.indices;
}

// Put columns into a source in the place of those it has.
export function replace(source, columns) {
  const data = source.data instanceof Map ? Object.fromEntries(source.data) : source.data;
  source.setv({ data: { ...data, ...columns } }, QUIET);
}

function moveLine(plot, name, location) {
  const line = plot.center.find((each) => each.name === name);
  line.setv(location === null ? { visible: false } : { location, visible: true }, QUIET);
}
