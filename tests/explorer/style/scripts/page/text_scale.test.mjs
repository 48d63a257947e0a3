import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { parseHTML } from "linkedom";
import {
  letterHeight,
  scaledWords,
  textScale,
} from "../../../../../cliplab/explorer/style/scripts/page/text_scale.js";

// A letter is as wide as it is high.
const widthOf = (font, text) => Number.parseFloat(font.split(" ")[1]) * text.length;
const model = (values) => ({
  ...values,
  loud: [],
  setv(changes, options = {}) {
    Object.assign(this, changes);
    if (options.sync !== false) this.loud.push(changes);
  },
});
let plot;
let views;

beforeEach(() => {
  const { document } = parseHTML("<body></body>");
  const create = document.createElement.bind(document);
  const brush = {
    measureText(text) {
      return { width: widthOf(this.font, text) };
    },
  };
  globalThis.document = {
    createElement: (tag) => (tag === "canvas" ? { getContext: () => brush } : create(tag)),
  };
  plot = model({
    height: 105,
    min_height: null,
    title: model({ text_font_size: "12px" }),
    left: [model({ major_label_text_font_size: "11px" })],
    below: [
      model({
        major_label_text_font_size: "11px",
        axis_label_text_font_size: "10px",
        axis_label_text_font_style: "italic",
        axis_label_text_font: "serif",
        axis_label: "k · CLIP's space",
      }),
    ],
  });
  views = [{ model: plot, frame: { bbox: { width: 200 } } }];
});

test("letters are as large as the page has them, and never smaller or far too large", () => {
  const probe = letterHeight();
  assert.equal(probe.style.width, "1rem");
  for (const [width, scale] of [
    [16, 1],
    [24, 1.5],
    [10, 1],
    [64, 2],
    [0, 1],
  ]) {
    probe.getBoundingClientRect = () => ({ width });
    assert.equal(textScale(probe), scale);
  }
});

test("words of plots grow with the letters and shrink back, plots have room, and nobody is told", () => {
  const show = scaledWords();
  for (const _ of [1, 2]) show(views, 2); // Twice is not four times.
  assert.equal(plot.title.text_font_size, "24px");
  assert.equal(plot.left[0].major_label_text_font_size, "22px");
  assert.ok(plot.height > 140);
  assert.equal(plot.min_height, null);
  show(views, 1);
  assert.deepEqual([plot.title.text_font_size, plot.height], ["12px", 105]);
  for (const each of [plot, plot.title, ...plot.left, ...plot.below])
    assert.deepEqual(each.loud, []);
});

test("what the kernel has made larger meanwhile grows from there", () => {
  const show = scaledWords();
  show(views, 1.5);
  plot.title.text_font_size = "20px";
  show(views, 1.5);
  assert.equal(plot.title.text_font_size, "30px");
  show(views, 1);
  assert.equal(plot.title.text_font_size, "20px");
});

test("the name of an axis is broken where it is wider than its plot, and only there", () => {
  const show = scaledWords();
  const [axis] = plot.below;
  show(views, 1);
  assert.equal(axis.axis_label, "k · CLIP's space");
  show(views, 2);
  assert.equal(axis.axis_label, "k ·\nCLIP's\nspace");
  show(views, 1);
  assert.equal(axis.axis_label, "k · CLIP's space");
});
