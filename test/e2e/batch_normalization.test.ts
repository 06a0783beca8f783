import { defineLayer, functional, input, layers } from 'myelin';
import { expect, test } from 'vitest';

const [ROWS, PLACES, WIDTH] = [3, 4, 2];
const x = { data: Float32Array.from({ length: ROWS * PLACES * WIDTH }, (_, i) => 3 * Math.sin(12.9898 * (i + 1))), shape: [ROWS, PLACES, WIDTH] };
const masked = defineLayer<object>({ className: 'Masked', defaults: {}, call: (_, value) => value as never, mask: (_, __, ___, given) => given });

/** Of each channel, over places. */
function moments(places: readonly (readonly number[])[]): { mean: number; variance: number }[] {
  return Array.from({ length: WIDTH }, (_, c) => {
    const mean = places.reduce((sum, p) => sum + (p[c] as number), 0) / places.length;
    return { mean, variance: places.reduce((sum, p) => sum + ((p[c] as number) - mean) ** 2, 0) / places.length };
  });
}
const places = Array.from({ length: ROWS * PLACES }, (_, i) => [...x.data.slice(i * WIDTH, (i + 1) * WIDTH)]);
const near = (found: ArrayLike<number>, expected: readonly number[]) => expected.forEach((v, i) => expect(found[i]).toBeCloseTo(v, 4));

test('masked places are normalised and change nothing', async () => {
  const kept = places.map((_, i) => i % 3 !== 1);
  const [value, mask] = [input({ shape: [PLACES, WIDTH] }), input({ shape: [PLACES] })];
  const model = functional({ inputs: [value, mask], outputs: layers.batchNormalization({ momentum: 0.5 }).apply(masked().apply(value, mask)) });
  const given = [x, { data: Float32Array.from(kept, Number), shape: [ROWS, PLACES] }] as const;
  const { outputs } = await model.gradients(given, { upstream: x, training: true });
  const own = moments(places.filter((_, i) => kept[i]));
  near(
    outputs[0]?.data as Float32Array,
    places.flatMap((p) => p.map((v, c) => (v - (own[c]?.mean as number)) / Math.sqrt((own[c]?.variance as number) + 1e-3))),
  );
  const net = model.compile({ optimizer: 'sgd', loss: 'mse' });
  await net.trainOnBatch(given, x);
  const [, , mean, variance] = await net.getWeights();
  near(
    mean?.data as Float32Array,
    own.map((m) => m.mean / 2),
  );
  near(
    variance?.data as Float32Array,
    own.map((m) => 0.5 + m.variance / 2),
  );
});

test('renormalising is bounded, and predicts by the moving averages', async () => {
  const value = input({ shape: [PLACES, WIDTH] });
  const model = functional({ inputs: value, outputs: layers.batchNormalization({ renorm: true, renormClipping: { rmin: 0.5, rmax: 1.5, dmax: 0.1 }, renormMomentum: 0.9 }).apply(value) });
  await model.setWeights([
    [1, 1],
    [0, 0],
    [0.5, -1],
    [4, 9],
    [2, 3],
    [1, 0],
    [1, 8],
  ]);
  const { outputs } = await model.gradients(x, { upstream: x, training: true });
  const clip = (v: number, low: number, high: number) => Math.min(Math.max(v, low), high);
  const expected = moments(places).map(({ mean, variance }, c) => {
    const [deviation, running, stddev] = [Math.sqrt(variance + 1e-3), [1, 0][c] as number, [1, 8][c] as number];
    return (v: number) => ((v - mean) / deviation) * clip(deviation / stddev, 0.5, 1.5) + clip((mean - running) / stddev, -0.1, 0.1);
  });
  near(
    outputs[0]?.data as Float32Array,
    places.flatMap((p) => p.map((v, c) => (expected[c] as (v: number) => number)(v))),
  );
  near(
    (await model.predict(x)).data,
    places.flatMap((p) => p.map((v, c) => (v - ([0.5, -1][c] as number)) / Math.sqrt(([4, 9][c] as number) + 1e-3))),
  );
});

test('refuses bounds that are none', () => {
  expect(() => layers.batchNormalization({ renormClipping: { rmax: -1 } })).toThrow(/renormClipping takes rmin, rmax and dmax, numbers from 0 up, received rmax: -1/);
  expect(() => layers.batchNormalization({ renormClipping: { max: 1 } as object })).toThrow(/received max: 1/);
  expect(() => layers.batchNormalization({ renormClipping: { rmin: 2, rmax: 1 } })).toThrow(/an rmin of 2 above its rmax of 1/);
});
