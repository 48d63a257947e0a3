import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { thumbnailOf } from "../../../../cliplab/explorer/style/scripts/sheet_images.js";

let made;

beforeEach(() => {
  made = [];
  globalThis.window = {};
  URL.createObjectURL = (_blob) => "blob:1";
  globalThis.Image = class {
    complete = false;
    naturalWidth = 0;
    constructor() {
      made.push(this);
    }
    addEventListener(name, hear) {
      this[name] = hear;
    }
  };
});

const sheets = (...uri) => ({ get_column: () => uri });
const plot = (...uri) => ({ sheets: sheets(...uri), side: 4, size: 80 });

test("a thumbnail is cut out of its sheet once that is there, and whoever waits is called", () => {
  const heard = [];
  const sent = plot("", "data:image/webp;base64,AAAA");
  assert.equal(
    thumbnailOf(16 + 6, sent, () => heard.push("loaded")),
    null,
  );
  Object.assign(made[0], { complete: true, naturalWidth: 320 }).load();
  assert.deepEqual(heard, ["loaded"]);
  assert.deepEqual(thumbnailOf(16 + 6, sent), { sheet: made[0], left: 160, top: 80, size: 80 });
  assert.equal(made.length, 1);
});

test("of a sheet that has not come there is no thumbnail", () => {
  assert.equal(thumbnailOf(3, plot("", "")), null);
  assert.equal(made.length, 0);
});
