import { forgetReplaced } from "../../../notebook/scripts/documents.js";
import { clusterTable } from "./cluster_table.js";
import { element, fill } from "./elements.js";
import { entrance } from "./entrance.js";
import { hintLine } from "./hints.js";
import { kControl } from "./k_control.js";
import { sheetLook } from "./looks.js";
import { nameControls, openScrolled } from "./names.js";
import { keepKeys } from "./notebook_keys.js";
import {
  documentsOf,
  paintClusters,
  paintColors,
  paintedLabels,
  paintNumbers,
  previewRows,
  selectedRows,
  selectRows,
} from "./paint.js";
import { plotKeys, plotsOf } from "./plot_keys.js";
import { searchBox } from "./search.js";
import { clusterOf, rowsOf, selectionChip } from "./selection.js";
import { listenToBadges, listenToPlots } from "./taps.js";
import { letterHeight, scaledWords, textScale } from "./text_scale.js";
import { unpack } from "./views.js";
import { nameOfControl, waitingChoices } from "./waiting.js";
import { dimStale, workLines } from "./work.js";

const LOOK_EVERY = 300; // ms, for plots that are new on the page
const MAP_SHARE = 0.6; // of the window's height
const CHOICES = ["change", "click", "pointerup"];

// The script of an Explorer's page. The kernel has computed how each k looks and sends it once;
// here it is turned. A choice bears a number; an answer to an older choice is dropped.
export function render({ model, el }) {
  const me = String(Math.random());
  const words = model.get("words");
  const root = model.get("root");
  // What is known of each value, and of which sweep and map; what is asked for; what is painted.
  let views = new Map();
  let numbers = new Map();
  let now = null;
  let painted = {};
  let choice = 0;
  let chosen = 0; // The number by which the last choice of k waits.
  let stale = [];
  let screen = null;
  const heard = new WeakSet();
  const entering = entrance(el);

  const status = element("span", { class: "cliplab-kernel", role: "status" });
  // What is read aloud and stands elsewhere for the eye.
  const spoken = element("span", {
    class: "cliplab-spoken cliplab-unseen",
    "aria-live": "polite",
  });
  const k = kControl(words, choose);
  const table = clusterTable(words, toggleCluster, previewCluster);
  const chip = selectionChip(words, clear);
  const search = searchBox(words, me, {
    send,
    select: (rows) => select(rows.toSorted((a, b) => a - b)),
    wait: (isLate) => say(isLate ? fill(words.busy, { waiting: words.waiting_search }) : ""),
  });
  const line = element("div", { class: "cliplab-ask" }, k.question, chip.element);
  const first = hintLine(words, () => send({ dismiss: true, page: me }));
  const head = element("div", { class: "cliplab-head" }, line, first.element, k.element, spoken);
  el.classList.add("cliplab-page");
  const waiting = waitingChoices(words, {
    ask: (asks) => send({ asks, page: me }),
    say,
    count: (n) => el.toggleAttribute("data-waiting", n > 0),
  });
  const work = workLines(words, (act, name) => send({ [act]: name, page: me }));
  const probe = letterHeight();
  const scaleWords = scaledWords();
  el.replaceChildren(head, status, search.element, table.element, ...work.elements, probe);

  const clusters = { choose: toggleCluster, preview: previewCluster };
  const isHere = (part) => el.closest(".cliplab-screen")?.contains(part);
  const deafen = listenToBadges(isHere, clusters);
  const leaveKeys = keepKeys(isHere);
  const plots = plotKeys(words, {
    step,
    select,
    selected: chosenRows,
    open: (row) => send({ open: row }),
    say: (text) => {
      spoken.textContent = text;
    },
  });

  function chooseNear(x) {
    const away = (value) => Math.abs(value - x);
    if (now) choose(now.values.reduce((best, each) => (away(each) < away(best) ? each : best)));
  }

  function step(by) {
    const next = now?.values[now.values.indexOf(now.value) + by];
    if (next !== undefined) choose(next);
  }

  function choose(value) {
    if (now === null || value === now.value) return;
    now = { ...now, value };
    draw();
    send({ choice: ++choice, page: me, value });
    chosen = waiting.note(words.waiting_for_k, true);
  }

  // Draw what is asked for, as far as it is known and not drawn already.
  function draw() {
    if (now === null) return;
    k.show(now);
    const view = views.get(now.value);
    if (!view) return;
    const kept = [now.value, now.sweep].join();
    // The first table makes room for itself before there is anything to point at.
    if (painted.table === undefined) drawTable();
    if (now.paints) {
      const colors = view.colors[now.color_by];
      const colored = `${kept},${now.color_by}`;
      once("clusters", kept, (page) => {
        paintClusters(page, view, colors);
        if (colors) painted.colors = colored;
      });
      const standing = numbers.get(now.value);
      if (standing) {
        once("numbers", `${kept},${now.map}`, (page) => paintNumbers(page, standing));
      }
      if (colors) once("colors", colored, (page) => paintColors(page, view, colors));
    }
    // The plots first: to lay out the table and to find all plots takes as long as to paint them.
    requestAnimationFrame(() => setTimeout(drawRest, 0));
    showSelection();
  }

  function drawRest() {
    drawTable();
    describePlots();
  }

  function drawTable() {
    const view = views.get(now?.value);
    if (!view) return;
    const named = now.names?.[now.value] ?? [];
    const listed = [now.value, now.sweep, ...named].join();
    if (painted.table === listed) return;
    painted.table = listed;
    const look = (each) => ({ look: lookOf(each.typical), word: named[each.cluster] ?? "" });
    table.show(view.clusters.map((each) => ({ ...each, ...look(each) })));
  }

  function describePlots() {
    for (const page of documentsOf(root)) plots.look(page, now, views.get(now?.value)?.texts);
  }

  function once(part, key, paint) {
    if (painted[part] === key) return;
    painted[part] = key;
    for (const page of documentsOf(root)) paint(page);
  }

  // Messages

  function send(message) {
    if (waiting.isGone) return;
    try {
      model.send(message);
    } catch {
      waiting.gone();
    }
  }

  function say(text) {
    status.textContent = text;
  }

  function hear(message, buffers) {
    if (message.view) {
      const view = unpack(message.view, buffers[0]);
      if (views.sweep !== view.sweep) views = Object.assign(new Map(), { sweep: view.sweep });
      views.set(view.value, view);
    }
    if (message.numbers) numbers = new Map(message.numbers);
    if (message.search) {
      search.show(message.search);
      showSelection();
    }
    if (message.now) take(message.now, message.answer, message.page);
    if (message.answers && message.page === me) waiting.answered(message.answers);
    if (message.hints) first.show(message.hints);
    if (message.work) {
      work.show(message.work);
      stale = message.stale;
      dim();
    }
  }

  function take(next, answer, page) {
    const mine = page === me;
    if (mine && answer === choice) waiting.answered(chosen);
    // What answers an older choice of this page says everything but the value.
    const value = mine && answer < choice ? now.value : next.value;
    if (now && now.map !== next.map) numbers = next.has_numbers ? numbers : new Map();
    // Other colours are drawn by the kernel; from there on they are turned here.
    if (now?.color_by !== next.color_by) {
      painted.colors = `${next.value},${next.sweep},${next.color_by}`;
    }
    now = { ...next, value };
    draw();
  }

  function dim() {
    const elements = { clusters: table.element, page: screen?.querySelector(".cliplab-pages") };
    for (const page of documentsOf(root)) dimStale(page, elements, stale);
  }

  // Menus and buttons of the kernel's own: what is chosen there waits for it.
  function noteChoice(event) {
    const name = el.contains(event.target) ? "" : nameOfControl(event);
    if (name) waiting.note(name);
  }

  // Selection

  // Of very many images only the plots have clusters, once the kernel has painted them.
  function labels() {
    if (now?.paints) return views.get(now.value)?.columns.cluster_labels;
    return documentsOf(root).map(paintedLabels)[0];
  }

  function select(rows) {
    shown = null;
    known = rows;
    for (const page of documentsOf(root)) selectRows(page, rows);
    showSelection();
  }

  function clear() {
    search.clear();
    select([]);
  }

  function toggleCluster(cluster) {
    const rows = rowsOf(cluster, labels() ?? []);
    const chosen = known;
    const isChosen = rows.length === chosen.length && rows.every((row, i) => row === chosen[i]);
    select(isChosen ? [] : rows);
  }

  // While a cluster is previewed this is what was selected before.
  let shown = null;
  let isPreviewing = false;
  // What was selected before the event that is being heard: a tap on a number is one on the plot too,
  // where Bokeh has cleared the selection by then.
  let known = [];

  function chosenRows() {
    return shown ?? documentsOf(root).map(selectedRows)[0] ?? [];
  }

  function previewCluster(cluster) {
    const before = chosenRows();
    shown = cluster === null ? null : before;
    const rows = cluster === null ? before : rowsOf(cluster, labels() ?? []);
    isPreviewing = true;
    for (const page of documentsOf(root)) previewRows(page, rows);
    isPreviewing = false;
  }

  function showSelection() {
    const rows = chosenRows();
    const cluster = clusterOf(rows, labels());
    chip.show(rows, cluster);
    search.mark(rows);
    table.mark(cluster);
  }

  // The typical image of a cluster is cut out of the sheets that the hover has.
  function lookOf(row) {
    const page = documentsOf(root)[0];
    const uri = page?.get_model_by_name("sheets")?.get_column("uri") ?? [];
    return sheetLook(uri, row, words.side);
  }

  // Plots come and go on their own: what is new on the page is listened to, and painted.
  function lookAround() {
    forgetReplaced(window.Bokeh);
    // Those that came the last time have their size now.
    if (documentsOf(root).some((page) => heard.has(page))) entering.enter();
    for (const page of documentsOf(root)) {
      if (heard.has(page)) continue;
      heard.add(page);
      listenToPlots(page, { ...clusters, chooseNear });
      const { selected } = page.get_model_by_name("images");
      selected.properties.indices.change.connect(() => {
        if (isPreviewing) return;
        shown = null; // What is selected now takes the place of a preview, also of one that lasts.
        queueMicrotask(() => {
          known = chosenRows();
        });
        showSelection();
        waiting.note(words.waiting_selection);
      });
      const sheets = page.get_model_by_name("sheets");
      for (const signal of [sheets.patching, sheets.properties.data.change]) {
        signal.connect(() => {
          painted.table = null;
          draw();
        });
      }
      known = chosenRows();
      painted = {};
      measure();
      draw();
      dim();
    }
    describePlots();
    for (const page of documentsOf(root)) scaleWords(plotsOf(page), textScale(probe));
    if (now && !now.paints) showSelection(); // The kernel may have painted other clusters.
    const around = el.closest(".cliplab-screen") ?? el;
    nameControls(around);
    openScrolled(around);
    if (screen !== null) return;
    screen = el.closest(".cliplab-screen");
    if (words.language) screen?.setAttribute("lang", words.language);
    for (const event of CHOICES) screen?.addEventListener(event, noteChoice);
  }

  function clearByKey(event) {
    const screen = el.closest(".cliplab-screen");
    const isHere = screen?.matches(":hover") || screen?.contains(document.activeElement);
    if (event.key === "Escape" && isHere && (search.isOn() || chosenRows().length)) clear();
  }

  // A frame that is as high as what it holds says nothing of the window.
  function measure() {
    const height = window === window.top ? window.innerHeight : window.screen.availHeight;
    const side = `${Math.round(MAP_SHARE * height)}px`;
    el.closest(".cliplab-frame")?.style.setProperty("--cliplab-map-side", side);
  }

  const looking = setInterval(lookAround, LOOK_EVERY);
  window.addEventListener("resize", measure);
  document.addEventListener("keydown", clearByKey);
  model.on("msg:custom", hear);
  model.on("comm_live_update", waiting.gone);
  send({ ready: true, page: me });
  return () => {
    clearInterval(looking);
    for (const event of CHOICES) screen?.removeEventListener(event, noteChoice);
    entering.end();
    deafen();
    leaveKeys();
    search.close();
    document.removeEventListener("keydown", clearByKey);
    window.removeEventListener("resize", measure);
    model.off("msg:custom", hear);
    model.off("comm_live_update", waiting.gone);
  };
}
