import { element } from "../page/elements.js";

// A table of texts; a cell that is {text, color, ink} is the number of a cluster on its colour.
export function textTable(heads, rows) {
  const line = (cells) => element("tr", {}, ...cells);
  return element(
    "table",
    { class: "cliplab-table" },
    element("thead", {}, line(heads.map(drawHead))),
    element("tbody", {}, ...rows.map((cells) => line(cells.map(drawCell)))),
  );
}

function drawHead(text) {
  return text ? element("th", { text, scope: "col" }) : element("td");
}

function drawCell(cell) {
  return typeof cell === "string"
    ? element("td", { text: cell })
    : element("td", {}, colorChip(cell));
}

function colorChip({ text, color, ink }) {
  return colored(element("span", { class: "cliplab-chip", text }), color, ink);
}

export function colored(made, color, ink) {
  Object.assign(made.style, { background: color, color: ink });
  return made;
}

export function textButton(text, call, about) {
  const button = element("button", { type: "button", text, title: about });
  button.addEventListener("click", call);
  return button;
}
