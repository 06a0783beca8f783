// Hostile files: whatever the bytes are, the answer is a model or an error of our own, soon.
// `MYELIN_FUZZ_SECONDS` sets how long each test tries; a few seconds by default.
import { functional, input, layers, loadModel, MyelinError, sequential } from 'myelin';
import { beforeAll, expect, test } from 'vitest';
import { decodeTensors, encodeTensors, type TensorFile } from '../../ts/src/io/safetensors.js';

const seconds = Number(process.env.MYELIN_FUZZ_SECONDS ?? 4);

let state = seconds;
/** A whole number below n; the same ones in every run of the same length. */
function below(n: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
}
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

let files: Uint8Array[];
beforeAll(async () => {
  const dense = sequential([layers.dense({ units: 3, activation: 'relu', inputShape: [4] }), layers.batchNormalization(), layers.dense({ units: 2, activation: 'softmax' })]);
  dense.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  await dense.trainOnBatch({ data: new Float32Array(8), shape: [2, 4] }, Int32Array.of(0, 1));
  const words = input({ shape: [5], dtype: 'int32' });
  const picture = input({ shape: [6, 6, 1] });
  const read = layers.bidirectional({ layer: layers.lstm({ units: 2 }) }).apply(layers.embedding({ inputDim: 7, outputDim: 3 }).apply(words));
  const seen = layers.flatten().apply(layers.maxPooling2d().apply(layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same' }).apply(picture)));
  const both = functional({ inputs: { words, picture }, outputs: layers.dense({ units: 1 }).apply(layers.concatenate().apply([read, seen])) });
  both.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  files = await Promise.all([dense.toBytes(), both.toBytes()]);
});

async function triesFor(check: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  let [tried, accepted, longest] = [0, 0, 0];
  while (performance.now() < end) {
    const started = performance.now();
    if (await check()) accepted++;
    longest = Math.max(longest, performance.now() - started);
    tried++;
  }
  console.log(`${tried} files, ${accepted} of them valid, the slowest took ${longest.toFixed(0)} ms`);
  expect(accepted).toBeLessThan(tried);
  expect(longest).toBeLessThan(5000);
}

const BYTES = [0, 1, 8, 0x22, 0x2c, 0x30, 0x39, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xff];

/** Bytes changed, cut off, repeated: mostly where the header is. */
function mutateBytes(bytes: Uint8Array): Uint8Array {
  let out = bytes.slice();
  for (let n = 1 + below(4); n > 0 && out.length > 0; n--) {
    const at = below(pick([8, 200, out.length]));
    const kind = below(8);
    if (kind === 0) out = out.slice(0, below(out.length + 1));
    else if (kind === 1) out = Uint8Array.of(...out.subarray(0, at), ...out.subarray(at, at + below(40)), ...out.subarray(at));
    else if (kind === 2 && at < out.length) out[at] = (out[at] as number) ^ (1 << below(8));
    else if (at < out.length) out[at] = pick(BYTES);
  }
  return out;
}

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1,
  2,
  3,
  0.5,
  7,
  1e9,
  2 ** 31,
  2 ** 53,
  -(2 ** 31),
  1e308,
  '',
  'relu',
  'dense',
  'same',
  '__proto__',
  'constructor',
  'float32',
  'int32',
  [],
  [0],
  [1, 2],
  [-1, 0],
  [0, 99],
  {},
  { $custom: 'x' },
  { $activation: 'toString' },
  { $layer: {} },
  { $layer: { class: 'Dense', config: { units: 1 } } },
]; // prettier-ignore

type Tree = Record<string, unknown>;

/** One value somewhere in a tree replaced, left out, or put in another place. */
function mutateTree(root: unknown): void {
  let node = root as Tree;
  for (;;) {
    const keys = Object.keys(node);
    if (keys.length === 0) return;
    const key = pick(keys);
    const child = node[key];
    if (typeof child === 'object' && child !== null && below(5) > 0) {
      node = child as Tree;
      continue;
    }
    const kind = below(6);
    if (kind === 0) delete node[key];
    else if (kind === 1) node[pick(keys)] = child;
    else node[key] = structuredClone(pick(VALUES));
    return;
  }
}

function ours(error: unknown, what: () => string): false {
  if (error instanceof MyelinError) return false;
  throw new Error(`not an error of ours: ${(error as Error).stack}\nfor ${what()}`, { cause: error });
}

test('the reader of files takes any bytes', async () => {
  await triesFor(() => {
    const bytes = mutateBytes(pick(files));
    try {
      const { tensors } = decodeTensors(bytes);
      for (const { data, shape } of tensors.values()) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
      return true;
    } catch (error) {
      // Of this module, which the test loads beside the package.
      if ((error as MyelinError).code === 'format') return false;
      throw error;
    }
  });
});

test('the reader of models takes any description', async () => {
  await triesFor(async () => {
    const { tensors, metadata } = decodeTensors(pick(files)) as TensorFile;
    const description: unknown = JSON.parse(metadata.myelin as string);
    for (let n = 1 + below(2); n > 0; n--) mutateTree(description);
    const text = JSON.stringify(description);
    try {
      const model = await loadModel(encodeTensors({ tensors, metadata: { myelin: text } }));
      model.dispose();
      return true;
    } catch (error) {
      return ours(error, () => text);
    }
  });
});
