import { element, fill } from "../page/elements.js";
import { textButton, textTable } from "./tables.js";

// The known classes: hidden until somebody commits to a k. `commit` gets that k.
export function answersPart(said, nImages, { commit, show }) {
  const k = element("input", { type: "number", min: 1, max: nImages, "aria-label": said.my_k });
  const label = element("label", { text: `${said.my_k} ` }, k);
  const form = element("div", { class: "cliplab-row" }, label);
  form.append(textButton(said.commit, take));
  const part = element("div");
  let proposed = null;

  function take() {
    const committed = Number(k.value);
    if (Number.isInteger(committed) && committed >= 1 && committed <= nImages) commit(committed);
    else k.focus();
  }

  return {
    element: part,
    ask(value) {
      // What was typed stays.
      if (k.value === "" || Number(k.value) === proposed) k.value = proposed = value;
      const before = element("p", { text: said.before });
      part.replaceChildren(before, form, element("p", { text: said.encoded }));
    },
    draw(committed, { sentence, tables, disagreeing }) {
      const said_k = committed === null ? "" : `${fill(said.committed, { k: committed })} `;
      const words = element("p", {}, element("b", { text: said_k + sentence }));
      const button = textButton(fill(said.disagreeing, { n: disagreeing.length }), () =>
        show(disagreeing),
      );
      button.disabled = disagreeing.length === 0;
      const drawn = tables.map(({ heads, rows }) =>
        element("div", { class: "cliplab-scroll" }, textTable(heads, rows)),
      );
      part.replaceChildren(words, element("p", {}, button));
      part.append(element("div", { class: "cliplab-tables" }, ...drawn));
    },
  };
}
