import { element } from "../page/elements.js";
import { colored, textButton } from "./tables.js";

const GALLERY_SIZE = 10;

// The images of the selection, a page at a time, with names, numbers and credits. `figureOf` says
// what is shown of a row.
export function gallery(said, figureOf) {
  const title = element("span", { class: "cliplab-gallery-title" });
  const back = textButton("‹", () => turn(-GALLERY_SIZE), said.previous);
  const forth = textButton("›", () => turn(GALLERY_SIZE), said.next);
  const images = element("div", { class: "cliplab-gallery" });
  let rows = [];
  let start = 0;

  function turn(by) {
    start += by;
    draw();
  }

  function draw() {
    images.replaceChildren(...rows.slice(start, start + GALLERY_SIZE).map(drawFigure));
    back.disabled = start === 0;
    forth.disabled = start + GALLERY_SIZE >= rows.length;
  }

  function drawFigure(row) {
    const figure = figureOf(row);
    const image = element("div", { class: "image", role: "img", "aria-label": figure.name });
    Object.assign(image.style, figure.look ?? {});
    const texts = [
      figure.className && element("div", {}, element("b", { text: figure.className })),
      element("div", { class: "silhouette" }, element("bdi", { text: figure.silhouette })),
      element("div", { class: "name" }, element("bdi", { text: figure.name })),
      ...figure.credit.lines.map(drawCredit),
    ];
    return element(
      "figure",
      { title: `${figure.name}: ${figure.credit.text}` },
      image,
      drawBadge(figure),
      element("figcaption", {}, ...texts.filter(Boolean)),
    );
  }

  return {
    element: images,
    head: element("span", { class: "cliplab-row" }, title, back, forth),
    show(next, words) {
      const isSame = next.length === rows.length && next.every((row, i) => row === rows[i]);
      if (!isSame) start = 0;
      rows = next;
      title.textContent = words;
      draw();
    },
  };
}

// A click on it is heard by the script of the page.
function drawBadge({ cluster, chip: { text, color, ink } }) {
  const badge = { type: "button", class: "cluster", text, "data-cluster": cluster };
  return colored(element("button", badge), color, ink);
}

// Only addresses of web pages become links; anything else could be a script.
function drawCredit([words, address]) {
  const isLink = /^https?:\/\//.test(address);
  const link = { text: words, href: address, target: "_blank", rel: "noopener" };
  return element(
    "div",
    { class: "cliplab-credit" },
    isLink ? element("a", link) : element("span", { text: words }),
  );
}
