import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack } from "../../../../../cliplab/explorer/style/scripts/page/views.js";

test("columns are cut out of one buffer, wherever in it they begin", () => {
  const bytes = new Uint8Array([99, 1, 255, 3, 244, 1, 0, 128]);
  const view = {
    value: 4,
    columns: [
      { name: "labels", type: "i1", length: 3, scale: null },
      { name: "places", type: "u2", length: 1, scale: null },
      { name: "silhouettes", type: "i2", length: 1, scale: 0.5 },
    ],
  };
  // The front-end hands out a part of a larger message.
  const { value, columns } = unpack(view, bytes.subarray(1));
  assert.equal(value, 4);
  assert.deepEqual([...columns.labels], [1, -1, 3]);
  assert.deepEqual([...columns.places], [500]);
  assert.ok(Number.isNaN(columns.silhouettes[0]));
});

test("numbers of many clusters, and the places of many bars, need more bytes", () => {
  const bytes = new Uint8Array(12);
  const said = new DataView(bytes.buffer);
  [-1, 300].forEach((label, i) => {
    said.setInt16(2 * i, label, true);
  });
  [70_000, 0].forEach((place, i) => {
    said.setInt32(4 + 4 * i, place, true);
  });
  const kinds = [
    { name: "labels", type: "i2", length: 2, scale: null },
    { name: "places", type: "i4", length: 2, scale: null },
  ];
  const { labels, places } = unpack({ columns: kinds }, bytes).columns;
  assert.deepEqual([...labels, ...places], [-1, 300, 70_000, 0]);
});

test("whole numbers with a scale become what they were", () => {
  const bytes = new Uint8Array(new Int16Array([32767, -16384, 0]).buffer);
  const columns = [{ name: "silhouettes", type: "i2", length: 3, scale: 1 / 32767 }];
  const { silhouettes } = unpack({ columns }, bytes).columns;
  assert.ok(Math.abs(silhouettes[0] - 1) < 1e-6);
  assert.ok(Math.abs(silhouettes[1] + 0.5) < 1e-4);
});
