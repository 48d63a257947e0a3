// How the keyboard walks over the map: to the nearest image that way, as the eye sees it.

const WAYS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

// Return the steps over the map of a page: `first`, a row to begin with; `next`, the row that a key
// leads to from another, or null; `isSeen`, whether a row has a place;
// `box`, where it is on the plot, in pixels.
export function mapSteps(page, view) {
  const points = () => {
    const images = page.get_model_by_name("images");
    const { x_scale, y_scale } = view.frame;
    const across = Array.from(images.get_column("x"), (x) => x_scale.compute(x));
    const down = Array.from(images.get_column("y"), (y) => y_scale.compute(y));
    return { across, down };
  };
  return {
    first() {
      const { left, top, width, height } = view.frame.bbox;
      return nearestPoint(
        { x: left + width / 2, y: top + height / 2 },
        seenPoints(points(), view),
        () => true,
      );
    },
    next(row, key) {
      const way = WAYS[key];
      if (!way) return null;
      const all = points();
      // On a wall of a sample not every image has a place.
      if (!Number.isFinite(all.across[row])) return this.first();
      const from = { x: all.across[row], y: all.down[row] };
      return nearestPoint(from, seenPoints(all, view), (x, y) => isThatWay(way, x, y));
    },
    isSeen: (row) => Number.isFinite(points().across[row]),
    box(row) {
      const { across, down } = points();
      return { left: across[row], top: down[row], width: 0, height: 0 };
    },
  };
}

// Whether a step leads that way rather than to a side: a quarter of all directions does.
export function isThatWay([right, down], x, y) {
  const along = x * right + y * down;
  const aside = Math.abs(x * down - y * right);
  return along > 0 && aside <= along;
}

function nearestPoint(from, points, isRight) {
  let best = null;
  let least = Number.POSITIVE_INFINITY;
  for (const { row, x, y } of points) {
    const away = Math.hypot(x - from.x, y - from.y);
    if (away < least && isRight(x - from.x, y - from.y)) [best, least] = [row, away];
  }
  return best;
}

// Of a map that is zoomed into only what is seen can be walked to.
function* seenPoints({ across, down }, view) {
  const { left, top, width, height } = view.frame.bbox;
  for (let row = 0; row < across.length; row += 1) {
    const [x, y] = [across[row], down[row]];
    if (x >= left && x <= left + width && y >= top && y <= top + height) yield { row, x, y };
  }
}
