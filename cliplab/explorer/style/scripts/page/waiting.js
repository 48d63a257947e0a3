import { fill } from "./elements.js";

const BUSY_AFTER = 500; // ms without an answer

// Choices that wait for the kernel. After each of them the kernel is asked whether it is free, by a
// number, unless the choice has an answer of its own. It answers in their order, so with a number
// all up to it have been taken. `count` gets how many wait.
export function waitingChoices(words, { ask, say, count }) {
  const waiting = new Map();
  let asked = 0;
  let isGone = false;

  const overdue = () => [...waiting.values()].filter((each) => each.isOverdue);
  function tell() {
    if (isGone) return;
    count(waiting.size);
    const names = [...new Set(overdue().map((each) => each.name))];
    say(names.length ? fill(words.busy, { waiting: names.join(", ") }) : "");
  }

  return {
    get isGone() {
      return isGone;
    },
    // A choice was made that needs the kernel; its number is returned.
    note(name, hasAnswer = false) {
      const each = { name, isOverdue: false };
      each.timer = setTimeout(() => {
        each.isOverdue = true;
        tell();
      }, BUSY_AFTER);
      waiting.set(++asked, each);
      if (!isGone) count(waiting.size);
      if (!hasAnswer) ask(asked);
      return asked;
    },
    answered(number) {
      for (const [each, { timer }] of [...waiting]) {
        if (each > number) continue;
        clearTimeout(timer);
        waiting.delete(each);
      }
      tell();
    },
    gone() {
      isGone = true;
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
      count(0);
      say(words.gone);
    },
  };
}

// Return what people call the control that an event comes from; nothing where it is none of those
// that ask the kernel.
export function nameOfControl({ type, target }) {
  const button = target.closest("button");
  if (type === "click") return button?.textContent.trim() || button?.title || "";
  const widget = target.closest(".jupyter-widgets");
  if (type === "pointerup" && !widget?.classList.contains("widget-slider")) return "";
  return widget?.querySelector("label, .widget-label")?.textContent.trim() ?? "";
}
