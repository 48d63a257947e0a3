const LOOKS = 5; // How often it is looked at: JupyterLab may go to its last cell a little later.
const TOUCHES = ["wheel", "touchmove", "pointerdown", "keydown"];

// After Run All JupyterLab stands at the last cell, with the Explorer above, off the screen. Once
// its plots have come and no cell waits to run, the notebook is scrolled to it, and then left alone.
// Whoever has touched the page meanwhile, or has left the active cell, is reading and is left alone.
// Elsewhere nothing happens.
export function entrance(el) {
  let isOver = false;
  let looks = 0;

  function end() {
    isOver = true;
    for (const name of TOUCHES) document.removeEventListener(name, end, true);
  }

  // Called again and again from when the plots have come.
  function enter() {
    if (isOver) return;
    const frame = el.closest(".cliplab-frame");
    const notebook = frame?.closest(".jp-WindowedPanel-outer");
    // A cell below may take the Explorer away.
    if (notebook && isRunning(notebook)) return;
    if (notebook && isLeftBehind(frame, notebook)) frame.scrollIntoView({ block: "start" });
    looks += 1;
    if (!notebook || looks === LOOKS) end();
  }

  for (const name of TOUCHES) document.addEventListener(name, end, true);
  return { enter, end };
}

// A cell that runs, or waits to, has a star in the place of its number.
function isRunning(notebook) {
  const prompts = [...notebook.querySelectorAll(".jp-InputPrompt")];
  return prompts.some((prompt) => prompt.textContent.includes("*"));
}

// Whether a frame begins above what is seen, and the active cell below it, at a place that is seen.
// JupyterLab goes by heights that it guesses: it may end between the two, with neither drawn whole.
function isLeftBehind(frame, notebook) {
  const active = notebook.querySelector(".jp-Cell.jp-mod-active");
  if (!active) return false;
  const [seen, cell] = [notebook, active].map((each) => each.getBoundingClientRect());
  const { top, bottom } = frame.getBoundingClientRect();
  const isSeen = cell.top < seen.bottom && cell.bottom > seen.top;
  const isBetween = cell.bottom === cell.top && bottom > seen.top;
  return (isSeen || isBetween) && top < seen.top && top < cell.top;
}
