import { element } from "./elements.js";

const PAUSE = 600; // ms without a further letter, after which a text is searched for
const ANSWERED_WITHIN = 500; // ms

// The box that images are searched with, and a sentence on what was found. `send` gets a message
// for whoever searches: {kind: "search", text, number, page}. The answer comes to `show`, as
// {text, rows, sentence, is_done, number, page}. Before the first there is nobody who searches, and
// no box. `select` gets the rows that this page has searched for, `wait` whether an answer is late.
export function searchBox(words, page, { send, select, wait }) {
  const input = element("input", {
    type: "search",
    placeholder: words.search,
    title: words.search_help,
    "aria-label": words.search_help,
    autocomplete: "off",
    spellcheck: "false",
    "data-lm-suppress-shortcuts": "true",
  });
  const sentence = element("span", { "aria-live": "polite" });
  const line = element("div", { class: "cliplab-search" }, input, sentence);
  line.hidden = true;
  let number = 0;
  let asked = "";
  let found = { rows: [] };
  let pause = null;
  let late = null;

  function ask() {
    clearTimeout(pause);
    pause = null;
    asked = input.value.trim();
    number += 1;
    clearTimeout(late);
    late = setTimeout(() => wait(true), ANSWERED_WITHIN);
    send({ kind: "search", text: asked, number, page });
  }

  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = null;
    const text = input.value.trim();
    if (text === asked) return;
    if (text) pause = setTimeout(ask, PAUSE);
    else ask();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (input.value.trim() || asked)) ask();
  });

  return {
    element: line,
    show(answer) {
      line.hidden = false;
      const mine = answer.page === page;
      if (mine && answer.number < number) return; // An answer to an older search.
      if (mine && answer.number === number) {
        clearTimeout(late);
        wait(false);
      }
      const isNew = found.number !== answer.number || !found.is_done;
      found = answer;
      asked = answer.text;
      // While somebody types, the box is theirs.
      if (pause === null && input.value.trim() !== asked) input.value = asked;
      sentence.textContent = answer.sentence;
      if (mine && isNew && answer.is_done && answer.rows.length) select(answer.rows);
    },
    // Once other images are selected the sentence is not about them.
    mark(rows) {
      const chosen = new Set(rows);
      const isFound =
        found.rows.length === rows.length && found.rows.every((row) => chosen.has(row));
      sentence.hidden = found.rows.length > 0 && !isFound;
    },
    isOn: () => asked !== "" || input.value !== "",
    clear() {
      clearTimeout(pause);
      pause = null;
      input.value = "";
      if (asked !== "") ask();
    },
    close() {
      clearTimeout(pause);
      clearTimeout(late);
    },
  };
}
