// Elements of the page. Whatever is said comes as text and is never read as HTML.

export function element(tag, { text = "", ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, value);
  }
  made.textContent = text;
  made.append(...children);
  return made;
}

// Fill in the gaps of a sentence: fill("{n} images", {n: 3}) is "3 images".
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}

// Return a number with some digits behind the point, as the language of the page writes it.
export function decimal(number, digits, point = ".") {
  return number.toFixed(digits).replace(".", point);
}

// Give an element attributes; what stays as it is is not touched.
export function describe(part, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (part.getAttribute(name) !== String(value)) part.setAttribute(name, value);
  }
}
