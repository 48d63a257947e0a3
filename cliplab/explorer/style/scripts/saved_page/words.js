import { element, fill } from "../page/elements.js";
import { textButton, textTable } from "./tables.js";

// Names of the clusters, and a box that finds images by one of the words that the page knows.
export function wordsPart(said, found, { chip, show }) {
  const names = element("div", { class: "cliplab-scroll" });
  const note = element("p", { role: "status" });
  const known = Object.keys(found ?? {});
  const list = element("datalist", { id: "cliplab-known-words" });
  list.append(...known.map((word) => element("option", { value: word })));
  const box = element("input", { type: "search", list: list.id, "aria-label": said.find });

  function find() {
    const asked = box.value.trim().toLowerCase();
    if (!asked) return;
    const word = known.find((each) => each.toLowerCase() === asked);
    note.textContent = "";
    if (word === undefined) {
      note.textContent = fill(said.not_found, { n: known.length, word: box.value.trim() });
      return;
    }
    show(found[word], fill(said.found, { n: found[word].length, word }));
  }

  box.addEventListener("change", find);
  const button = textButton("→", find, said.find);
  const label = element("label", { text: `${said.find} ` }, box);
  const search = element("div", { class: "cliplab-row" }, label, button, list);
  const help = element("span", { class: "cliplab-quiet" });
  help.textContent = fill(said.find_help, { n: known.length });
  search.append(help);
  return {
    element: element("div", {}, ...(known.length ? [search, note] : []), names),
    draw(stored) {
      const rows = (stored.names ?? []).map((cells, cluster) => [
        { text: String(cluster), ...chip(cluster) },
        ...cells,
      ]);
      names.replaceChildren(...(rows.length ? [textTable(said.names, rows)] : []));
    },
  };
}
