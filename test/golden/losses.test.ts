import { type LossLike, layers, losses, sequential } from 'myelin';
import { describe, expect, it, test } from 'vitest';
import { asInput, camel, type Encoded, expectClose, flat, golden, numbers } from './golden.js';

interface Case {
  readonly test: string;
  readonly loss: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly y_true: Encoded;
  readonly y_pred: Encoded;
  readonly sample_weight: Encoded | readonly number[] | number | null;
  readonly output: Encoded;
}

/** Reductions that Myelin's losses have. */
const REDUCTIONS: Readonly<Record<string, string>> = { sum_over_batch_size: 'sumOverBatchSize', mean_with_sample_weight: 'meanWithSampleWeight', sum: 'sum' };
const factoryName = (loss: string) => loss.replace(/^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/, (head) => head.toLowerCase());
const registry = losses as unknown as Readonly<Record<string, (options: object) => LossLike>>;

/** Losses with an option `axis`. */
const WITH_AXIS = ['CosineSimilarity', 'Dice', 'Tversky'];

/** Why a case can't be asked in this way, or null. */
function left(c: Case): string | null {
  if (!Object.hasOwn(registry, factoryName(c.loss))) return `no loss ${factoryName(c.loss)}`;
  const { reduction, axis } = c.config;
  if (reduction !== null && !Object.hasOwn(REDUCTIONS, String(reduction))) return `reduction ${String(reduction)}`;
  if (!WITH_AXIS.includes(c.loss) && axis !== undefined && axis !== -1 && axis !== c.y_pred.shape.length - 1) return `axis ${String(axis)}`;
  return null;
}

function optionsOf({ config, loss }: Case): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    if (key === 'name' || (key === 'axis' && !WITH_AXIS.includes(loss)) || value === null) continue;
    options[camel(key)] = key === 'reduction' ? REDUCTIONS[String(value)] : value;
  }
  return options;
}

const weightsOf = ({ sample_weight: w, y_pred }: Case): number[] | undefined => {
  if (w === null || w === undefined) return undefined;
  return typeof w === 'number' ? new Array<number>(y_pred.shape[0] as number).fill(w) : flat(w);
};

/** The loss of recorded predictions: a model that answers its input. */
async function lossOf(loss: LossLike, prediction: Encoded, truth: Encoded, sampleWeight?: readonly number[]): Promise<number> {
  const model = sequential([layers.activation({ activation: 'linear', inputShape: prediction.shape.slice(1) })]).compile({ optimizer: 'sgd', loss });
  const answer = await model.testOnBatch(asInput(prediction), asInput(truth), sampleWeight ? { sampleWeight } : {});
  await model.dispose();
  return (answer as { loss: number }).loss;
}

const row = ({ shape, dtype, data }: Encoded, i: number): Encoded => {
  const size = data.length / (shape[0] as number);
  return { shape: [1, ...shape.slice(1)], dtype, data: data.slice(i * size, (i + 1) * size) };
};

const cases = golden<Case>('keras_losses.json');
const usable = cases.filter((c) => left(c) === null);

test('every loss of the library is among the recorded ones', () => {
  const reasons = new Map<string, number>();
  for (const c of cases) if (left(c)) reasons.set(left(c) as string, (reasons.get(left(c) as string) ?? 0) + 1);
  console.log(`losses: ${usable.length} of ${cases.length} recorded cases; left: ${[...reasons].map(([why, n]) => `${why} (${n})`).join(', ')}`);
  const recorded = new Set(usable.map((c) => factoryName(c.loss)));
  expect(Object.keys(losses).filter((name) => !recorded.has(name))).toEqual([]);
  expect(usable.length).toBeGreaterThanOrEqual(157);
});

describe('recorded by Keras', () => {
  it.each(usable.map((c, i) => [`${c.loss} ${i} ${c.test.split('::').at(-1)}`, c] as const))('%s', async (_, c) => {
    const factory = registry[factoryName(c.loss)] as (options: object) => LossLike;
    const desired = numbers(c.output);
    const weights = weightsOf(c);
    if (c.config.reduction !== null) {
      expectClose([await lossOf(factory(optionsOf(c)), c.y_pred, c.y_true, weights)], desired, { rtol: 1e-5, atol: 1e-6 });
      return;
    }
    // Without a reduction: the loss of each row alone; places of a row are added up.
    if (c.loss === 'Circle') {
      // Its rows belong together.
      const sum = desired.reduce((a, b) => a + b, 0);
      expectClose([await lossOf(factory({ ...optionsOf(c), reduction: 'sum' }), c.y_pred, c.y_true)], [sum]);
      return;
    }
    const rows = c.y_pred.shape[0] as number;
    const places = desired.length / rows;
    const perRow = (weights?.length ?? 0) / rows;
    for (let i = 0; i < rows; i++) {
      const loss = factory({ ...optionsOf(c), reduction: 'sum' });
      const sum = desired.slice(i * places, (i + 1) * places).reduce((a, b) => a + b, 0);
      expectClose([await lossOf(loss, row(c.y_pred, i), row(c.y_true, i), weights?.slice(i * perRow, (i + 1) * perRow))], [sum], { rtol: 1e-5, atol: 1e-6 });
    }
  });
});

describe('losses behind their activations', () => {
  const logits = [
    [2, -1, 0.5],
    [-30, 40, 3],
    [0, 0, 0],
  ];
  const lse = (x: readonly number[]) => Math.max(...x) + Math.log(x.reduce((s, v) => s + Math.exp(v - Math.max(...x)), 0));
  const model = (activation: 'softmax' | 'sigmoid', loss: LossLike) => sequential([layers.activation({ activation, inputShape: [3] })]).compile({ optimizer: 'sgd', loss });

  it('a softmax before a cross-entropy loses no digits', async () => {
    const labels = [2, 0, 1];
    const desired = labels.reduce((sum, label, i) => sum + lse(logits[i] as number[]) - ((logits[i] as number[])[label] as number), 0) / 3;
    expectClose([(await model('softmax', 'sparseCategoricalCrossentropy').evaluate(logits, labels)).loss], [desired], { rtol: 1e-6 });
    const oneHot = labels.map((label) => [0, 1, 2].map((c) => Number(c === label)));
    expectClose([(await model('softmax', 'categoricalCrossentropy').evaluate(logits, oneHot)).loss], [desired], { rtol: 1e-6 });
  });
  it('a sigmoid before a cross-entropy loses no digits', async () => {
    const truth = [
      [1, 0, 1],
      [1, 0, 0.25],
      [0, 1, 1],
    ];
    const desired = truth.flatMap((t, i) => t.map((v, j) => Math.log1p(Math.exp(-Math.abs(logits[i]?.[j] as number))) + Math.max(logits[i]?.[j] as number, 0) - v * (logits[i]?.[j] as number)));
    expectClose([(await model('sigmoid', 'binaryCrossentropy').evaluate(logits, truth)).loss], [desired.reduce((a, b) => a + b) / 9], { rtol: 1e-6 });
  });
  it('large logits keep the digits of their differences', async () => {
    const far = logits.map((r) => r.map((v) => v - 4096));
    const linear = sequential([layers.activation({ activation: 'linear', inputShape: [3] })]).compile({ optimizer: 'sgd', loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
    expectClose([(await linear.evaluate(far, [0, 1, 2])).loss], [[0, 1, 2].reduce((s, c) => s + lse(logits[c] as number[]) - (logits[c]?.[c] as number), 0) / 3], { rtol: 1e-6 });
  });
});
