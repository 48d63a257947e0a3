import { element } from "./elements.js";

const HALO = 9; // Pixels from the middle of a point to the ring around it.
const BESIDE = 8; // Pixels between the ring and the card.
// What lies on a plot is out of reach for the style sheets of the page.
const STYLE = `
  .bk-events:focus-visible { outline: 2px solid #d55e00; outline-offset: -2px; }
  .cliplab-ring {
    border: 2px solid black; border-radius: 9px; box-shadow: 0 0 0 2px white;
    box-sizing: border-box; pointer-events: none; position: absolute; z-index: 3;
  }
  .cliplab-ring[hidden] { display: none; }
  .cliplab-card {
    background: white; border: 1px solid #767676; border-radius: 4px; color: #222;
    font: 12px system-ui, sans-serif; gap: 8px; inset: auto; margin: 0; padding: 5px;
    pointer-events: none; position: fixed; width: max-content;
  }
  .cliplab-card:popover-open { display: flex; }
  .cliplab-card > :first-child { flex: none; }
  .cliplab-card > :last-child { max-width: 180px; overflow-wrap: anywhere; }
  .cliplab-card small { color: #595959; display: block; font-size: 11px; margin-top: 3px; }
`;

// What shows where the keyboard is on a plot: a ring, and beside it a card with the image and what is
// known of it. Nobody reads it aloud: that is said elsewhere.
export function placeMark(surface) {
  const place = surface.getRootNode();
  const ring = element("div", { class: "cliplab-ring" });
  const image = element("div");
  const texts = element("div");
  // What pops up is over everything, and may reach beyond the plot.
  const given = { class: "cliplab-card", popover: "manual", "aria-hidden": "true" };
  const card = element("div", given, image, texts);
  ring.hidden = true;
  place.append(element("style", { text: STYLE }), ring, card);

  return {
    hide() {
      ring.hidden = true;
      card.hidePopover();
    },
    // Move the ring to a box of the plot; `look` says how the image looks.
    show(box, look, lines, hint) {
      ring.hidden = false;
      Object.assign(ring.style, asStyle(withHalo(box)));
      Object.assign(image.style, look);
      const said = lines.map((text) => element("div", { text }));
      texts.replaceChildren(...said, element("small", { text: hint }));
      card.showPopover();
      const room = { width: window.innerWidth, height: window.innerHeight };
      const at = besideOf(ring.getBoundingClientRect(), card.getBoundingClientRect(), room);
      Object.assign(card.style, asStyle(at));
    },
    // Have what is marked be seen, where the window is smaller than the plot.
    uncover() {
      ring.scrollIntoView({ block: "nearest", inline: "nearest" });
    },
  };
}

function withHalo({ left, top, width, height }) {
  return {
    left: left - HALO,
    top: top - HALO,
    width: width + 2 * HALO,
    height: height + 2 * HALO,
  };
}

// Return where a card is seen whole and does not hide what it is about: on its right if there is
// room, else on its left, else below or above.
export function besideOf(box, card, room) {
  const [right, bottom] = [box.left + box.width, box.top + box.height];
  const top = Math.min(Math.max(box.top, 0), Math.max(room.height - card.height, 0));
  if (right + BESIDE + card.width <= room.width) return { left: right + BESIDE, top };
  if (box.left - BESIDE - card.width >= 0) return { left: box.left - BESIDE - card.width, top };
  const left = Math.max(room.width - card.width, 0);
  const isBelow = bottom + BESIDE + card.height <= room.height;
  return { left, top: isBelow ? bottom + BESIDE : Math.max(box.top - BESIDE - card.height, 0) };
}

function asStyle(box) {
  return Object.fromEntries(Object.entries(box).map(([name, size]) => [name, `${size}px`]));
}
