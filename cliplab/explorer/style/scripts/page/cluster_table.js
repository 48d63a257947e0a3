import { element } from "./elements.js";

// The table of the clusters: a row each, which can be sorted by its head, and clicked to select the
// images of the cluster. `choose` gets the cluster that is clicked; `preview` the one under the
// mouse or the focus, and null when it is left.
export function clusterTable(words, choose, preview) {
  const body = element("tbody");
  const heads = Object.entries(words.columns).map(([name, [title, help]]) => {
    const button = element("button", { text: title, title: help });
    const head = element("th", { scope: "col" }, button);
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
    order = { by: name, down: order.by === name ? !order.down : name !== "cluster" };
    draw();
  }

  function draw() {
    for (const [name, head] of heads) {
      const sorted = order.down ? "descending" : "ascending";
      head.setAttribute("aria-sort", name === order.by ? sorted : "none");
    }
    const sign = order.down ? -1 : 1;
    const value = (row) => row[order.by] ?? Number.NEGATIVE_INFINITY;
    const sorted = rows.toSorted((a, b) => sign * (value(a) - value(b)) || a.cluster - b.cluster);
    body.replaceChildren(...sorted.map(drawRow));
    mark();
  }

  function drawRow(row) {
    const chip = element("button", { class: "cliplab-chip", text: row.name, title: row.help });
    chip.style.background = row.color;
    const image = element("span", { class: "cliplab-typical" });
    Object.assign(image.style, row.look ?? {});
    const texts = [row.size_text, row.mean_text, row.negative_text];
    const cells = texts.map((text) => element("td", { text }));
    const drawn = element("tr", {}, element("td", {}, chip, image), ...cells);
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
    element: element("div", { class: "cliplab-clusters" }, table),
    show(clusters) {
      rows = clusters;
      draw();
    },
    mark(cluster) {
      chosen = cluster;
      mark();
    },
  };
}
