// Views as the kernel sends them: texts, and all columns in one buffer.

const TYPES = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  f4: Float32Array,
};

// Return a view with its columns as arrays. A column with a scale was sent as whole numbers; the
// lowest of them stands for what is not known.
export function unpack({ columns, ...view }, bytes) {
  const arrays = {};
  let start = bytes.byteOffset;
  for (const { name, type, length, scale } of columns) {
    const Numbers = TYPES[type];
    const size = length * Numbers.BYTES_PER_ELEMENT;
    // A copy begins where numbers of any size may begin.
    const numbers = new Numbers(bytes.buffer.slice(start, start + size));
    arrays[name] = scale ? scaled(numbers, scale) : numbers;
    start += size;
  }
  return { ...view, columns: arrays };
}

function scaled(numbers, scale) {
  return Float32Array.from(numbers, (number) => (number === -32768 ? Number.NaN : number * scale));
}
