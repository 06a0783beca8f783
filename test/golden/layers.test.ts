import { defineLayer, functional, input, optimizers } from 'myelin';
import { afterAll, describe, expect, it, test } from 'vitest';
import { asInput, type Encoded, excess, expectClose, numbers } from './golden.js';
import { build, type LayerCase, left, masksOf, recordedCases, stateful } from './keras_layers.js';

/** What two backends of Keras agree to, and what is expected of most cases. */
const CEILING = { rtol: 2e-4, atol: 2e-5 } as const;
const CLOSE = { rtol: 1e-5, atol: 1e-6 } as const;

const cases = recordedCases();

const INDICES = /^(Reversible)?Embedding$/;
const float = ({ path }: { readonly path: string }) => !path.includes('seed_generator');

/** Gives its first input the second as mask. */
const masked = defineLayer<object>({ className: 'Masked', defaults: {}, call: (_, x) => x as never, mask: (_, __, ___, given) => given });

/** A model of the one layer with the recorded weights. */
async function modelOf(c: LayerCase, inputs: readonly Encoded[]) {
  const indices = (INDICES.test(c.layer) && c.kwargs.reverse !== true) || (c.config.layer as { class_name?: string } | undefined)?.class_name === 'Embedding';
  const dtype = indices ? 'int32' : 'float32';
  const symbols = inputs.map((x) => input({ shape: x.shape.slice(1), dtype, batchSize: stateful(c) ? (x.shape[0] as number) : null }));
  const values = symbols.slice(0, symbols.length - masksOf(c).length);
  const masks = symbols.slice(values.length);
  const output = build(c.layer, c.config).apply(...values.map((x, i) => (masks[i] ? masked().apply(x, masks[i]) : x)));
  const several = Array.isArray(c.output);
  const model = functional({ inputs: symbols, outputs: several ? [...output.all] : [output] });
  const weights = c.weights.filter(float);
  if (weights.length) await model.setWeights(weights.map(asInput));
  return model;
}

const worst = new Map<string, number>();
let close = 0;

/** What one step of training leaves in the moving statistics. */
async function checkStatistics(model: Awaited<ReturnType<typeof modelOf>>, c: LayerCase, inputs: readonly Encoded[], desired: readonly Encoded[]): Promise<void> {
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
  await model.trainOnBatch(inputs.map(asInput), desired.map(asInput));
  const after = await model.getWeights();
  (c.weights_after ?? []).filter(float).forEach((w, i) => expectClose(after[i]?.data as Float32Array, numbers(w), { ...CLOSE, what: w.path }));
}

async function check(c: LayerCase): Promise<void> {
  const inputs = [...(c.args.flat() as Encoded[]), ...masksOf(c)];
  const model = await modelOf(c, inputs);
  const desired = [c.output].flat() as Encoded[];
  const training = c.kwargs.training === true;
  const upstream = desired.map(asInput);
  // Gradients tell what a model answers while it trains.
  const answer = async () =>
    training
      ? (await model.gradients(inputs.map(asInput), { upstream: upstream.length === 1 ? (upstream[0] as (typeof upstream)[number]) : upstream, training })).outputs
      : model.predict(inputs.map(asInput));
  // The calls before it in its test were on the same values.
  if (stateful(c)) for (let i = 0; i < c.seq; i++) await model.predict(inputs.map(asInput));
  const outputs = (await answer()) as readonly { data: Float32Array; shape: readonly number[] }[];
  if (training && c.weights_after) await checkStatistics(model, c, inputs, desired);
  await model.dispose();
  expect(outputs).toHaveLength(desired.length);
  let share = 0;
  desired.forEach((d, i) => {
    const { data, shape } = outputs[i] as { data: Float32Array; shape: readonly number[] };
    expect(shape).toEqual(d.shape);
    expectClose(data, numbers(d), { ...CEILING, what: `output ${i}` });
    share = Math.max(share, excess(data, numbers(d), CLOSE.rtol, CLOSE.atol));
  });
  worst.set(c.layer, Math.max(worst.get(c.layer) ?? 0, share));
  if (share <= 1) close++;
}

test('every recorded case can be asked', () => {
  expect(cases.flatMap(([name, c]) => (left(c) ? [`${name}: ${left(c)}`] : []))).toEqual([]);
});

describe('recorded by Keras', () => {
  it.each(cases)('%s', async (_, c) => check(c));
  afterAll(() => {
    const list = [...worst].sort((a, b) => b[1] - a[1]).slice(0, 8);
    console.log(`layers: ${close} of ${cases.length} cases within rtol 1e-5, atol 1e-6; farthest, in that unit: ${list.map(([layer, share]) => `${layer} ${share.toFixed(2)}`).join(', ')}`);
  });
});

test('most cases agree to 1e-5', () => {
  expect(close).toBeGreaterThanOrEqual(0.95 * cases.length);
});
