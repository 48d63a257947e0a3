// Return ranges in which a square of data is seen whole, in a frame of any shape, and one unit is as
// long across as it is up. How large the frame is, only the browser knows.
export function equalScales(across, up, width, height) {
  const [wider, higher] = width > height ? [width / height, 1] : [1, height / width];
  return { x: stretched(across, wider), y: stretched(up, higher) };
}

// Reset brings back these ends too.
function stretched({ start, end }, by) {
  const [middle, half] = [(start + end) / 2, ((end - start) / 2) * by];
  const ends = { start: middle - half, end: middle + half };
  return { ...ends, reset_start: ends.start, reset_end: ends.end };
}
