// What several examples need.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** `--name value` of the command line. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

/** Where an example saves its model: `--save FILE`, else beside the examples. */
export function target(name) {
  return option('save', relative(process.cwd(), fileURLToPath(new URL(`out/${name}.safetensors`, import.meta.url))));
}

/** A file's bytes, unpacked if it is packed. */
export function readBytes(path) {
  const bytes = readFileSync(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** The rows of a file of comma-separated values. */
export function readCsv(path) {
  return readBytes(path)
    .toString()
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
}

/** An IDX file, as MNIST is kept: two zeros, the type, the number of axes, big-endian sizes, bytes. */
export function readIdx(path) {
  const bytes = readBytes(path);
  if (bytes.readUInt16BE(0) !== 0 || bytes[2] !== 8) throw new Error(`${path} is no IDX file of bytes`);
  const shape = Array.from({ length: bytes[3] }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  return { data: new Uint8Array(bytes.subarray(4 + 4 * shape.length)), shape };
}

/** Whether two typed arrays have the same bits. */
export function identical(a, b) {
  return Buffer.compare(Buffer.from(a.buffer, a.byteOffset, a.byteLength), Buffer.from(b.buffer, b.byteOffset, b.byteLength)) === 0;
}

/** Root of the mean squared error. */
export const rmse = (predicted, truth) => Math.sqrt(truth.reduce((sum, value, i) => sum + (value - predicted[i]) ** 2, 0) / truth.length);

/** Classes of the rows of a prediction. */
export function classes({ data, shape: [rows, width] }) {
  return Array.from({ length: rows }, (_, r) => {
    let best = 0;
    for (let c = 1; c < width; c++) if (data[r * width + c] > data[r * width + best]) best = c;
    return best;
  });
}

/** A number from 0 on, drawn by the probabilities; `next` answers numbers from 0 to 1. */
export function drawn(probabilities, next) {
  let left = next();
  for (const [number, p] of probabilities.entries()) {
    left -= p;
    if (left <= 0) return number;
  }
  return 0;
}

/** A table of true classes (rows) against predicted ones (columns), by their names or numbers. */
export function confusionMatrix(labels, predictions, names = Array.from({ length: predictions.shape[1] }, (_, c) => String(c))) {
  const counts = names.map(() => new Array(names.length).fill(0));
  classes(predictions).forEach((c, row) => counts[labels[row]][c]++);
  const width = Math.max(6, ...names.map((name) => name.length + 1));
  const cell = (value) => String(value).padStart(width);
  const head = `true \\ predicted${names.map(cell).join('')}`;
  return [head, ...counts.map((row, c) => `${names[c].padStart(16)}${row.map((n) => cell(n || '·')).join('')}`)].join('\n');
}
