import { decimal, element, fill } from "../page/elements.js";
import { sheetLook } from "../page/looks.js";
import { render } from "../page/page.js";
import { documentsOf, paintColors, selectRows } from "../page/paint.js";
import { clusterBesideBars } from "../page/taps.js";
import { unpack } from "../page/views.js";
import { answersPart } from "./answers.js";
import { inHundredths, openedBar } from "./bar.js";
import { flowPart, paintFlow, rowsOfRibbon } from "./flow.js";
import { gallery } from "./gallery.js";
import { bytesOf, decoded, storedKernel } from "./kernel.js";
import { colorMenu, openParts } from "./parts.js";
import { shownImages } from "./shown_images.js";
import { textTable } from "./tables.js";
import { wordsPart } from "./words.js";

const partCalled = (name) => document.getElementById(`cliplab-${name}`);

// Open the page: plots and script as in the notebook, with what is stored in the place of a kernel.
export async function openSavedPage(Bokeh) {
  const value = JSON.parse(partCalled("value").textContent);
  await Bokeh.embed.embed_item(value.item, "cliplab-plots");
  savedPage(value, documentsOf(value.root)[0]);
}

export function savedPage(value, plots) {
  const { said, words, ids } = value;
  const views = new Map();
  const stored = new Map();
  const packed = value.views.map(({ view, packed }) => ({ view, bytes: bytesOf(packed) }));
  for (const { view, bytes } of packed) views.set(view.value, unpack(view, bytes));
  for (const each of value.values) stored.set(each.value, unpack(each, bytesOf(each.packed)));
  const kernel = storedKernel({ ...value, views: packed, open: openBar });
  const images = plots.get_model_by_name("images");
  const models = Object.fromEntries(
    Object.entries(ids).map(([name, id]) => [name, plots.get_model_by_id(id)]),
  );

  // What is chosen: by the kernel's stand-in, on the plots, and here.
  let now = value.now;
  let selected = [];
  let order = { rows: [], words: "" };
  let opened = null;
  let part = "images";
  let committed = null;
  let answers = null;

  const labels = () => views.get(now.value).columns.cluster_labels;
  const look = (row) =>
    sheetLook(plots.get_model_by_name("sheets").get_column("uri"), row, words.side);
  const chip = (cluster) => {
    const found = views.get(now.value).clusters.find((each) => each.cluster === cluster);
    return { color: found?.color ?? value.colors.other, ink: found?.ink ?? "#000000" };
  };
  const color = (cluster) => chip(cluster).color;

  const shown = gallery(said, figureOf);
  const bar = openedBar(said, { look, color, show: showImages });
  const moves = flowPart(said, showImages);
  const inWords = wordsPart(said, value.found, { chip, show: showImages });
  const reveal = answersPart(said, value.credits.length, { commit, show: showImages });
  const status = element("span", { class: "cliplab-found" });
  const colors = colorMenu(said, (color_by) => kernel.choose({ color_by }));
  const onMap = shownImages(said, value.wall, plots);
  const parts = openParts(said, drawnParts(), open);

  function drawnParts() {
    const drawn = { images: shown.element, silhouette: bar.element };
    if (value.found || value.values.some(({ names }) => names)) drawn.words = inWords.element;
    drawn.transitions = moves.element;
    if (value.evidence) drawn.evidence = evidencePart(value.evidence);
    if (value.answers) drawn.answers = reveal.element;
    return drawn;
  }

  // Choices

  function open(name) {
    part = name;
    models.images.visible = part !== "evidence";
    if (models.evidence) models.evidence.visible = part === "evidence";
    draw();
  }

  // Select images, and show them in this order.
  function showImages(rows, words) {
    order = { rows, words: words ?? fill(said.selected, { n: rows.length }) };
    selectRows(
      plots,
      rows.toSorted((a, b) => a - b),
    );
    parts.open("images");
  }

  function commit(k) {
    committed = k;
    answer();
    if (now.values.includes(k) && now.parameter_title === "k") kernel.choose({ value: k });
    else draw();
  }

  // From here on all that is known may be said.
  function answer() {
    answers = decoded(value.answers);
    images.setv({ data: { ...dataOf(images), ...answers.hover } }, { sync: false });
    offerColors();
  }

  function offerColors() {
    const known = (answers?.colors ?? []).map(({ name, title }) => [name, title]);
    colors.offer({ ...said.colors, ...Object.fromEntries(known) });
  }

  function tapBar(event) {
    if (clusterBesideBars(plots, event) !== null) return; // It opens a cluster.
    const positions = images.get_column("bar_positions");
    const row = positions.reduce(
      (best, at, i) => (Math.abs(at - event.y) < Math.abs(positions[best] - event.y) ? i : best),
      0,
    );
    // A finger is wider than a bar; but in the middle between two blocks there is none.
    const halfGap = Math.max(1, Math.floor(positions.length / 80)) / 2;
    if (Math.abs(positions[row] - event.y) > Math.max(1, halfGap)) return;
    openBar(row);
  }

  function openBar(row) {
    opened = row;
    parts.open("silhouette");
  }

  // What the plots say, as a kernel hears it: without what the script itself has painted.
  function hear(event) {
    if (event.attr !== "indices" || event.sync === false) return;
    const { ribbons } = models;
    if (event.model === images.selected) {
      selected = [...images.selected.indices];
      draw();
    }
    if (event.model === ribbons.selected && ribbons.selected.indices.length) {
      const { moves: flow, columns } = stored.get(now.value);
      const ribbon = ribbons.selected.indices[0];
      showImages(rowsOfRibbon(flow.ribbons, ribbon, labels(), columns.after));
    }
  }

  // Drawing

  function draw() {
    const view = views.get(now.value);
    const here = stored.get(now.value);
    status.textContent = here.status;
    shown.head.hidden = part !== "images";
    if (part === "images") drawImages(view);
    if (part === "silhouette") bar.draw(opened, labels(), here);
    if (part === "words") inWords.draw(here);
    if (part === "transitions") moves.draw(now.value, here);
    if (part === "answers") drawAnswers();
    drawFlow(part === "transitions" ? here.moves : null);
  }

  function drawImages({ clusters }) {
    const known = new Set(order.rows);
    const isOrdered = known.size === selected.length && selected.every((row) => known.has(row));
    if (!selected.length) {
      const typical = clusters.map((each) => each.typical).filter((row) => row >= 0);
      shown.show(typical, said.typical);
    } else if (isOrdered) shown.show(order.rows, order.words);
    else shown.show(selected, fill(said.selected, { n: selected.length }));
  }

  function drawFlow(flow) {
    models.flow.visible = Boolean(flow);
    models.silhouettes.visible = models.curves.visible = !flow;
    if (flow) paintFlow(models, flow);
  }

  function drawAnswers() {
    if (answers) reveal.draw(committed, answers.values[now.value]);
    else reveal.ask(now.value);
  }

  // The script of k paints the colours that go by k, but not those that come and go.
  function drawColors(before) {
    const view = views.get(now.value);
    const known = answers?.colors.find(({ name }) => name === now.color_by);
    const isNew = before?.color_by !== now.color_by;
    const byCluster = now.color_by === "cluster";
    if (isNew) {
      onMap.color(byCluster);
      const columns = known && { values: known.values.map((each) => each ?? Number.NaN) };
      if (known) paintColors(plots, { columns }, { ...known, values: "values" });
      else {
        const { palette, ...coloring } = view.colors[now.color_by];
        paintColors(plots, view, { ...coloring, palette: palette ?? value.colors.silhouette });
      }
    }
    if (byCluster) colors.explain([]);
    else if (known) colors.explain(known.legend, known.is_amount && known.palette);
    else {
      const { low, high } = view.colors.silhouette;
      const ends = [low, high].map((end) => [decimal(end, 2, said.point)]);
      colors.explain(ends, value.colors.silhouette);
    }
  }

  function figureOf(row) {
    const cluster = labels()[row];
    const score = stored.get(now.value).columns.hundredths[row];
    const measured =
      score === -128
        ? said.not_measured
        : fill(said.silhouette, { score: inHundredths(score, said.point) });
    const credit = value.credits[row];
    const className = answers?.hover.class_names[row];
    return {
      look: look(row),
      name: answers?.hover.image_ids[row] ?? fill(said.hidden_name, { row }),
      // Where no class is known of an image, that is said once classes may be seen.
      className: answers ? className || said.no_class : null,
      silhouette: cluster < 0 ? said.noise : measured,
      cluster,
      chip: { text: cluster < 0 ? "–" : String(cluster), ...chip(cluster) },
      credit: answers ? { ...credit, text: answers.credits[row] } : credit,
    };
  }

  render({ model: kernel, el: partCalled("page") });
  partCalled("controls").append(onMap.label, ...colors.elements, onMap.note);
  partCalled("foot").append(status, shown.head);
  const hints = [said.without_kernel, ...(value.answers ? [] : [said.without_answers])];
  const hint = element("p", { class: "cliplab-quiet", text: hints.join(" ") });
  partCalled("parts").append(...parts.elements, hint);
  offerColors();
  if (value.is_revealed && value.answers) answer();
  plots.on_change(hear);
  plots.get_model_by_name("silhouettes").on_event("tap", tapBar);
  parts.open("images");
  kernel.follow((next) => {
    const before = now;
    now = next;
    draw();
    drawColors(before);
  });
}

function evidencePart({ sentence, heads, rows }) {
  const table = element("div", { class: "cliplab-scroll" }, textTable(heads, rows));
  return element("div", {}, element("p", { text: sentence }), table);
}

function dataOf(source) {
  return source.data instanceof Map ? Object.fromEntries(source.data) : source.data;
}
