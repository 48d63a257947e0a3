import { shortAddress } from "./hover.js";

// Return the part of a sheet that is the thumbnail of an image, to be drawn on a canvas; null until
// the sheet is there. `loaded` is called when it has come.
export function thumbnailOf(row, { sheets, side, size }, loaded) {
  const uri = sheets.get_column("uri")[Math.floor(row / (side * side))];
  const sheet = uri ? sheetOf(shortAddress(uri), loaded) : null;
  if (!sheet) return null;
  const line = Math.floor((row % (side * side)) / side);
  return { sheet, left: (row % side) * size, top: line * size, size };
}

// Return the image of a sheet, loaded once for the whole page.
function sheetOf(address, loaded) {
  window.cliplab_sheet_images ??= new Map();
  const known = window.cliplab_sheet_images;
  if (!known.has(address)) known.set(address, Object.assign(new Image(), { src: address }));
  const image = known.get(address);
  if (image.complete && image.naturalWidth) return image;
  image.addEventListener("load", loaded, { once: true });
  return null;
}
