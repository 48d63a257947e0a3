// In pixels: three digits on the left, in a typeface of which each letter is 6.6 pixels wide, and
// the sides of their pill.
export const LEFT = 29;
const RIGHT = 6;
const LEAST = 20;

// Return from where to where an axis reaches whose bars reach from `start` to `end`, with room for
// numbers on the left. How much of the width they need, only the browser knows.
export function rangeWithWords({ start, end }, width) {
  const perPixel = (end - start) / Math.max(width - LEFT - RIGHT, LEAST);
  return { start: start - LEFT * perPixel, end: end + RIGHT * perPixel };
}
