import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { clusterTable } from "../../../../../cliplab/explorer/style/scripts/page/cluster_table.js";

const { document, Event } = parseHTML("<body></body>");
globalThis.document = document;

const words = {
  table: "Clusters",
  about_silhouettes: "Negative: nearer to another cluster.",
  columns: {
    cluster: ["cluster", "Sort by number"],
    size: ["images", "Sort"],
    mean: ["mean", "Sort"],
    word: ["in words", "Sort"],
  },
};
const row = (cluster, size, mean) => ({
  cluster,
  size,
  mean,
  name: cluster < 0 ? "noise" : String(cluster),
  size_text: String(size),
  mean_text: String(mean),
  negative_text: "0%",
});

function made() {
  const chosen = [];
  const previewed = [];
  const table = clusterTable(
    words,
    (cluster) => chosen.push(cluster),
    (cluster) => previewed.push(cluster),
  );
  table.show([row(0, 5, 0.1), row(1, 9, 0.3), row(2, 7, 0.2), row(-1, 2, null)]);
  const rows = () => [...table.element.querySelectorAll("tbody tr")];
  const order = () => rows().map((each) => each.dataset.cluster);
  const [byCluster, bySize, byMean, byWord] = table.element.querySelectorAll("th button");
  return { table, chosen, previewed, rows, order, byCluster, bySize, byMean, byWord };
}

test("below the rows it says what a silhouette is", () => {
  const { table } = made();
  assert.equal(table.element.lastChild.textContent, "Negative: nearer to another cluster.");
});

test("it has a row for each cluster, which can be sorted up and down", () => {
  const { table, order, byCluster, bySize } = made();
  bySize.click();
  assert.deepEqual(order(), ["1", "2", "0", "-1"]);
  assert.equal(table.element.querySelectorAll("th")[1].getAttribute("aria-sort"), "descending");
  bySize.click();
  assert.deepEqual(order(), ["-1", "0", "2", "1"]);
  byCluster.click();
  assert.deepEqual(order(), ["-1", "0", "1", "2"]);
});

test("names have a column where there are any, in which what has none comes last", () => {
  const { table, rows, order, byWord } = made();
  const isNamed = () => table.element.querySelector("table").classList.contains("cliplab-named");
  assert.equal(isNamed(), false);
  table.show([
    row(0, 5, 0.1),
    { ...row(1, 9, 0.3), word: "dogs" },
    { ...row(2, 7, 0), word: "cats" },
  ]);
  assert.equal(isNamed(), true);
  byWord.click();
  assert.deepEqual(order(), ["2", "1", "0"]);
  assert.equal(rows()[0].querySelector(".cliplab-word").title, "cats");
});

test("what has no score is below all that have one", () => {
  const { order, byMean } = made();
  byMean.click();
  assert.equal(order().at(-1), "-1");
});

test("a row is chosen by a click, and previewed while the mouse is over it", () => {
  const { chosen, previewed, rows } = made();
  const [, second] = rows();
  second.click();
  second.querySelector("button").click();
  assert.equal(chosen.length, 2);
  second.dispatchEvent(new Event("mouseenter"));
  second.dispatchEvent(new Event("mouseleave"));
  assert.deepEqual(previewed, [chosen[0], null]);
});

test("the chosen cluster is marked, also for those who hear the table, and after sorting", () => {
  const { table, rows, bySize } = made();
  table.mark(2);
  bySize.click();
  const marked = rows().filter((each) => each.classList.contains("cliplab-chosen"));
  assert.deepEqual(
    marked.map((each) => each.dataset.cluster),
    ["2"],
  );
  assert.equal(marked[0].querySelector("button").getAttribute("aria-pressed"), "true");
});

test("a row under the mouse that becomes another cluster's previews that one", () => {
  const { table, previewed, rows } = made();
  rows()[1].dispatchEvent(new Event("mouseenter"));
  table.show([row(0, 5, 0.1), row(4, 9, 0.3)]);
  assert.deepEqual(previewed, [0, 4]);
  rows()[1].dispatchEvent(new Event("mouseleave"));
  table.show([row(0, 5, 0.1), row(3, 9, 0.3)]);
  assert.deepEqual(previewed, [0, 4, null]);
});
