// The rows of digits.csv, for Node and for pages.

/** Pixels of 0 … 1 in rows of 64, and the digits. */
export function parseDigits(text) {
  const lines = text.trim().split('\n');
  const x = new Float32Array(lines.length * 64);
  const y = new Int32Array(lines.length);
  lines.forEach((line, row) => {
    const cells = line.split(',');
    if (cells.length !== 65) throw new Error(`line ${row + 1} has ${cells.length} numbers instead of 65`);
    for (let i = 0; i < 64; i++) x[row * 64 + i] = Number(cells[i]) / 16;
    y[row] = Number(cells[64]);
  });
  return { x, y, rows: lines.length, width: 64 };
}
