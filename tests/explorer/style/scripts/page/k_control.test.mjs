import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { kControl } from "../../../../../cliplab/explorer/style/scripts/page/k_control.js";

const { document, Event } = parseHTML("<body></body>");
globalThis.document = document;

const words = {
  question: "{n_images} images. How many groups?",
  fewer: "One less",
  more: "One more",
};
const now = { values: [2, 4, 9], value: 4, parameter_title: "k", n_images: "1,000" };

function made() {
  const chosen = [];
  const control = kControl(words, (value) => chosen.push(value));
  control.show(now);
  const find = (name) => control.element.querySelector(name);
  const [fewer, more] = control.element.querySelectorAll("button");
  return { control, chosen, slider: find("input"), output: find("output"), fewer, more };
}

test("it shows the value and says it, and JupyterLab leaves its keys alone", () => {
  const { control, slider, output } = made();
  assert.equal(output.textContent, "4");
  assert.equal(slider.getAttribute("aria-valuetext"), "k = 4");
  assert.equal(slider.getAttribute("data-lm-suppress-shortcuts"), "true");
  assert.equal(control.question.textContent, "1,000 images. How many groups?");
});

test("nothing can be chosen before the values are known", () => {
  const control = kControl(words, () => {});
  assert.ok(control.element.querySelector("input").disabled);
  control.show(now);
  assert.ok(!control.element.querySelector("input").disabled);
});

test("slider and buttons choose among the values that there are", () => {
  const { chosen, slider, fewer, more } = made();
  slider.value = 2;
  slider.dispatchEvent(new Event("input"));
  slider.value = 1;
  fewer.click();
  slider.value = 1;
  more.click();
  assert.deepEqual(chosen, [9, 2, 9]);
});

test("at an end the button that leads beyond is off", () => {
  const { control, fewer, more } = made();
  control.show({ ...now, value: 2 });
  assert.ok(fewer.disabled && !more.disabled);
  control.show({ ...now, value: 9 });
  assert.ok(!fewer.disabled && more.disabled);
});
