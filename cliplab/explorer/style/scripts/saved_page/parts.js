import { element } from "../page/elements.js";
import { textButton } from "./tables.js";

// What stands below the plots: a button for each part, of which one is open. `opened` gets its name.
export function openParts(said, elements, opened) {
  const names = Object.keys(elements);
  const buttons = names.map((name) => {
    const [title, about] = said.parts[name];
    return textButton(title, () => open(name), about);
  });

  function open(name) {
    names.forEach((each, i) => {
      buttons[i].setAttribute("aria-pressed", each === name);
      elements[each].hidden = each !== name;
    });
    opened(name);
  }

  return {
    elements: [
      element("div", { class: "cliplab-part-names" }, ...buttons),
      ...Object.values(elements),
    ],
    open,
  };
}

// The menu of what images can be coloured by, and what the colours stand for.
export function colorMenu(said, choose) {
  const menu = element("select");
  const legend = element("span", { class: "cliplab-legend" });
  const label = element("label", { text: `${said.color_by} ` }, menu);
  menu.addEventListener("change", () => choose(menu.value));
  return {
    elements: [label, legend],
    offer(titles) {
      const chosen = menu.value;
      const options = Object.entries(titles).map(([name, text]) =>
        element("option", { value: name, text, selected: name === chosen ? "" : undefined }),
      );
      menu.replaceChildren(...options);
    },
    explain(entries, gradient) {
      if (gradient) {
        const bar = element("span", { class: "cliplab-amounts" });
        bar.style.background = `linear-gradient(to right, ${gradient.join(", ")})`;
        legend.replaceChildren(entries[0][0], bar, entries.at(-1)[0]);
        return;
      }
      const drawn = entries.map(([name, color]) => {
        const dot = element("span", { text: "●" });
        dot.style.color = color;
        return element("span", { class: "cliplab-legend-item" }, dot, ` ${name}`);
      });
      legend.replaceChildren(...drawn);
    },
  };
}
