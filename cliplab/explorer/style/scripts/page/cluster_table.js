import { element } from "./elements.js";

const UPWARDS = ["cluster", "word"];

// The table of the clusters: a row each, which can be sorted by its head, and clicked to select the
// images of the cluster. `choose` gets the cluster that is clicked; `preview` the one under the
// mouse or the focus, and null when it is left.
export function clusterTable(words, choose, preview) {
  const body = element("tbody");
  const heads = Object.entries(words.columns).map(([name, [title, help]]) => {
    const button = element("button", { text: title, title: help });
    const look = name === "word" ? "cliplab-word" : undefined;
    const head = element("th", { scope: "col", class: look }, button);
    button.addEventListener("click", () => sortBy(name));
    return [name, head];
  });
  const table = element(
    "table",
    { "aria-label": words.table },
    element("thead", {}, element("tr", {}, ...heads.map(([, head]) => head))),
    body,
  );
  let order = { by: "cluster", down: false };
  let rows = [];
  const drawn = [];
  let chosen = null;

  function sortBy(name) {
    // Sizes and scores are looked at from the largest down, and from the lowest up at a second click.
    order = { by: name, down: order.by === name ? !order.down : !UPWARDS.includes(name) };
    draw();
  }

  function draw() {
    for (const [name, head] of heads) {
      const sorted = order.down ? "descending" : "ascending";
      head.setAttribute("aria-sort", name === order.by ? sorted : "none");
    }
    const sign = order.down ? -1 : 1;
    const value = (row) => row[order.by] ?? Number.NEGATIVE_INFINITY;
    const compare = (a, b) => (order.by === "word" ? compareWords(a, b) : value(a) - value(b));
    const sorted = rows.toSorted((a, b) => sign * compare(a, b) || a.cluster - b.cluster);
    // What stands already is filled anew: to lay out new rows takes as long as to paint two plots.
    while (drawn.length < sorted.length) drawn.push(newRow(choose, preview));
    while (drawn.length > sorted.length) drawn.pop().element.remove();
    for (const [i, row] of sorted.entries()) drawn[i].fill(row);
    body.append(...drawn.slice(body.children.length).map((each) => each.element));
    mark();
  }

  function mark() {
    for (const row of body.children) {
      const isChosen = Number(row.dataset.cluster) === chosen;
      row.classList.toggle("cliplab-chosen", isChosen);
      row.querySelector("button").setAttribute("aria-pressed", isChosen);
    }
  }

  return {
    element: element(
      "div",
      { class: "cliplab-clusters" },
      table,
      element("p", { text: words.about_silhouettes }),
    ),
    show(clusters) {
      rows = clusters;
      // Where clusters have no names there is no column for them.
      table.classList.toggle(
        "cliplab-named",
        rows.some((row) => row.word),
      );
      draw();
    },
    mark(cluster) {
      chosen = cluster;
      mark();
    },
  };
}

// Return a row without content, and what fills it.
function newRow(choose, preview) {
  const chip = element("button", { class: "cliplab-chip" });
  const image = element("span", { class: "cliplab-typical" });
  const word = element("td", { class: "cliplab-word" });
  const texts = ["size_text", "mean_text", "negative_text"].map((name) => [name, element("td")]);
  const cells = texts.map(([, cell]) => cell);
  const made = element("tr", {}, element("td", {}, chip, image), word, ...cells);
  let shown = {};
  let isPreviewed = false;
  const ours = () => shown.cluster;
  made.addEventListener("click", () => choose(ours()));
  for (const event of ["mouseenter", "focusin"]) {
    made.addEventListener(event, () => {
      isPreviewed = true;
      preview(ours());
    });
  }
  for (const event of ["mouseleave", "focusout"]) {
    made.addEventListener(event, () => {
      isPreviewed = false;
      preview(null);
    });
  }
  function fill(row) {
    const isAnother = row.cluster !== shown.cluster;
    shown = row;
    if (isPreviewed && isAnother) preview(row.cluster);
    made.dataset.cluster = row.cluster;
    const { look } = row;
    const seen = { backgroundImage: "", backgroundPosition: "", backgroundSize: "", ...look };
    put(chip, { textContent: row.name, title: row.help ?? "" });
    put(chip.style, { background: row.color, color: row.ink });
    put(image.style, seen);
    put(word, { textContent: row.word ?? "", title: row.word ?? "" });
    for (const [name, cell] of texts) put(cell, { textContent: row[name] });
  }
  return { element: made, fill };
}

// Set what was not set so the last time. Styles cannot be compared: they are read in other words.
const given = new WeakMap();
function put(target, values) {
  const before = given.get(target);
  for (const [name, value] of Object.entries(values)) {
    if (before?.[name] !== value) target[name] = value;
  }
  given.set(target, values);
}

// What has no name comes last.
function compareWords({ word: a = "" }, { word: b = "" }) {
  return (a === "") - (b === "") || a.localeCompare(b);
}
