import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  clusterText,
  countText,
  drawLines,
  forgetLines,
  hoverValue,
  imageOnDemand,
  imagePosition,
  imageText,
  imageUnderMouse,
  keptText,
  lookAgain,
  silhouetteText,
} from "../../../../cliplab/explorer/style/scripts/hover.js";

const source = (data) => ({ data, get_column: (name) => data[name] });
const WEBP = "data:image/webp;base64,AAAA";

// Four images; of the second plot's many images only two have bars.
const images = source({
  cluster_labels: [0, 1, -1, 1],
  silhouettes: [0.5, 0.125, Number.NaN, -0.2],
  image_ids: ["a", "b", "c", "<b>"],
  neighbors_kept: [0.7, 0, Number.NaN, 1],
  neighbor_counts: [12, 1, Number.NaN, 2.4],
  x: [0, 1, 2, 3],
  y: [5, 6, 7, 8],
});
const FIELDS = {
  image_ids: { format: "text", placeholder: "image {row}" },
  cluster_labels: { format: "cluster", placeholder: "" },
  silhouettes: { format: "silhouette", placeholder: "" },
};
const WORDS = {
  cluster: "cluster {cluster}",
  noise: "noise",
  not_measured: "not measured",
  kept: "{n}% of its neighbours kept",
  count: { one: "a neighbour of {n} image", many: "a neighbour of {n} images" },
  point: ".",
};
let few;
let many;

beforeEach(() => {
  const sheets = source({ uri: [WEBP] });
  few = { images, bars: images, ofBars: false, onDemand: false, sheets, side: 16, size: 80 };
  few.words = WORDS;
  many = {
    ...few,
    bars: source({ rows: [3, 1], silhouettes: [-0.2, 0.125] }),
    ofBars: true,
    onDemand: true,
    request: {
      data: { rows: [] },
      get_column(name) {
        return this.data[name];
      },
    },
    answer: source({ rows: [1], uri: [WEBP], image_ids: ["b"] }),
  };
});

test("a bar of a sample knows which image it belongs to, a point is its image", () => {
  assert.equal(imageUnderMouse(0, many), 3);
  assert.equal(imageUnderMouse(0, { ...many, ofBars: false }), 0);
  assert.equal(imageUnderMouse(2, { ...few, ofBars: true }), 2);
  assert.equal(hoverValue("row", { index: 0, indices: [0] }, FIELDS, many), 3);
});

test("a cluster has a number and noise has none", () => {
  assert.equal(clusterText(1, few), "cluster 1");
  assert.equal(clusterText(2, few), "noise");
});

test("a silhouette has two decimals, and is said to be missing where it is", () => {
  assert.equal(silhouetteText(0, few), "0.50");
  assert.equal(silhouetteText(2, few), "not measured");
  assert.equal(silhouetteText(3, many), "-0.20");
  assert.equal(silhouetteText(0, many), "not measured");
});

test("a silhouette is written as the language of the screen writes numbers", () => {
  const german = { ...few, words: { ...WORDS, point: ",", cluster: "Gruppe {cluster}" } };
  assert.equal(silhouetteText(0, german), "0,50");
  assert.equal(clusterText(1, german), "Gruppe 1");
});

test("texts come with the images, or with the answer, and until then there is a placeholder", () => {
  assert.equal(imageText("image_ids", 3, "image {row}", few), "<b>");
  assert.equal(imageText("image_ids", 1, "image {row}", many), "b");
  assert.equal(imageText("image_ids", 3, "image {row}", many), "image 3");
});

test("of neighbours it says what is known, and else nothing", () => {
  assert.equal(keptText(0, few), "70% of its neighbours kept");
  assert.equal(keptText(2, few), "");
  assert.equal(countText(0, few), "a neighbour of 12 images");
  assert.equal(countText(1, few), "a neighbour of 1 image");
  assert.equal(countText(2, few), "");
  const unasked = { images: source({}) };
  assert.deepEqual([keptText(0, unasked), countText(0, unasked)], ["", ""]);
});

const drawn = (lines) => ["x0", "y0", "x1", "y1"].map((name) => lines.data[name]);

function emptyLines() {
  return {
    data: { x0: [], y0: [], x1: [], y1: [] },
    get_column(name) {
      return this.data[name];
    },
    setv({ data }, { sync }) {
      assert.equal(sync, false); // The kernel is not told.
      this.data = data;
    },
  };
}

test("lines go from the image under the mouse to its neighbours, and go with the mouse", () => {
  const lines = emptyLines();
  const plot = {
    ...few,
    lines,
    neighbors: source({ rows: Int32Array.of(1, 2, 0, 3, 3, 1, 2, 0) }),
  };
  drawLines(1, plot);
  assert.deepEqual(drawn(lines), [
    [1, 1],
    [6, 6],
    [0, 3],
    [5, 8],
  ]);
  drawLines(undefined, plot);
  assert.deepEqual(drawn(lines), [[], [], [], []]);
  drawLines(3, plot);
  assert.equal(lines.data.x1[1], 0);
  forgetLines(lines);
  assert.deepEqual(drawn(lines), [[], [], [], []]);
});

test("where no neighbours were sent there are no lines", () => {
  const lines = emptyLines();
  const before = lines.data;
  drawLines(1, { ...few, lines, neighbors: source({ rows: [] }) });
  assert.equal(lines.data, before);
});

test("each field is made by its format", () => {
  const special = { index: 1, indices: [1] };
  const texts = Object.keys(FIELDS).map((name) => hoverValue(name, special, FIELDS, few));
  assert.deepEqual(texts, ["b", "cluster 1", "0.13"]);
});

test("a thumbnail lies where it is on its sheet", () => {
  assert.equal(imagePosition(0, few), "-0px -0px");
  assert.equal(imagePosition(17, few), "-80px -80px");
  assert.equal(imagePosition(256 + 17, few), "-80px -80px");
  assert.equal(imagePosition(17, many), "center");
});

test("a sheet becomes an object of the page once", () => {
  globalThis.window = {};
  const special = { index: 0, indices: [0] };
  const first = hoverValue("image", special, FIELDS, few);
  assert.match(first, /^url\(blob:/);
  assert.equal(hoverValue("image", special, FIELDS, few), first);
  few.sheets.data.uri = [""];
  assert.equal(hoverValue("image", special, FIELDS, few), "none");
});

test("a thumbnail is requested once, and only for the image that is shown", () => {
  assert.equal(imageOnDemand(3, false, many), "none");
  assert.deepEqual(many.request.data, { rows: [] });
  assert.equal(imageOnDemand(3, true, many), "none");
  const request = many.request.data;
  assert.deepEqual(request, { rows: [3] });
  imageOnDemand(3, true, many);
  assert.equal(many.request.data, request);
  assert.equal(imageOnDemand(1, true, many), `url(${WEBP})`);
});

test("plots that are on the page look again, and others are passed over", () => {
  const seen = [];
  const view = { repainted: { emit: () => seen.push("emitted") } };
  lookAgain(["here", "gone"], { find_one: (plot) => (plot === "here" ? view : null) });
  assert.deepEqual(seen, ["emitted"]);
});
