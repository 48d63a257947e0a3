// Bokeh takes a press that pauses for a moment before it is moved for something else than a drag,
// and a lasso that begins outside the frame fails and leaves the plot deaf. So Bokeh hears of a
// press only when it is known what it is, and of a drag as if it began inside the frame.

const FAR = 6; // Pixels; one more than what Bokeh takes for a tap.
const NEAR = 12; // Pixels outside the frame.
const TOOLBAR = ".bk-Toolbar, .bk-ToolbarPanel";
const TOOLS = '.bk-OnOffButton, .bk-ClickButton, [class*="tool-icon"]';
const TOLD = [
  ...["pointerId", "pointerType", "isPrimary", "button", "buttons", "pressure"],
  ...["clientX", "clientY", "screenX", "screenY", "width", "height", "view"],
  ...["ctrlKey", "shiftKey", "altKey", "metaKey", "bubbles", "cancelable", "composed"],
];

// Stand between the pointers and the view of a plot, once.
export function guardGestures(view) {
  if (!view || view.el.hasAttribute("data-guarded")) return;
  view.el.setAttribute("data-guarded", "");
  const box = () => {
    const { left, top } = surfaceOf(view).getBoundingClientRect();
    const frame = view.frame.bbox;
    return {
      ...{ left: left + frame.left, right: left + frame.right },
      ...{ top: top + frame.top, bottom: top + frame.bottom },
    };
  };
  const gestures = new Gestures((press) => {
    ours.add(press);
    surfaceOf(view).dispatchEvent(press);
  }, box);
  const ours = new WeakSet();
  // The bar of the tools reaches to the frame; a press there that is on none is one on the plot.
  const isOnPlot = (event, name) => {
    const path = event.composedPath();
    if (path[0] === surfaceOf(view)) return true;
    const isIn = (names) => path.some((part) => part.matches?.(names));
    if (name !== "pointerdown" || !isIn(TOOLBAR) || isIn(TOOLS)) return false;
    return distance(event, inside(event, box())) <= NEAR;
  };
  for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
    const guard = (event) => {
      if (ours.has(event) || !isOnPlot(event, name)) return;
      // A pointer that leaves the plot is followed.
      if (name === "pointerdown") surfaceOf(view).setPointerCapture(event.pointerId);
      if (!gestures[name](event)) event.stopPropagation();
    };
    view.el.addEventListener(name, guard, { capture: true });
  }
}

function surfaceOf(view) {
  return view.canvas_view.events_el;
}

// What the pointers on one plot do. Each method returns whether Bokeh may hear of an event now;
// `tell` is called with a press of which it hears late; `box` returns where the frame is.
export class Gestures {
  #tell;
  #box;
  #phase = "idle";
  #press = null; // The press of which Bokeh has not heard yet.
  #first = null; // The pointer that presses or drags.
  #down = new Set();

  constructor(tell, box) {
    this.#tell = tell;
    this.#box = box;
  }

  pointerdown(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return true;
    this.#down.add(event.pointerId);
    if (this.#phase === "idle") {
      this.#phase = "pressed";
      this.#press = event;
      this.#first = event.pointerId;
    } else if (this.#phase === "pressed") {
      this.#release();
      this.#phase = "two fingers";
      return true;
    }
    return false;
  }

  pointermove(event) {
    if (this.#phase === "pressed" && event.pointerId === this.#first) {
      const start = inside(this.#press, this.#box());
      if (distance(event, this.#press) >= FAR && distance(event, start) >= FAR) {
        this.#release(start);
        this.#phase = "drag";
      }
      return true;
    }
    const isDrawnBy = this.#phase === "drag" && event.pointerId === this.#first;
    return isDrawnBy || this.#phase === "idle" || this.#phase === "two fingers";
  }

  pointerup(event) {
    if (this.#phase === "pressed" && event.pointerId === this.#first) this.#release();
    return this.#end(event);
  }

  pointercancel(event) {
    return this.#end(event);
  }

  #release(at = this.#press) {
    const press = this.#press;
    this.#press = null;
    const told = Object.fromEntries(TOLD.map((name) => [name, press[name]]));
    const { clientX, clientY } = at;
    this.#tell(new press.constructor(press.type, { ...told, clientX, clientY }));
  }

  // What is left of two fingers is no drag, and another finger ends none.
  #end(event) {
    const isOther = this.#phase === "drag" && event.pointerId !== this.#first;
    this.#down.delete(event.pointerId);
    if (this.#phase === "two fingers") this.#phase = "one finger left";
    if (this.#down.size === 0) this.#phase = "idle";
    return !isOther;
  }
}

// Return the point of the frame that is nearest to a point.
function inside({ clientX, clientY }, { left, right, top, bottom }) {
  return {
    clientX: Math.min(Math.max(clientX, left + 1), right - 1),
    clientY: Math.min(Math.max(clientY, top + 1), bottom - 1),
  };
}

function distance(one, other) {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}
