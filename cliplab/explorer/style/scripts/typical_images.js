// Where the typical image of each cluster is drawn on the map: beside its number, and over no
// other image or number.

import { inPixels, overlap, placeNumbers } from "./map_numbers.js";

const SIDES_OF_FRAME = 11; // An image is this part of the frame wide, between these pixels.
const [LEAST_SIDE, MOST_SIDE] = [30, 46];
const APART = 2; // Pixels between a number and its image.
const RINGS = 2; // How far an image may be moved away from its number, in halves of its size.
const TOWARDS = [
  [0, -1],
  [0, 1],
  [1, 0],
  [-1, 0],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
];

// Return the images that there is room for, those of the largest clusters first: the number's row
// `i`, its `pill`, and the image's middle and size in pixels from the frame's corner.
export function placeTypical(numbers, frame) {
  const pills = placeNumbers(numbers, frame);
  if (!pills.length) return [];
  const side = Math.min(Math.max(frame.width / SIDES_OF_FRAME, LEAST_SIDE), MOST_SIDE);
  const placed = [];
  for (const pill of pills) {
    const isFree = (image) =>
      isSeenWhole(image, frame) && ![...pills, ...placed].some((other) => overlap(image, other));
    const image = imagesBeside(pill, side).find(isFree);
    if (image) placed.push(image);
  }
  return placed;
}

// Return the number's row of the image under a point of the map, null where there is none.
export function typicalAt(point, numbers, frame) {
  if (!frame) return null;
  const at = { ...inPixels(point, frame), width: 0, height: 0 };
  return placeTypical(numbers, frame).find((image) => overlap(at, image))?.i ?? null;
}

// Return the places for the image of a number, from the nearest on.
function imagesBeside(pill, side) {
  const images = [];
  for (let ring = 0; ring <= RINGS; ring++) {
    const away = APART + (ring * side) / 2;
    for (const [across, down] of TOWARDS) {
      const x = pill.x + across * ((pill.width + side) / 2 + away);
      const y = pill.y + down * ((pill.height + side) / 2 + away);
      images.push({ i: pill.i, pill, x, y, width: side, height: side });
    }
  }
  return images;
}

function isSeenWhole({ x, y, width, height }, frame) {
  const isWithin = (middle, size, whole) => middle >= size / 2 && middle <= whole - size / 2;
  return isWithin(x, width, frame.width) && isWithin(y, height, frame.height);
}
