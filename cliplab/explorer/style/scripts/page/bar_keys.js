// How the keyboard walks along the silhouettes: from bar to bar, and from cluster to cluster.

const BY_BARS = { ArrowUp: -1, ArrowDown: 1 };
const BY_CLUSTERS = { ArrowLeft: -1, ArrowRight: 1 };

// Return the steps along the bars of a page: `first`, a row to begin with; `next`, the row that a key
// leads to from another, or null; `isSeen`, whether a row has a bar; `box`, where that is on the plot,
// in pixels.
export function barSteps(page, view) {
  const images = page.get_model_by_name("images");
  // Of very many images only some have bars.
  const bars = page.get_model_by_name("measured") ?? images;
  const rowOf = (bar) => bars.get_column("rows")?.[bar] ?? bar;
  const barOf = (row) => bars.get_column("rows")?.indexOf(row) ?? row;
  // The rows of the images, from the uppermost bar down.
  const inOrder = () => {
    const places = bars.get_column("bar_positions");
    const order = Array.from(places, (_, bar) => bar).sort((a, b) => places[a] - places[b]);
    return order.map(rowOf);
  };
  return {
    first: () => inOrder()[0] ?? null,
    next(row, key) {
      const rows = inOrder();
      const at = rows.indexOf(row);
      if (at < 0) return rows[0] ?? null;
      if (key in BY_BARS) return rows[at + BY_BARS[key]] ?? null;
      if (key in BY_CLUSTERS) {
        const labels = images.get_column("cluster_labels");
        const firsts = rows.filter((each, i) => labels[each] !== labels[rows[i - 1]]);
        const own = firsts.findIndex((each) => labels[each] === labels[row]);
        return firsts[own + BY_CLUSTERS[key]] ?? null;
      }
      return null;
    },
    isSeen: (row) => inOrder().includes(row),
    box(row) {
      const bar = barOf(row);
      const { x_scale, y_scale } = view.frame;
      const silhouette = bars.get_column("silhouettes")[bar];
      const ends = [0, Number.isFinite(silhouette) ? silhouette : 0].map((x) => x_scale.compute(x));
      return {
        left: Math.min(...ends),
        top: y_scale.compute(bars.get_column("bar_positions")[bar]),
        width: Math.abs(ends[1] - ends[0]),
        height: 0,
      };
    },
  };
}
