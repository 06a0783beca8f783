// Layers that the engine walks along whole sequences, against the same cells step by step (layers.rnn unrolls its cell).
import { defineLayer, functional, input, layers, ops, sequential, setRandomSeed } from 'myelin';
import { describe, expect, test } from 'vitest';

const [rows, steps, features, units] = [5, 6, 3, 7];
const numbers = (n: number, scale = 1) => Float32Array.from({ length: n }, (_, i) => scale * Math.sin(12.9898 * (i + 1)));

const CELLS = { lstm: ['lstmCell', 2], gru: ['gruCell', 1], simpleRNN: ['simpleRNNCell', 1] } as const;
type Kind = keyof typeof CELLS;

const OPTIONS = {
  plain: {},
  sequences: { returnSequences: true },
  states: { returnState: true },
  both: { returnSequences: true, returnState: true },
  backwards: { goBackwards: true, returnSequences: true, returnState: true },
  'zero output': { zeroOutputForMask: true, returnSequences: true },
} as const;
/** `softsign` the engine's cells don't know: steps are made one by one. */
const KINDS = [{}, { activation: 'relu', useBias: false }, { activation: 'softsign' }, { dropout: 0.2, recurrentDropout: 0.3, seed: 11 }];

/** Gives its first input the second as mask. */
const masked = defineLayer<object>({ className: 'Masked', defaults: {}, call: (_, x) => x as never, mask: (_, __, ___, given) => given });
/** All steps; a late beginning; an early end; none; holes. */
const MASK = Float32Array.from([1, 1, 1, 1, 1, 1, /**/ 0, 0, 1, 1, 0, 1, /**/ 1, 1, 0, 0, 0, 0, /**/ 0, 0, 0, 0, 0, 0, /**/ 1, 0, 1, 0, 1, 0]);

interface Value {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}
const PARTS = ['predicted', 'outputs', 'inputs', 'weights'] as const;
type Run = Readonly<Record<(typeof PARTS)[number], readonly Value[]>>;

/** Outputs and gradients of a layer with the same weights, values and upstream gradients as any other. */
async function run(make: (kind: Kind) => { apply: (...x: never[]) => unknown }, kind: Kind, { mask, first }: { mask: boolean; first: boolean }): Promise<Run> {
  setRandomSeed(3);
  const x = input({ shape: [steps, features] });
  const m = input({ shape: [steps] });
  const states = first ? Array.from({ length: CELLS[kind][1] }, () => input({ shape: [units] })) : [];
  const sequence = mask ? masked().apply(x, m) : x;
  const result = make(kind).apply(...([sequence, ...states] as never[])) as { all: readonly never[] };
  const model = functional({ inputs: [x, ...(mask ? [m] : []), ...states], outputs: [...result.all] });
  const given = await model.getWeights();
  await model.setWeights(given.map(({ shape, data }) => ({ shape, data: numbers(data.length, 0.6) })));
  const data = [
    { data: numbers(rows * steps * features), shape: [rows, steps, features] },
    ...(mask ? [{ data: MASK, shape: [rows, steps] }] : []),
    ...states.map((_, i) => ({ data: numbers(rows * units, 0.4 + i), shape: [rows, units] })),
  ];
  const predicted = [await model.predict(data as never)].flat() as readonly Value[];
  const upstream = predicted.map(({ data: y, shape }) => ({ data: numbers(y.length, 0.7), shape }));
  const found = (await model.gradients(data as never, { upstream: (upstream.length === 1 ? upstream[0] : upstream) as never, training: true })) as Omit<Run, 'predicted'>;
  await model.dispose();
  return { ...found, predicted };
}

function expectClose(a: Float32Array, b: Float32Array, what: string): void {
  expect(a.length, what).toBe(b.length);
  const top = Math.max(...b.map(Math.abs), 1e-3);
  a.forEach((value, i) => expect(Math.abs(value - (b[i] as number)) / top, `${what} ${i}`).toBeLessThan(2e-6));
}

describe.each(Object.keys(CELLS) as Kind[])('%s equals its cell step by step', (kind) => {
  const cases = Object.entries(OPTIONS).flatMap(([name, options]) =>
    [false, true].flatMap((mask) => [false, true].map((first) => [`${name}${mask ? ', masked' : ''}${first ? ', with first states' : ''}`, { options, mask, first }] as const)),
  );
  test.each(cases)('%s', async (_, { options, mask, first }) => {
    for (const own of KINDS.map((options) => ({ units, ...options }))) {
      const whole = await run((k) => layers[k]({ ...own, ...options } as never) as never, kind, { mask, first });
      const cell = await run((k) => layers.rnn({ cell: layers[CELLS[k][0]](own as never) as never, ...options }) as never, kind, { mask, first });
      for (const part of PARTS) {
        expect(whole[part].length).toBe(cell[part].length);
        whole[part].forEach((value, i) => expectClose(value.data, cell[part][i]?.data as Float32Array, `${part} ${i}`));
      }
    }
  });
});

test('a lambda layer drops the mask, unless it says what becomes of it', async () => {
  const x = input({ shape: [steps, features] });
  const m = input({ shape: [steps] });
  const given = [
    { data: numbers(rows * steps * features), shape: [rows, steps, features] },
    { data: MASK, shape: [rows, steps] },
  ] as const;
  const mean = async (options: object) => {
    const twice = layers.lambda({ function: (a) => ops.add(a, a), ...options });
    return (await functional({ inputs: [x, m], outputs: [layers.globalAveragePooling1d().apply(twice.apply(masked().apply(x, m)))] }).predict(given))[0]?.data;
  };
  const pooled = async (value: typeof x) => (await functional({ inputs: [x, m], outputs: [layers.globalAveragePooling1d().apply(value)] }).predict(given))[0]?.data;
  const [whole, some] = [await pooled(x), await pooled(masked().apply(x, m) as typeof x)];
  expect([...((await mean({})) ?? [])]).toEqual([...(whole ?? [])].map((v) => 2 * v));
  expect([...((await mean({ mask: (_: unknown, mask: unknown) => mask })) ?? [])]).toEqual([...(some ?? [])].map((v) => 2 * v));
});

test('an LSTM of 1000 steps trains in the memory that its gradients need', async () => {
  const [batch, wide] = [4, 8];
  const arena = async (long: number) => {
    const net = sequential([layers.lstm({ units: wide, inputShape: [long, features] }), layers.dense({ units: 1 })]).compile({ optimizer: 'adam', loss: 'mse' });
    const [x, y] = [
      { data: numbers(batch * long * features), shape: [batch, long, features] },
      { data: numbers(batch), shape: [batch, 1] },
    ];
    const { history } = await net.fit(x, y, { batchSize: batch, epochs: 2, verbose: 0 });
    expect((history.loss[1] as number) < (history.loss[0] as number)).toBe(true);
    return (await net.explain(x, y, { batchSize: batch })).arenaBytes;
  };
  // Of a step: what is multiplied, a one, the input and the state before; four gates, the cell, its function; the gradients of four gates.
  const needed = 4 * batch * (1 + features + 11 * wide);
  expect((await arena(1000)) - (await arena(500))).toBeLessThanOrEqual(1.01 * 500 * needed);
});
