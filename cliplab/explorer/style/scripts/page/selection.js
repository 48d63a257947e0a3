import { element, fill } from "./elements.js";

// What is selected, and how to clear it: one place on the screen, whatever page is open.
export function selectionChip(words, clear) {
  const text = element("span");
  const chip = element("button", { class: "cliplab-selection", title: words.clear }, text, " ✕");
  chip.addEventListener("click", clear);
  chip.hidden = true;
  return {
    element: chip,
    show(rows, cluster) {
      chip.hidden = rows.length === 0;
      const sentence = cluster === null ? words.selected : words.selected_of;
      text.textContent = fill(sentence[rows.length === 1 ? 0 : 1], { n: rows.length, cluster });
    },
  };
}

// Return the cluster that some rows are all from; null where they are from several, or there are
// none.
export function clusterOf(rows, labels) {
  if (!rows.length || !labels) return null;
  const first = labels[rows[0]];
  return first >= 0 && rows.every((row) => labels[row] === first) ? first : null;
}

// Return the rows of a cluster.
export function rowsOf(cluster, labels) {
  const rows = [];
  labels.forEach((label, row) => {
    if (label === cluster) rows.push(row);
  });
  return rows;
}
