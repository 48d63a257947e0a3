// Break the title of a plot into lines that are no wider than the plot: Bokeh writes it on a canvas,
// where nothing wraps by itself. It is broken between its parts, and between words only where a part
// is too wide. `widthOf` measures a text.
export function titleThatFits(title, width, widthOf) {
  const fill = (pieces) => {
    const lines = [];
    for (const piece of pieces) {
      const longer = lines.length ? `${lines.at(-1)} ${piece}` : piece;
      if (lines.length && widthOf(longer) > width) lines.push(piece);
      else lines.splice(-1, 1, longer);
    }
    return lines;
  };
  const parts = title.replaceAll("\n", " ").split(/(?<= ·) /);
  return fill(parts)
    .flatMap((line) => (widthOf(line) > width ? fill(line.split(/ (?!·)/)) : line))
    .join("\n");
}
