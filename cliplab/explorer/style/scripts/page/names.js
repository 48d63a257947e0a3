import { describe } from "./elements.js";

const BOXES = ["input", "textarea"].map((tag) => `${tag}[placeholder]:not([aria-label])`).join();
const SCROLLED = ".cliplab-names, .cliplab-scroll, .cliplab-tables > *";

// Give a name to what ipywidgets leaves without one: the handles of sliders, and boxes that say
// only inside, until somebody writes, what belongs there.
export function nameControls(screen) {
  for (const slider of screen.querySelectorAll(".widget-slider")) {
    const name = slider.querySelector(".widget-label").textContent;
    for (const handle of slider.querySelectorAll(".noUi-handle")) {
      describe(handle, { "aria-label": name });
    }
  }
  for (const box of screen.querySelectorAll(BOXES)) {
    const isNamed = [...(box.labels ?? [])].some((label) => label.textContent.trim());
    if (!isNamed) describe(box, { "aria-label": box.placeholder });
  }
}

// Have the keyboard reach what is scrolled and holds nothing else to reach.
export function openScrolled(screen) {
  for (const part of screen.querySelectorAll(SCROLLED)) {
    const isCut =
      part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1;
    if (isCut) describe(part, { tabindex: 0 });
    else part.removeAttribute("tabindex");
  }
}
