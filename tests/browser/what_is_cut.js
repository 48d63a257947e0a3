// What of a screen cannot be read: sentences for texts that are cut, and for controls and texts that
// lie on one another. Bokeh's plots are inside shadow roots, and their titles on a canvas.
function whatIsCut(root) {
  const brush = document.createElement("canvas").getContext("2d");
  const controls = "button, select, input, textarea, summary, a[href], [role=slider]";

  function* inside(node) {
    for (const child of node.shadowRoot?.childNodes ?? []) yield* withAll(child);
    for (const child of node.childNodes) yield* withAll(child);
  }
  function* withAll(node) {
    const isElement = node.nodeType === Node.ELEMENT_NODE;
    if (isElement && !node.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })) return;
    if (isElement && ["STYLE", "SCRIPT", "CANVAS"].includes(node.tagName)) return;
    yield node;
    if (node.tagName === "DETAILS" && !node.open) yield* withAll(node.querySelector("summary"));
    else if (!isElement || !["SELECT", "svg"].includes(node.tagName)) yield* inside(node);
  }
  const parentOf = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  function* around(node) {
    for (let each = parentOf(node); each; each = parentOf(each)) yield each;
  }

  // The part of a box that is not scrolled away, and whether text may be scrolled back into view.
  function seen(element, box) {
    let { left, right, top, bottom } = box;
    for (const each of [element, ...around(element)]) {
      const { overflowX, overflowY } = getComputedStyle(each);
      const frame = each.getBoundingClientRect();
      if (overflowX !== "visible") [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
      if (overflowY !== "visible") [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
      if (each === root) break;
    }
    return { left, right, top, bottom };
  }
  const widthOf = (text, font) => {
    brush.font = font;
    return brush.measureText(text).width;
  };
  // What a text sticks out of: the first element around it that hides what sticks out, or the screen.
  function cutBy(element, box) {
    for (const each of [element, ...around(element)]) {
      const { overflowX, overflowY } = getComputedStyle(each);
      const frame = each.getBoundingClientRect();
      const isCut = (overflow, isOut) => /hidden|clip/.test(overflow) && isOut;
      if (["auto", "scroll"].includes(overflowX)) return null;
      if (isCut(overflowX, box.left < frame.left - 1 || box.right > frame.right + 1)) return each;
      if (["auto", "scroll"].includes(overflowY)) return null;
      if (isCut(overflowY, box.top < frame.top - 2 || box.bottom > frame.bottom + 2)) return each;
      if (each === root) return box.right > frame.right + 1 || box.left < frame.left - 1 ? root : null;
    }
    return null;
  }
  const name = (element) =>
    `${element.tagName.toLowerCase()}.${[...(element.classList ?? [])].join(".")}`;

  const found = new Set();
  const pieces = [];
  for (const node of inside(root)) {
    if (node.nodeType === Node.TEXT_NODE && node.data.trim()) {
      const range = document.createRange();
      range.selectNodeContents(node);
      const element = parentOf(node);
      for (const box of range.getClientRects()) {
        if (box.width < 1) continue;
        const by = cutBy(element, box);
        if (by) found.add(`cut by ${name(by)}: ${node.data.trim()}`);
        pieces.push({ element, text: node.data.trim(), box: seen(element, box) });
      }
    }
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const style = getComputedStyle(node);
    // Of an element on a line there is no width to compare with.
    if (style.display !== "inline" && node.scrollWidth > node.clientWidth + 1 && node.clientWidth) {
      const isText = [...node.childNodes].some((each) => each.data?.trim());
      if (isText && !["auto", "scroll"].includes(style.overflowX)) {
        found.add(`wider than its box: ${name(node)}: ${node.textContent.trim()}`);
      }
    }
    const written =
      node.tagName === "SELECT"
        ? node.selectedOptions[0]?.text
        : node.matches("input[type=text], textarea") && !node.value && node.placeholder;
    if (written) {
      const room = node.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
      if (widthOf(written, style.font) > room + 1) found.add(`no room in ${name(node)}: ${written}`);
    }
    if (node.matches(controls)) {
      const box = node.getBoundingClientRect();
      const by = cutBy(node, box);
      const text = node.textContent.trim() || node.title || node.ariaLabel || name(node);
      if (by) found.add(`control cut by ${name(by)}: ${text}`);
      pieces.push({ element: node, text, box: seen(node, box), isControl: true });
    }
  }

  const covers = (a, b) => a.element === b.element || [...around(b.element)].includes(a.element);
  // The head of a table that is scrolled stays where it is, over the rows.
  const isStuck = (each) =>
    [each.element, ...around(each.element)].some((one) => getComputedStyle(one).position === "sticky");
  pieces.forEach((a, i) => {
    for (const b of pieces.slice(i + 1)) {
      if (!a.isControl && !b.isControl) continue;
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const up = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (across <= 2 || up <= 2 || covers(a, b) || covers(b, a) || isStuck(a) !== isStuck(b)) continue;
      found.add(`on one another: ${a.text} | ${b.text}`);
    }
  });

  const plots = window.Bokeh?.index.query((view) => view.frame && view.canvas_view) ?? [];
  for (const { model, el, frame } of plots) {
    const { title, name } = model;
    if (!el.checkVisibility() || !el.getBoundingClientRect().width) continue;
    if (title?.text) {
      const font = `bold ${title.text_font_size} ${title.text_font}`;
      const lines = title.text.split("\n");
      const wide = Math.max(...lines.map((line) => widthOf(line, font)));
      if (wide > frame.bbox.width + 1) found.add(`title of ${name}: ${title.text}`);
      if (lines.length * 12 > frame.bbox.top) found.add(`title above ${name}: ${title.text}`);
    }
    // The name of the horizontal axis is in the middle below the frame, on the canvas.
    const middle = (frame.bbox.left + frame.bbox.right) / 2;
    const side = Math.min(middle, el.clientWidth - middle);
    for (const axis of model.below.filter((each) => each.axis_label)) {
      const labelFont = `${axis.axis_label_text_font_style} ${axis.axis_label_text_font_size} ${axis.axis_label_text_font}`;
      const widest = Math.max(...axis.axis_label.split("\n").map((line) => widthOf(line, labelFont)));
      if (widest / 2 > side + 1) found.add(`axis of ${name}: ${axis.axis_label}`);
    }
  }
  return [...found];
}
