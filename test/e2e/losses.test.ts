// Losses as a model sees them: their gradients, what masks and weights of places do to them, and what they refuse.
import { functional, input, type Loss, layers, losses, optimizers, sequential } from 'myelin';
import { describe, expect, test } from 'vitest';

const identity = (shape: readonly number[]) => layers.activation({ activation: 'linear', inputShape: shape });
/** Shares of the classes of three rows; no place is where a loss has a kink. */
const predictions = [0.15, 0.5, 0.35, 0.62, 0.13, 0.25, 0.29, 0.31, 0.4];
const LABELS = { classes: [1, 0, 2], ids: [7, 3, 7], values: [0, 1, 0, 0.9, 0.1, 0, 0.2, 0.2, 0.6], sequences: [] };
const SEQUENCES = {
  prediction: { data: Float32Array.from({ length: 30 }, (_, i) => Math.sin(1 + 2 * i)), shape: [2, 5, 3] },
  labels: { data: Int32Array.from([1, 1, 2, 0]), shape: [2, 2] },
};

describe.each(Object.entries(losses) as [string, () => Loss][])('%s', (name, make) => {
  test('its gradient equals central differences', async () => {
    const { labels } = make();
    const sequences = labels === 'sequences';
    const x = sequences ? SEQUENCES.prediction : { data: Float32Array.from(predictions), shape: [3, 3] };
    const y = sequences ? SEQUENCES.labels : { data: labels === 'values' ? Float32Array.from(LABELS.values) : Int32Array.from(LABELS[labels]), shape: labels === 'values' ? [3, 3] : [3] };
    const net = sequential([identity(x.shape.slice(1))]).compile({ optimizer: 'sgd', loss: make() });
    const gradient = (await net.gradients(x, y)).inputs[0]?.data as Float32Array;
    const at = async (i: number, d: number) => ((await net.testOnBatch({ ...x, data: x.data.map((v, j) => (j === i ? v + d : v)) }, y)) as { loss: number }).loss;
    const top = Math.max(...gradient.map(Math.abs));
    expect(top).toBeGreaterThan(0);
    for (let i = 0; i < gradient.length; i++) {
      const h = 4e-3;
      const difference = (8 * ((await at(i, h)) - (await at(i, -h))) - ((await at(i, 2 * h)) - (await at(i, -2 * h)))) / (12 * h);
      expect(Math.abs(difference - (gradient[i] as number)) / top, `${name} at ${i}: ${gradient[i]}, by differences ${difference}`).toBeLessThan(3e-3);
    }
  });
});

test('the probability behind ctc is that of all placements', async () => {
  const [steps, classes] = [5, 3];
  const net = sequential([identity([steps, classes])]).compile({ optimizer: 'sgd', loss: 'ctc' });
  const logits = SEQUENCES.prediction.data.slice(0, steps * classes);
  const share = (t: number, c: number) => Math.exp(logits[t * classes + c] as number) / [0, 1, 2].reduce((s, k) => s + Math.exp(logits[t * classes + k] as number), 0);
  for (const labels of [[1, 2], [1, 1], [2, 0], [0, 0], [1]]) {
    let total = 0;
    for (let code = 0; code < classes ** steps; code++) {
      const path = Array.from({ length: steps }, (_, t) => Math.floor(code / classes ** t) % classes);
      const read = path.filter((c, t) => c !== 0 && c !== path[t - 1]);
      if (read.join() === labels.filter((l) => l > 0).join()) total += path.reduce((p, c, t) => p * share(t, c), 1);
    }
    const { loss } = await net.evaluate({ data: logits, shape: [1, steps, classes] }, { data: Int32Array.from(labels), shape: [1, labels.length] });
    expect(loss).toBeCloseTo(-Math.log(total), 4);
  }
  await expect(net.evaluate({ data: logits, shape: [1, steps, classes] }, { data: Int32Array.from([1, 3]), shape: [1, 2] })).rejects.toThrow(/the label 3 at index 1 is outside of the 3 classes/);
});

test('places that a mask leaves out do not count in the loss', async () => {
  const x = input({ shape: [4, 1] });
  const masked = layers.masking().apply(x);
  const net = functional({ inputs: x, outputs: layers.dense({ units: 1, kernelInitializer: 'ones' }).apply(masked) }).compile({ optimizer: 'sgd', loss: 'mse' });
  const rows = { data: Float32Array.from([1, 2, 0, 0, 3, 0, 0, 0]), shape: [2, 4, 1] };
  const truth = { data: Float32Array.from([0, 0, 9, 9, 1, 9, 9, 9]), shape: [2, 4, 1] };
  expect((await net.evaluate(rows, truth)).loss).toBeCloseTo((1 + 4 + 4) / 3, 6);
});

test('weights of places multiply the losses of places', async () => {
  const net = sequential([identity([2, 2])]).compile({ optimizer: optimizers.sgd(), loss: 'mse', weightedMetrics: ['mae'] });
  const x = { data: Float32Array.from([1, 1, 2, 2, 3, 3, 4, 4]), shape: [2, 2, 2] };
  const result = await net.evaluate(x, { data: new Float32Array(8), shape: [2, 2, 2] }, { sampleWeight: [1, 0, 2, 0.5] });
  expect(result.loss).toBeCloseTo((1 + 0 + 18 + 8) / 4, 6);
  expect((result as Record<string, number>).mae).toBeCloseTo((1 + 0 + 6 + 2) / 3.5, 6);
  await expect(net.evaluate(x, { data: new Float32Array(8), shape: [2, 2, 2] }, { sampleWeight: [1, 2, 3] })).rejects.toThrow(/one per row, or one per place/);
  await expect(net.evaluate(x, { data: new Float32Array(8), shape: [2, 2, 2] }, { sampleWeight: new Array(12).fill(1) })).rejects.toThrow(/don't fit losses of shape \[null, 2\]/);
});

test('the running average becomes the weights at the end of a fit', async () => {
  const options = { learningRate: 0.1, useEma: true, emaMomentum: 0.5 } as const;
  const net = sequential([layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', inputShape: [1] })]).compile({ optimizer: optimizers.sgd(options), loss: 'mse' });
  await net.fit([[1], [1], [1]], [1, 1, 1], { batchSize: 1, epochs: 1 });
  let [w, average] = [0, 0];
  for (let t = 0; t < 3; t++) {
    w += 0.2 * (1 - w);
    average = t === 0 ? w : (average + w) / 2;
  }
  expect((await net.getWeights())[0]?.data[0]).toBeCloseTo(average, 6);
});
