import { element } from "./elements.js";

// The first steps, in one line, until they are dismissed.
export function hintLine(words, dismiss) {
  const steps = element("ol");
  const button = element("button", { type: "button", text: words.dismiss });
  const line = element("div", { class: "cliplab-hints" }, steps, button);
  button.addEventListener("click", () => {
    line.hidden = true;
    dismiss();
  });
  line.hidden = true;
  return {
    element: line,
    show(hints) {
      line.hidden = !hints.length;
      steps.replaceChildren(...hints.map((text) => element("li", { text })));
    },
  };
}
