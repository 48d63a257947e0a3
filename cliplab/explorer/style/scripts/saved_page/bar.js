import { decimal, element, fill } from "../page/elements.js";
import { textButton } from "./tables.js";

// One bar, taken apart, and the lists of images that fit badly. `look` says how an image looks,
// `color` what colour a cluster has; `show` gets rows to be shown.
export function openedBar(said, { look, color, show }) {
  const about = element("div", { class: "cliplab-note" });
  const lists = element("div", { class: "cliplab-row" });

  function side(words, cluster, row) {
    const image = element("div", { class: "cliplab-case-image", role: "img", "aria-label": words });
    Object.assign(image.style, look(row) ?? {}, { borderColor: color(cluster) });
    return element("div", { class: "cliplab-case-side" }, image, element("div", { text: words }));
  }

  function distance(name, thousandths, cluster, largest) {
    const bar = element("div", { class: "cliplab-case-bar" });
    bar.style.background = color(cluster);
    bar.style.width = `${Math.round((100 * thousandths) / Math.max(largest, 1))}%`;
    const length = element("b", { text: inThousandths(thousandths, said.point) });
    const sum = element("div", {}, element("i", { text: name }), " = ", length);
    const words = element("div", { text: said.bar[name] });
    return element("div", { class: "cliplab-case-distance" }, sum, bar, words);
  }

  function drawCase(row, labels, stored) {
    const { nearest, a, b } = stored.columns;
    const [own, other] = [labels[row], nearest[row]];
    const largest = Math.max(a[row], b[row]);
    return element(
      "div",
      { class: "cliplab-case" },
      side(fill(said.bar.own, { cluster: own }), own, stored.medoids[own]),
      distance("a", a[row], own, largest),
      side(sumOf(said, row, stored.columns), own, row),
      distance("b", b[row], other, largest),
      side(fill(said.bar.nearest, { cluster: other }), other, stored.medoids[other]),
    );
  }

  return {
    element: element("div", {}, about, lists),
    draw(row, labels, stored) {
      const listed = ["negative", "borderline"].map((name) => {
        const words = fill(said.bar[name], { n: stored[name].length });
        const button = textButton(words, () => show(stored[name]));
        button.disabled = stored[name].length === 0;
        return button;
      });
      lists.replaceChildren(...listed);
      if (row === null) about.textContent = said.bar_help;
      else if (!stored.columns.nearest) about.textContent = said.bar.elsewhere;
      else if (stored.columns.nearest[row] < 0) about.textContent = fill(said.bar.none, { row });
      else about.replaceChildren(drawCase(row, labels, stored));
    },
  };
}

// Say how a silhouette comes about: "(0.7 − 0.6) / 0.7 = 0.14: nearer to its own cluster".
export function sumOf(said, row, { a, b, scores, verdicts }) {
  return fill(said.bar.sum, {
    a: inThousandths(a[row], said.point),
    b: inThousandths(b[row], said.point),
    largest: inThousandths(Math.max(a[row], b[row]), said.point),
    score: inHundredths(scores[row], said.point),
    verdict: said.bar.verdicts[verdicts[row]],
  });
}

export function inHundredths(number, point) {
  return decimal(number / 100, 2, point);
}

function inThousandths(number, point) {
  return decimal(number / 1000, 3, point);
}
