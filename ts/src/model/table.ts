// Rows with labels and weights in the engine, and the plans that read them.
import { ConfigError, DataError, show } from '../core/errors.js';
import type { NDArray } from '../data/ndarray.js';
import type { Compiled, Want } from './compile.js';
import type { Core, Given } from './core.js';
import type { Plan, Resident, Session } from './session.js';

export function wholeNumber(value: number, least: number, what: string): number {
  if (!Number.isInteger(value) || value < least) throw new ConfigError(`${what} must be a whole number from ${least} up, received ${value}`, { received: value });
  return value;
}

/** Rows with labels and weights, in the engine. */
export interface Table {
  readonly arrays: readonly Resident[];
  readonly inputs: number;
  readonly x: readonly NDArray[];
  readonly y: readonly NDArray[];
  readonly rows: number;
  /** Weights per row. */
  readonly weights: number;
}

function rowWeights(rows: number, y: NDArray | undefined, sampleWeight: ArrayLike<number> | undefined, classWeight: Readonly<Record<number, number>> | undefined): Float32Array | null {
  if (!sampleWeight && !classWeight) return null;
  const places = sampleWeight ? sampleWeight.length / rows : 1;
  if (!Number.isInteger(places) || places < 1)
    throw new DataError(`sampleWeight: ${sampleWeight?.length} weights for ${rows} rows; give one per row, or one per place of each row`, { expected: rows, received: sampleWeight?.length });
  const weights = Float32Array.from({ length: rows * places }, (_, i) => sampleWeight?.[i] ?? 1);
  if (classWeight && y) {
    const width = y.data.length / rows;
    weights.forEach((weight, i) => {
      weights[i] = weight * (classWeight[classOf(y, Math.floor(i / places), width)] ?? 1);
    });
  }
  return weights;
}

/** The class of a row: its label, or where its one-hot label is largest. */
function classOf({ data }: NDArray, row: number, width: number): number {
  if (width === 1) return Math.round(data[row] as number);
  let best = 0;
  for (let j = 1; j < width; j++) if ((data[row * width + j] as number) > (data[row * width + best] as number)) best = j;
  return best;
}

export async function upload(core: Core, session: Session, x: Given, y: Given, sampleWeight?: ArrayLike<number>, classWeight?: Readonly<Record<number, number>>): Promise<Table> {
  const inputs = core.inputs(x);
  const rows = inputs[0]?.shape[0] as number;
  const labels = core.labels(y, rows);
  const weights = rowWeights(rows, labels[0], sampleWeight, classWeight);
  const all: [NDArray, string][] = [...inputs.map((a, i): [NDArray, string] => [a, name('x', i, inputs)]), ...labels.map((a, i): [NDArray, string] => [a, name('y', i, labels)])];
  if (weights) all.push([{ data: weights, shape: [rows, weights.length / rows] }, 'sampleWeight']);
  // One array is copied in while the engine looks through the one before it.
  const settled = await Promise.allSettled(
    all.map(async ([{ data, shape }, what]) => {
      const resident = await session.upload(data, rows, what);
      return { resident, refused: resident.dtype === 'float32' ? await notFinite(session, resident, shape, what) : null };
    }),
  );
  const arrays = settled.flatMap((s) => (s.status === 'fulfilled' ? [s.value.resident] : []));
  const failure = settled.find((s) => s.status === 'rejected' || s.value.refused);
  if (failure) {
    await session.release(arrays);
    throw failure.status === 'rejected' ? failure.reason : failure.value.refused;
  }
  return { arrays, inputs: inputs.length, x: inputs, y: labels, rows, weights: (weights?.length ?? 0) / rows };
}
const name = (what: string, i: number, all: readonly unknown[]): string => (all.length > 1 ? `${what}[${i}]` : what);

async function notFinite(session: Session, { address, length, row }: Resident, shape: readonly number[], what: string): Promise<DataError | null> {
  const at = await session.client.call('array_check', address, length);
  if (at < 0) return null;
  const place = shape.length > 1 ? `row ${Math.floor(at / row)}, column ${at % row} of ${show(shape)}` : `index ${at}`;
  return new DataError(`${what}: NaN or Infinity at ${place}; replace or drop such rows before training`, { received: at });
}

/** The program for a batch of so many rows of a table. */
export function wanted(mode: Want['mode'], table: Table, batch: number): Want {
  const shape = ({ shape }: NDArray) => [batch, ...shape.slice(1)];
  return {
    mode,
    shapes: table.x.map(shape),
    dtypes: table.arrays.slice(0, table.inputs).map((a) => a.dtype),
    labels: table.y.map(shape),
    labelTypes: table.arrays.slice(table.inputs, table.inputs + table.y.length).map((a) => a.dtype),
    weights: table.weights,
  };
}

export interface Planned {
  readonly plan: Plan;
  readonly tail: Plan | null;
  readonly batch: number;
}

/** The plan for whole batches and the one for the short last batch. */
export async function plans(session: Session, compiled: Compiled, mode: Want['mode'], table: Table, count: number, size: number): Promise<Planned> {
  const batch = Math.min(size, count);
  const rest = count % batch;
  const plan = await session.plan(wanted(mode, table, batch), compiled);
  return { plan, tail: rest ? await session.plan(wanted(mode, table, rest), compiled) : null, batch };
}
