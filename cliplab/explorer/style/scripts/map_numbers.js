// Where the numbers of the clusters are written on the map: each on a pill, and no two of them
// over one another. How large the frame is and which part is zoomed into, only the browser knows.

const MOST = 20; // At once; small clusters get theirs as one zooms in.
const HEIGHT = 17;
const SIDES = 9; // Pixels beside the digits of a pill.
const DIGIT = 7;
const GAP = 1;
// Where a number goes whose place is taken: above, below, beside, then farther; in heights of it.
const AROUND = [
  [0, -1],
  [0, 1],
  [-1.2, 0],
  [1.2, 0],
  [-1, -0.8],
  [1, -0.8],
  [-1, 0.8],
  [1, 0.8],
];
const NEAR = [[0, 0], ...[1.1, 2.2].flatMap((far) => AROUND.map(([x, y]) => [x * far, y * far]))];

// Return what of the map is seen, and how large; null before it is painted.
export function frameOf(plot) {
  if (plot.properties.inner_width.is_unset || !plot.inner_width) return null;
  const { x_range: across, y_range: up, inner_width: width, inner_height: height } = plot;
  return { across, up, width, height };
}

// Return the pills that there is room for, the largest clusters first: the number's row `i`, its
// middle in pixels from the frame's corner, and how far it was moved.
export function placeNumbers({ names, x, y, sizes }, frame) {
  if (!frame) return [];
  const placed = [];
  const rows = Array.from(names, (_, i) => i).sort((a, b) => sizes[b] - sizes[a] || a - b);
  for (const i of rows) {
    if (placed.length === MOST) break;
    const at = inPixels({ x: x[i], y: y[i] }, frame);
    if (at.x < 0 || at.y < 0 || at.x > frame.width || at.y > frame.height) continue;
    const size = { width: SIDES + DIGIT * names[i].length, height: HEIGHT };
    const pill = place({ i, ...size }, at, whole(at, size, frame), placed);
    if (pill) placed.push(pill);
  }
  return placed;
}

// Return the row of the number under a point of the map, null where there is none.
export function numberAt(point, numbers, frame) {
  if (!frame) return null;
  const at = inPixels(point, frame);
  const touched = ({ x, y, width, height }) =>
    Math.abs(at.x - x) <= width / 2 && Math.abs(at.y - y) <= height / 2;
  return placeNumbers(numbers, frame).find(touched)?.i ?? null;
}

// Return how far each number is moved along "dx" or "dy"; those that are not written stay.
export function movesOf(along, numbers, frame) {
  const moves = new Float64Array(numbers.names.length);
  for (const pill of placeNumbers(numbers, frame)) moves[pill.i] = pill[along];
  return moves;
}

// Return the middle that is nearest to a point of the frame, of a pill that is seen whole.
function whole({ x, y }, size, { width, height }) {
  return {
    x: Math.min(Math.max(x, size.width / 2), width - size.width / 2),
    y: Math.min(Math.max(y, size.height / 2), height - size.height / 2),
  };
}

function place(pill, at, from, placed) {
  for (const [across, down] of NEAR) {
    const [x, y] = [from.x + across * HEIGHT, from.y + down * HEIGHT];
    const moved = { ...pill, x, y, dx: x - at.x, dy: y - at.y };
    if (!placed.some((other) => overlap(moved, other))) return moved;
  }
  return null;
}

export function overlap(one, other) {
  return (
    Math.abs(one.x - other.x) < (one.width + other.width) / 2 + GAP &&
    Math.abs(one.y - other.y) < (one.height + other.height) / 2 + GAP
  );
}

export function inPixels({ x, y }, { across, up, width, height }) {
  return {
    x: (width * (x - across.start)) / (across.end - across.start),
    y: (height * (up.end - y)) / (up.end - up.start),
  };
}
