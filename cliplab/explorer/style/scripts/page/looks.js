import { shortAddress } from "../hover.js";

// Return how one image looks that is cut out of sheets of side × side thumbnails; null as long as its
// sheet has not come. How large it is shown does not matter.
export function sheetLook(uris, row, side) {
  const sheet = uris[Math.floor(row / (side * side))];
  if (!sheet) return null;
  const [column, line] = [row % side, Math.floor((row % (side * side)) / side)];
  return {
    backgroundImage: `url(${shortAddress(sheet)})`,
    backgroundPosition: `${(100 * column) / (side - 1)}% ${(100 * line) / (side - 1)}%`,
    backgroundSize: `${100 * side}%`,
  };
}
