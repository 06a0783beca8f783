// Data of ../shared/data for tests: pictures in IDX files and tables of numbers.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const folder = resolve('../shared/data');
function bytes(path: string): Buffer {
  try {
    return readFileSync(resolve(folder, path));
  } catch (cause) {
    throw new Error(`the data are missing: ${resolve(folder, path)} can't be read; they lie beside the project in shared/data`, { cause });
  }
}

export interface Pictures {
  readonly x: Float32Array;
  readonly y: Int32Array;
}
export interface Split {
  readonly train: Pictures;
  readonly test: Pictures;
}
function idx(path: string): Uint8Array {
  const raw = gunzipSync(bytes(path));
  return raw.subarray(4 + 4 * (raw[3] as number));
}
/** Pictures scaled to [0, 1], once. */
export function pictures(name: 'mnist' | 'fashion-mnist'): Split {
  const part = (prefix: string): Pictures => ({
    x: Float32Array.from(idx(`${name}/${prefix}-images-idx3-ubyte.gz`), (v) => v / 255),
    y: Int32Array.from(idx(`${name}/${prefix}-labels-idx1-ubyte.gz`)),
  });
  return { train: part('train'), test: part('t10k') };
}

/** Cells of a comma-separated table without quotes. */
export function table(name: string): string[][] {
  const lines = bytes(`tabular/${name}`).toString('latin1').split(/\r?\n/);
  return lines.filter((line) => line.trim() !== '').map((line) => line.split(',').map((cell) => cell.trim()));
}

/** Whole numbers in an order that a seed fixes. */
export function shuffled<T>(list: readonly T[], seed: number): T[] {
  const out = [...list];
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
}

/** Places of the rows of each fold, every class spread evenly. */
export function stratifiedFolds(classes: readonly number[], count: number, seed: number): number[][] {
  const folds = Array.from({ length: count }, (): number[] => []);
  let next = 0;
  for (const value of new Set(classes)) {
    const places = classes.flatMap((c, i) => (c === value ? [i] : []));
    for (const place of shuffled(places, seed)) (folds[next++ % count] as number[]).push(place);
  }
  return folds;
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Columns moved and scaled to mean 0 and deviation 1 of the rows that train. */
export function standardized(train: readonly (readonly number[])[], rows: readonly (readonly number[])[]): number[][] {
  const columns = (train[0] as readonly number[]).map((_, j) => train.map((row) => row[j] as number));
  const means = columns.map(mean);
  const deviations = columns.map((column, j) => Math.sqrt(mean(column.map((v) => (v - (means[j] as number)) ** 2))) || 1);
  return rows.map((row) => row.map((v, j) => (v - (means[j] as number)) / (deviations[j] as number)));
}
