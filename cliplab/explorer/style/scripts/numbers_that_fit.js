const LINE = 15; // Pixels from one number to the next.

// Return which numbers beside the bars can be written without covering each other, those of the
// largest clusters first. How high the plot is, only the browser knows.
export function numbersThatFit(middles, sizes, { start, end }, height) {
  const positions = placesOf(middles, { start, end }, height);
  const room = (LINE * Math.abs(start - end)) / Math.max(height, 1);
  const shown = [];
  const rows = positions.map((_, i) => i).sort((a, b) => sizes[b] - sizes[a] || a - b);
  for (const i of rows) {
    if (shown.every((other) => Math.abs(positions[i] - positions[other]) >= room)) shown.push(i);
  }
  return shown.sort((a, b) => a - b);
}

// Return where the numbers stand, which is where each of them is seen whole.
export function placesOf(middles, { start, end }, height) {
  const moves = movesInside(middles, { start, end }, height);
  const perPixel = (start - end) / Math.max(height, 1);
  return middles.map((middle, i) => middle + moves[i] * perPixel);
}

// Return how many pixels each number has to move up or down to be seen whole.
export function movesInside(positions, { start, end }, height) {
  return Float64Array.from(positions, (position) => {
    const at = (height * (position - end)) / (start - end);
    return Math.min(Math.max(at, LINE / 2), Math.max(height - LINE / 2, LINE / 2)) - at;
  });
}
