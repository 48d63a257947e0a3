// In pixels: two digits on the left, and "size  mean   <0" on the right, in a typeface of which each
// letter is 6.6 pixels wide.
const LEFT = 18;
const RIGHT = 108;
const LEAST = 20;

// Return from where to where an axis reaches whose bars reach from `start` to `end`, with room for
// words on both sides. How much of the width words need, only the browser knows.
export function rangeWithWords({ start, end }, width) {
  const perPixel = (end - start) / Math.max(width - LEFT - RIGHT, LEAST);
  return { start: start - LEFT * perPixel, end: end + RIGHT * perPixel };
}
