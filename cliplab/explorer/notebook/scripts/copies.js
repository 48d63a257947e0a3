// The copy that the notebook stores is for where no plot is painted; here one is. A rule hides it, and
// not the script itself, because the notebook puts it in anew whenever it is brought up to date.
export function hideCopies(page, name) {
  const id = `${name}-hidden`;
  if (page.getElementById(id)) return;
  const style = page.createElement("style");
  style.id = id;
  // JupyterLab would leave a gap; a browser that does not know `:has` drops the second rule alone.
  style.textContent = `.${name} { display: none; }
.jp-OutputArea-child:has(> .jp-OutputArea-output > .${name}) { display: none; }`;
  page.head.append(style);
}
