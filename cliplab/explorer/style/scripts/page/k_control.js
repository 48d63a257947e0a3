import { element, fill } from "./elements.js";

// The control of k: a slider with a button on each side. `choose` is called with each value that is
// chosen; `show` moves the control to a value that was chosen elsewhere.
export function kControl(words, choose) {
  let values = []; // Nothing can be chosen before the kernel has said them.
  // JupyterLab and Notebook would take arrow keys for their own.
  const slider = element("input", {
    type: "range",
    min: 0,
    max: 0,
    step: 1,
    disabled: true,
    title: words.slider_help,
    "data-lm-suppress-shortcuts": "true",
  });
  const label = element("label", { class: "cliplab-k-label" });
  const output = element("output", { class: "cliplab-k", "aria-live": "polite" });
  const fewer = element("button", { text: "−", title: words.fewer, "aria-label": words.fewer });
  const more = element("button", { text: "+", title: words.more, "aria-label": words.more });

  const show = (value, name) => {
    const at = values.indexOf(value);
    slider.value = at;
    slider.setAttribute("aria-label", name);
    slider.setAttribute("aria-valuetext", `${name} = ${value}`);
    label.textContent = name;
    output.textContent = value;
    fewer.disabled = at <= 0;
    more.disabled = at >= values.length - 1;
  };
  const step = (by) => {
    const at = Math.min(Math.max(Number(slider.value) + by, 0), values.length - 1);
    choose(values[at]);
  };
  slider.addEventListener("input", () => step(0));
  fewer.addEventListener("click", () => step(-1));
  more.addEventListener("click", () => step(1));

  const question = element("div", { class: "cliplab-question" });
  return {
    element: element("div", { class: "cliplab-choose-k" }, label, fewer, slider, more, output),
    question,
    show(now) {
      values = now.values;
      slider.max = values.length - 1;
      slider.disabled = false;
      show(now.value, now.parameter_title);
      question.textContent = fill(words.question, now);
    },
  };
}
