import { element } from "./page/elements.js";

const BESIDE = 4; // Pixels between the menu and the edge of the window.
const FORGET_AFTER = 60_000; // ms; by then the browser has saved the file.

// Put a button on a plot whose menu saves it as an image, unless it has one.
//
// `words` are what is said: `button`, and `kinds`, a text for each of [kind, isTransparent]. `name`
// begins the name of the file, and `images` is the source whose clusters are drawn, or null.
export function addSaveButton(view, name, images, words) {
  const place = view.shadow_el;
  if (place.querySelector(".cliplab-save")) return;
  const menu = element("div", { class: "cliplab-save-menu", popover: "auto" });
  const button = element("button", {
    class: "cliplab-save",
    type: "button",
    title: words.button,
    "aria-label": words.button,
    // Otherwise Enter, in a notebook, goes to the cell.
    "data-lm-suppress-shortcuts": "true",
    text: "⤓",
  });
  button.popoverTargetElement = menu;
  for (const [kind, isTransparent, text] of words.kinds) {
    const choice = element("button", { type: "button", text });
    choice.setAttribute("data-lm-suppress-shortcuts", "true");
    choice.addEventListener("click", () => {
      menu.hidePopover();
      save(view, fileName(name, images), kind, isTransparent);
    });
    menu.append(choice);
  }
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    const { left, top } = placeBeside(
      button.getBoundingClientRect(),
      menu.getBoundingClientRect(),
      window.innerHeight,
    );
    menu.style.left = `${left}px`;
    menu.style.top = `${top}px`;
    menu.firstChild.focus();
  });
  // Escape closes the menu, and nothing else.
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    menu.hidePopover();
    button.focus();
  });
  place.append(button, menu);
}

// Return where a menu is seen whole: below its button, or above where there is no room.
export function placeBeside(button, menu, windowHeight) {
  const hasRoom = button.bottom + menu.height + BESIDE <= windowHeight;
  return {
    left: Math.max(BESIDE, button.right - menu.width),
    top: hasRoom ? button.bottom : Math.max(BESIDE, button.top - menu.height),
  };
}

// Return what a file is called: what is drawn, and for how many clusters if there are some.
export function fileName(name, images) {
  let last = 0;
  for (const label of images?.get_column("cluster_labels") ?? []) last = Math.max(last, label);
  return last > 0 ? `clip-${name}-k${last + 1}` : `clip-${name}`;
}

export async function save(view, name, kind, isTransparent) {
  const layer = view.export(kind);
  view.drawMore?.(layer);
  if (!isTransparent && kind === "png") paintPaper(layer.canvas);
  let blob = await layer.to_blob();
  if (!isTransparent && kind === "svg") {
    blob = new Blob([withPaper(await blob.text())], { type: blob.type });
  }
  const href = URL.createObjectURL(blob);
  element("a", { href, download: `${name}.${kind}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), FORGET_AFTER);
}

// Plots have no background, so that a page of any colour shines through.
function paintPaper(canvas) {
  const pen = canvas.getContext("2d");
  pen.resetTransform();
  pen.globalCompositeOperation = "destination-over";
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
}

export function withPaper(svg) {
  return svg.replace(/<svg[^>]*>/, '$&<rect width="100%" height="100%" fill="white"/>');
}
