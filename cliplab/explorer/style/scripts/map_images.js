import { frameOf } from "./map_numbers.js";
import { thumbnailOf } from "./sheet_images.js";
import { placeTypical } from "./typical_images.js";

const DOT = 6; // Pixels of a tile that begins to slide.
const FADED = 0.15; // What is not selected.
const BORDER = 0.09; // Of a tile's side.
const FRAME = 2.5; // Pixels around a typical image.
const SLIDE = 1000; // ms

// Draw images over a map whenever it is painted, unless that is done already.
//
// `map` holds what they are drawn from: the sources `images`, `sheets`, `numbers` and `chosen`, the
// renderers `points` and `tiles`, and how thumbnails lie on a sheet: `side` × `side`
// of them, `size` pixels wide.
export function drawMapImages(view, map) {
  if (view.drawMore) return;
  let slide = null;
  let last = state(map);

  // The layer is what is seen, or what is saved.
  view.drawMore = (layer) => {
    const { shown } = state(map);
    if (shown !== "typical" && shown !== "wall" && !slide) return;
    const { ctx, pixel_ratio } = layer;
    ctx.save();
    ctx.scale(pixel_ratio, pixel_ratio);
    const { left, top, width, height } = view.frame.bbox;
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    const thumbnails = (row) => thumbnailOf(row, map, paint);
    if (slide || shown === "wall") drawTiles(ctx, tilesOf(view, map, slide), thumbnails);
    else {
      ctx.translate(left, top);
      drawTypical(ctx, typicalOf(view, map), thumbnails);
    }
    ctx.restore();
  };
  // Bokeh may paint a part of its canvas only, so images have one of their own: a wall under what
  // Bokeh draws, such as lines to neighbours, and typical images over the points.
  const canvas = document.createElement("canvas");
  canvas.className = "cliplab-map-images";
  Object.assign(canvas.style, { inset: 0, pointerEvents: "none", position: "absolute" });
  const bokehs = view.canvas_view.primary.el;
  bokehs.after(canvas);
  view.repainted.connect(() => {
    const isUnder = Boolean(slide) || state(map).shown === "wall";
    if (isUnder !== (canvas.nextSibling === bokehs)) bokehs[isUnder ? "before" : "after"](canvas);
    fitTiles(view, map);
    const { pixel_ratio } = view.canvas_view.primary;
    const { width, height } = view.bbox;
    // A canvas that gets a size is empty.
    Object.assign(canvas, { width: width * pixel_ratio, height: height * pixel_ratio });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    view.drawMore({ ctx: canvas.getContext("2d"), pixel_ratio });
  });

  function paint() {
    view.request_repaint();
  }

  // What the kernel sends comes in several changes at once; they are looked at together.
  function follow() {
    queueMicrotask(() => {
      const now = state(map);
      const [from, wasWall] = [slide ? placesOn(slide) : last, last.shown === "wall"];
      const isWall = now.shown === "wall";
      last = now;
      if (wasWall !== isWall && !isCalm()) {
        slide = { from, to: now, cell: Math.max(from.cell, now.cell), isWall, share: 0 };
        begin(slide);
      } else if (slide && slide.to.x !== now.x) {
        slide.to = now; // The map itself has moved meanwhile.
      }
      paint();
    });
  }

  function begin(mine) {
    const start = performance.now();
    map.points.setv({ visible: false }, { sync: false });
    const step = () => {
      if (slide !== mine) return;
      mine.share = Math.min((performance.now() - start) / SLIDE, 1);
      if (mine.share === 1) {
        slide = null;
        map.points.setv({ visible: !mine.isWall }, { sync: false });
      } else requestAnimationFrame(step);
      paint();
    };
    requestAnimationFrame(step);
  }

  const { images, sheets, numbers, chosen } = map;
  for (const source of [images, chosen]) source.properties.data.change.connect(follow);
  const { selected } = images;
  for (const { data, indices } of [sheets, numbers, selected].map((each) => each.properties)) {
    (data ?? indices).change.connect(paint);
  }
  sheets.patching.connect(paint);
  paint();
}

function state({ images, chosen }) {
  return {
    x: images.get_column("x"),
    y: images.get_column("y"),
    shown: chosen.get_column("shown")[0],
    cell: chosen.get_column("cell")[0],
  };
}

function isCalm() {
  return window.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
}

// Return where images are in the middle of a slide. Those that the wall has no cell for stay away.
export function placesOn({ from, to, cell, isWall, share }) {
  const eased = share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
  const between = (a, b) => Float64Array.from(a, (value, i) => value + (b[i] - value) * eased);
  return {
    x: between(from.x, to.x),
    y: between(from.y, to.y),
    cell,
    grown: isWall ? eased : 1 - eased,
  };
}

// Return the tiles to be drawn: where on the screen, how large, in which colour, how faded.
function tilesOf(view, map, slide) {
  const places = slide ? placesOn(slide) : { ...state(map), grown: 1 };
  const { x_scale, y_scale } = view.frame;
  const whole = pixelsOf(places.cell, x_scale);
  const side = DOT + (whole - DOT) * places.grown;
  const { palette, low, high, nan_color } = colorsOf(map.points);
  const values = map.images.get_column("color_values");
  const alphaOf = fading(map);
  const tiles = [];
  for (let row = 0; row < places.x.length; row++) {
    if (!Number.isFinite(places.x[row])) continue;
    tiles.push({
      row,
      x: x_scale.compute(places.x[row]),
      y: y_scale.compute(places.y[row]),
      side,
      color: colorOf(values[row], palette, low, high, nan_color),
      alpha: alphaOf(row),
    });
  }
  return tiles;
}

// Return how much of an image is seen: where some are selected, the others fade.
function fading({ images }) {
  const rows = images.selected.indices;
  const selected = new Set(rows);
  return (row) => (rows.length && !selected.has(row) ? FADED : 1);
}

function pixelsOf(length, scale) {
  return Math.abs(scale.compute(length) - scale.compute(0));
}

function colorsOf({ glyph }) {
  return glyph.fill_color.transform;
}

// Return the colour of a number, as Bokeh's mapper has it.
export function colorOf(value, palette, low, high, unknown) {
  if (!Number.isFinite(value)) return cssColor(unknown);
  const at = Math.floor(((value - low) / (high - low)) * palette.length);
  return cssColor(palette[Math.min(Math.max(at, 0), palette.length - 1)]);
}

function cssColor(color) {
  return typeof color === "number" ? `#${(color >>> 0).toString(16).padStart(8, "0")}` : color;
}

function drawTiles(ctx, tiles, thumbnails) {
  for (const { row, x, y, side, color, alpha } of tiles) {
    const [gap, border] = [side * 0.03, Math.max(1, side * BORDER)];
    const outer = side - 2 * gap;
    ctx.globalAlpha = alpha;
    ctx.fillStyle = color;
    ctx.fillRect(x - outer / 2, y - outer / 2, outer, outer);
    drawThumbnail(ctx, thumbnails(row), x, y, outer - 2 * border);
  }
  ctx.globalAlpha = 1;
}

// Draw each image in the colour of its cluster, and a line to its number if that is not beside it.
function drawTypical(ctx, images, thumbnails) {
  ctx.lineWidth = 2;
  for (const { x, y, pill, color, alpha } of images) {
    ctx.globalAlpha = alpha;
    ctx.strokeStyle = color;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(nearestWithin(x, pill.x, pill.width), nearestWithin(y, pill.y, pill.height));
    ctx.stroke();
  }
  for (const { row, x, y, side, color, alpha } of images) {
    ctx.globalAlpha = alpha;
    fillRounded(ctx, color, x - side / 2, y - side / 2, side, side, 4);
    drawThumbnail(ctx, thumbnails(row), x, y, side - 2 * FRAME);
  }
  ctx.globalAlpha = 1;
}

function nearestWithin(at, middle, size) {
  return Math.min(Math.max(at, middle - size / 2), middle + size / 2);
}

function fillRounded(ctx, color, left, top, width, height, radius) {
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.roundRect(left, top, width, height, radius);
  ctx.fill();
}

function drawThumbnail(ctx, thumbnail, x, y, side) {
  if (!thumbnail || side <= 0) return;
  const { sheet, left, top, size } = thumbnail;
  ctx.drawImage(sheet, left, top, size, size, x - side / 2, y - side / 2, side, side);
}

// Return the typical images to be drawn: which, where in the frame, in which colour, how faded.
function typicalOf(view, map) {
  const names = ["names", "sizes", "x", "y", "colors", "typical"];
  const numbers = Object.fromEntries(names.map((name) => [name, map.numbers.get_column(name)]));
  const alphaOf = fading(map);
  return placeTypical(numbers, frameOf(view.model)).map(({ i, x, y, width, pill }) => {
    const [row, color] = [numbers.typical[i], numbers.colors[i]];
    return { row, x, y, side: width, pill, color, alpha: alphaOf(row) };
  });
}

// Let the mouse meet tiles that are as large as they are drawn.
function fitTiles(view, { tiles, chosen }) {
  if (!tiles.visible) return;
  const size = Math.round(pixelsOf(chosen.get_column("cell")[0], view.frame.x_scale));
  if (tiles.glyph.size?.value !== size)
    tiles.glyph.setv({ size: { value: size } }, { sync: false });
}
