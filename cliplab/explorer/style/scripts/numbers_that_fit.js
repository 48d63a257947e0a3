const LINE = 11; // Pixels from one number to the next.

// Return which numbers beside the bars can be written without covering each other: from the top
// down, each that has room. How high the plot is, only the browser knows.
export function numbersThatFit(positions, { start, end }, height) {
  const room = (LINE * Math.abs(start - end)) / Math.max(height, 1);
  const shown = [];
  positions.forEach((position, i) => {
    if (!shown.length || position - positions[shown.at(-1)] >= room) shown.push(i);
  });
  return shown;
}
