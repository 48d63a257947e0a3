import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { satisfies, tellOddParts } from "../../../../cliplab/explorer/notebook/scripts/parts.js";

const NEEDED = {
  bokeh: "3.9.2",
  extensions: [
    { name: "@bokeh/jupyter_bokeh", range: "^4.1.0", pip: "jupyter_bokeh==4.1.0" },
    { name: "anywidget", range: "~0.11.*", pip: "anywidget==0.11.0" },
  ],
};
const WORDS = {
  bokeh: "BokehJS {page}, not {kernel}",
  extension: "{name} {page}, not {range}: {pip}",
  missing: "no {name}: {pip}",
};

async function told({ bokeh = "3.9.2", versions = {}, status = 200, isLab = true }) {
  const config = isLab ? '{"fullLabextensionsUrl": "/ada/lab/extensions"}' : "{}";
  const { document } = parseHTML(
    `<html><body><script id="jupyter-config-data">${config}</script><div></div></body></html>`,
  );
  const asked = [];
  const fetch = async (address) => {
    asked.push(address);
    const name = address.replace("/ada/lab/extensions/", "").replace("/package.json", "");
    if (versions[name] === null) return { ok: false, status: 404 };
    const version = versions[name] ?? { anywidget: "0.11.4" }[name] ?? "4.1.0";
    return { ok: status === 200, status, json: async () => ({ version }) };
  };
  const element = document.querySelector("div");
  const Bokeh = bokeh && { version: bokeh };
  await tellOddParts(element, { document, fetch, Bokeh }, NEEDED, WORDS);
  const lines = [...element.querySelectorAll("p[role=alert]")].map((each) => each.textContent);
  return { lines, asked };
}

test("where all parts fit nothing is said", async () => {
  const { lines, asked } = await told({});
  assert.deepEqual(lines, []);
  assert.deepEqual(asked, [
    "/ada/lab/extensions/@bokeh/jupyter_bokeh/package.json",
    "/ada/lab/extensions/anywidget/package.json",
  ]);
});

test("another BokehJS is told, older or newer, wherever the page is", async () => {
  for (const bokeh of ["3.8.0", "3.9.3", "3.10.0-dev.1", "4.0.0"]) {
    const { lines } = await told({ bokeh, isLab: false });
    assert.deepEqual(lines, [`BokehJS ${bokeh}, not 3.9.2`]);
  }
  assert.deepEqual((await told({ bokeh: undefined })).lines, []);
});

test("an extension that is older, newer or missing is told, with the command", async () => {
  for (const version of ["3.0.7", "4.0.5", "5.0.0"]) {
    const { lines } = await told({ versions: { "@bokeh/jupyter_bokeh": version } });
    assert.deepEqual(lines, [`@bokeh/jupyter_bokeh ${version}, not ^4.1.0: jupyter_bokeh==4.1.0`]);
  }
  const { lines } = await told({ versions: { "@bokeh/jupyter_bokeh": null, anywidget: "0.9.21" } });
  assert.deepEqual(lines, [
    "no @bokeh/jupyter_bokeh: jupyter_bokeh==4.1.0",
    "anywidget 0.9.21, not ~0.11.*: anywidget==0.11.0",
  ]);
});

test("a page that does not say which extensions it has is believed", async () => {
  assert.deepEqual((await told({ isLab: false })).asked, []);
  assert.deepEqual((await told({ status: 403 })).lines, []);
});

test("a version from a page is text", async () => {
  const { lines } = await told({ versions: { anywidget: "<img src=x>" } });
  assert.deepEqual(lines, ["anywidget <img src=x>, not ~0.11.*: anywidget==0.11.0"]);
});

test("ranges are those of npm", () => {
  for (const [version, range] of [
    ["4.1.0", "^4.1.0"],
    ["4.2.0", "^4.1.3"],
    ["5.0.16", "^5.0.0"],
    ["0.11.0", "~0.11.*"],
    ["0.9.30", "^0.9.21"],
  ]) {
    assert.ok(satisfies(version, range), `${version} ${range}`);
  }
  for (const [version, range] of [
    ["4.0.9", "^4.1.0"],
    ["5.1.0", "^4.1.0"],
    ["3.9.9", "^4.1.0"],
    ["0.12.0", "~0.11.*"],
    ["0.10.0", "^0.9.21"],
    ["0.9.20", "^0.9.21"],
    ["1.0.0", "~0.11.*"],
  ]) {
    assert.ok(!satisfies(version, range), `${version} ${range}`);
  }
});
