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
    body.replaceChildren(...sorted.map(drawRow));
    mark();
  }

  function drawRow(row) {
    const chip = element("button", { class: "cliplab-chip", text: row.name, title: row.help });
    Object.assign(chip.style, { background: row.color, color: row.ink });
    const image = element("span", { class: "cliplab-typical" });
    Object.assign(image.style, row.look ?? {});
    const texts = [row.size_text, row.mean_text, row.negative_text];
    const cells = texts.map((text) => element("td", { text }));
    const word = element("td", { class: "cliplab-word", text: row.word, title: row.word });
    const drawn = element("tr", {}, element("td", {}, chip, image), word, ...cells);
    drawn.dataset.cluster = row.cluster;
    drawn.addEventListener("click", () => choose(row.cluster));
    for (const event of ["mouseenter", "focusin"]) {
      drawn.addEventListener(event, () => preview(row.cluster));
    }
    for (const event of ["mouseleave", "focusout"]) {
      drawn.addEventListener(event, () => preview(null));
    }
    return drawn;
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

// What has no name comes last.
function compareWords({ word: a = "" }, { word: b = "" }) {
  return (a === "") - (b === "") || a.localeCompare(b);
}
