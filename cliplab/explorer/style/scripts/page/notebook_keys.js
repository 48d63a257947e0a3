const KEPT = "data-lm-suppress-shortcuts";

// A notebook takes arrows, Enter and single letters for its own, also while a control has the focus.
// It leaves them alone where the element itself says so, and is asked here before it looks. What
// belongs to the notebook wherever one is, as Shift and Enter or Control and S, stays its own.
// Return a function that ends it; `isHere` says of an element whether it is on this screen.
export function keepKeys(isHere) {
  const keep = (event) => {
    if (isHere(event.target)) event.target.toggleAttribute(KEPT, !isOfNotebook(event));
  };
  window.addEventListener("keydown", keep, true);
  return () => window.removeEventListener("keydown", keep, true);
}

function isOfNotebook({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  return ctrlKey || metaKey || altKey || (shiftKey && key === "Enter");
}
