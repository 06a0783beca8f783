// Layers that change pictures while training: against pictures made in f64, and by the statistics of what they draw.
import { functional, input, layers, sequential, setRandomSeed } from 'myelin';
import { describe, expect, it, test } from 'vitest';

type Layer = ReturnType<typeof layers.flatten>;
type Border = 'reflect' | 'wrap' | 'constant' | 'nearest';
interface Picture {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

const numbers = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + 1)));
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** What a layer makes of pictures, and the gradient of Σ upstream · result. */
async function changed(layer: unknown, x: Picture, training = true): Promise<{ y: Picture; upstream: Float32Array; dx: Float32Array }> {
  const symbol = input({ shape: x.shape.slice(1) });
  const model = functional({ inputs: symbol, outputs: (layer as Layer).apply(symbol) });
  const { shape } = await model.predict(x);
  const upstream = numbers(size(shape));
  const { outputs, inputs } = await model.gradients(x, { upstream: { data: upstream, shape }, training });
  await model.dispose();
  return { y: outputs[0] as Picture, upstream, dx: inputs[0]?.data as Float32Array };
}

/** The cell of an axis that an index stands for, or −1: by walking. */
function cell(index: number, n: number, border: Border): number {
  if (border === 'constant') return index >= 0 && index < n ? index : -1;
  let i = index;
  while (i < 0 || i >= n) {
    if (border === 'nearest') i = i < 0 ? 0 : n - 1;
    else if (border === 'wrap') i += i < 0 ? n : -n;
    else i = i < 0 ? -1 - i : 2 * n - 1 - i;
  }
  return i;
}

/** One picture sampled in f64 at places that a function names. */
function sampled(x: Picture, image: number, at: (x: number, y: number) => readonly [number, number], border: Border, bilinear: boolean, fill: number): number[] {
  const [, rows = 1, columns = 1, channels = 1] = x.shape;
  const value = (r: number, c: number, k: number) => {
    const [i, j] = [cell(r, rows, border), cell(c, columns, border)];
    return i < 0 || j < 0 ? fill : (x.data[((image * rows + i) * columns + j) * channels + k] as number);
  };
  const result: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let k = 0; k < channels; k++) {
        const [u, v] = at(column, row);
        const [left, top] = bilinear ? [Math.floor(u), Math.floor(v)] : [Math.round(u), Math.round(v)];
        const [a, b] = bilinear ? [u - left, v - top] : [0, 0];
        const upper = (1 - a) * value(top, left, k) + a * value(top, left + 1, k);
        const lower = (1 - a) * value(top + 1, left, k) + a * value(top + 1, left + 1, k);
        result.push((1 - b) * upper + b * lower);
      }
  return result;
}

const [rows, columns] = [7, 6];
const pictures: Picture = { data: numbers(2 * rows * columns * 3), shape: [2, rows, columns, 3] };

/** Both bounds equal: what the layer does is known. */
const KNOWN = {
  randomRotation: {
    make: (options: object) => layers.randomRotation({ factor: [0.13, 0.13], ...options }),
    at: (x: number, y: number): [number, number] => {
      const angle = 2 * Math.PI * Math.fround(0.13);
      const [cx, cy] = [(columns - 1) / 2, (rows - 1) / 2];
      return [cx + Math.cos(angle) * (x - cx) - Math.sin(angle) * (y - cy), cy + Math.sin(angle) * (x - cx) + Math.cos(angle) * (y - cy)];
    },
  },
  randomZoom: {
    make: (options: object) => layers.randomZoom({ heightFactor: [0.4, 0.4], widthFactor: [-0.3, -0.3], ...options }),
    at: (x: number, y: number): [number, number] => [(columns - 1) / 2 + 0.7 * (x - (columns - 1) / 2), (rows - 1) / 2 + 1.4 * (y - (rows - 1) / 2)],
  },
  randomTranslation: {
    make: (options: object) => layers.randomTranslation({ heightFactor: [0.31, 0.31], widthFactor: [-0.55, -0.55], ...options }),
    at: (x: number, y: number): [number, number] => [x + 0.55 * columns, y - 0.31 * rows],
  },
};

describe.each(Object.entries(KNOWN))('%s', (_, { make, at }) => {
  const manners = (['reflect', 'wrap', 'constant', 'nearest'] as const).flatMap((fillMode) => (['bilinear', 'nearest'] as const).map((interpolation) => ({ fillMode, interpolation })));
  it.each(manners)('makes the pictures of the f64 reference: %o', async (manner) => {
    const { y, upstream, dx } = await changed(make({ ...manner, fillValue: 0.25 }), pictures);
    expect(y.shape).toEqual(pictures.shape);
    const bilinear = manner.interpolation === 'bilinear';
    const picture = (x: Picture) => [0, 1].flatMap((image) => sampled(x, image, at, manner.fillMode, bilinear, 0.25));
    const desired = picture(pictures);
    desired.forEach((v, i) => expect(y.data[i]).toBeCloseTo(v, 5));
    // The result is linear in the pictures: a difference is the gradient.
    for (const i of [0, 50, 137, pictures.data.length - 1]) {
      const moved = picture({ ...pictures, data: pictures.data.map((v, j) => (i === j ? v + 1 : v)) });
      const slope = moved.reduce((sum, v, j) => sum + (v - (desired[j] as number)) * (upstream[j] as number), 0);
      expect(dx[i]).toBeCloseTo(slope, 4);
    }
  });
});

const NOTHING: Readonly<Record<string, () => unknown>> = {
  randomRotation: () => layers.randomRotation({ factor: 0 }),
  randomZoom: () => layers.randomZoom({ heightFactor: 0, widthFactor: 0 }),
  randomTranslation: () => layers.randomTranslation({ heightFactor: 0, widthFactor: 0, fillMode: 'wrap' }),
  randomCrop: () => layers.randomCrop({ height: rows, width: columns }),
  randomBrightness: () => layers.randomBrightness({ factor: 0, valueRange: [-1, 1] }),
};
test.each(Object.entries(NOTHING))('%s by nothing leaves every bit', async (_, make) => {
  expect((await changed(make(), pictures)).y.data).toEqual(pictures.data);
});

const SOMETHING: Readonly<Record<string, () => unknown>> = {
  randomFlip: () => layers.randomFlip(),
  randomRotation: () => layers.randomRotation({ factor: 0.5 }),
  randomZoom: () => layers.randomZoom({ heightFactor: 0.5 }),
  randomTranslation: () => layers.randomTranslation({ heightFactor: 0.5, widthFactor: 0.5 }),
  randomContrast: () => layers.randomContrast({ factor: 0.5 }),
  randomBrightness: () => layers.randomBrightness({ factor: 0.5 }),
};
test.each(Object.entries(SOMETHING))('%s does nothing after training', async (_, make) => {
  expect((await changed(make(), pictures, false)).y.data).toEqual(pictures.data);
  expect((await changed(make(), pictures)).y.data).not.toEqual(pictures.data);
});

describe('what is drawn', () => {
  const many = 600;
  /** Pictures whose cells are their places: row · 10 + column. */
  const places: Picture = { data: Float32Array.from({ length: many * 64 }, (_, i) => 10 * Math.floor((i % 64) / 8) + (i % 8)), shape: [many, 8, 8, 1] };
  const first = ({ data }: Picture, at = 0) => Array.from({ length: many }, (_, n) => data[n * (data.length / many) + at] as number);
  /** Uniform between two bounds: range, mean and spread. */
  function uniform(values: readonly number[], low: number, high: number): void {
    const mean = values.reduce((a, b) => a + b) / many;
    const spread = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / many);
    const width = high - low;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(low - 1e-4 * width);
    expect(Math.max(...values)).toBeLessThanOrEqual(high + 1e-4 * width);
    expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(0.06 * width);
    expect(Math.abs(spread - width / Math.sqrt(12))).toBeLessThan(0.03 * width);
  }

  test('flips: each direction by a throw of its own', async () => {
    const { y } = await changed(layers.randomFlip(), places);
    const counts = new Map<number, number>();
    for (const corner of first(y)) counts.set(corner, (counts.get(corner) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([0, 7, 70, 77]);
    for (const count of counts.values()) expect(Math.abs(count - many / 4)).toBeLessThan(50);
    const across = await changed(layers.randomFlip({ mode: 'horizontal' }), places);
    expect(new Set(first(across.y))).toEqual(new Set([0, 7]));
    const down = await changed(layers.randomFlip({ mode: 'vertical', dataFormat: 'channelsFirst' }), { ...places, shape: [many, 1, 8, 8] });
    expect(new Set(first(down.y))).toEqual(new Set([0, 70]));
  });
  test('translations', async () => {
    const { y } = await changed(layers.randomTranslation({ heightFactor: 0, widthFactor: [-0.25, 0.125] }), places);
    // Column 3 of the first row shows column 3 − the way.
    uniform(
      first(y, 3).map((v) => (3 - v) / 8),
      -0.25,
      0.125,
    );
  });
  test('rotations', async () => {
    const { y } = await changed(layers.randomRotation({ factor: 0.1 }), places);
    // Beside the middle the slope along a row is 10·sin + cos.
    const angles = first(y, 28).map((v, n) => Math.asin((v - (y.data[n * 64 + 27] as number)) / Math.sqrt(101)) - Math.atan2(1, 10));
    uniform(angles, -0.2 * Math.PI, 0.2 * Math.PI);
  });
  test('zooms keep the shape unless the width has a factor of its own', async () => {
    const shown = async (layer: unknown) => {
      const { y } = await changed(layer, places);
      const [row, column] = [8, 1].map((step) => first(y, 27 + step).map((v, n) => v - (y.data[n * 64 + 27] as number)));
      return { height: (row as number[]).map((v) => v / 10), width: column as number[] };
    };
    const one = await shown(layers.randomZoom({ heightFactor: [-0.5, 0.1] }));
    uniform(one.height, 0.5, 1.1);
    one.height.forEach((v, n) => expect(one.width[n]).toBeCloseTo(v, 3));
    const two = await shown(layers.randomZoom({ heightFactor: 0, widthFactor: 0.3 }));
    two.height.forEach((v) => expect(v).toBeCloseTo(1, 4));
    uniform(two.width, 0.7, 1.3);
  });
  test('crops: whole parts, from every place', async () => {
    const { y } = await changed(layers.randomCrop({ height: 5, width: 6 }), places);
    expect(y.shape).toEqual([many, 5, 6, 1]);
    const corners = first(y);
    expect(new Set(corners)).toEqual(new Set([0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32]));
    corners.forEach((corner, n) => expect(y.data.subarray(n * 30, n * 30 + 30)).toEqual(Float32Array.from({ length: 30 }, (_, i) => corner + 10 * Math.floor(i / 6) + (i % 6))));
  });
  test('brightness and contrast stay within the range of values', async () => {
    const light = await changed(layers.randomBrightness({ factor: [-0.1, 0.3], valueRange: [0, 100] }), places);
    uniform(
      first(light.y, 34).map((v) => (v - 42) / 100),
      -0.1,
      0.3,
    );
    expect(Math.min(...light.y.data)).toBe(0);
    const strong = await changed(layers.randomContrast({ factor: [0.5, 0.25], valueRange: [-200, 200] }), places);
    uniform(
      first(strong.y, 63).map((v) => (v - 38.5) / 38.5),
      0.5,
      1.25,
    );
    const clipped = await changed(layers.randomContrast({ factor: 0.9, valueRange: [0, 50] }), places);
    expect([Math.min(...clipped.y.data), Math.max(...clipped.y.data)]).toEqual([0, 50]);
  });
  test('a seed of its own makes two layers alike', async () => {
    const draw = async (seed: number | null, name: string) => (await changed(layers.randomTranslation({ heightFactor: 0.4, widthFactor: 0.4, seed, name }), places)).y.data;
    expect(await draw(7, 'a')).toEqual(await draw(7, 'b'));
    expect(await draw(7, 'a')).not.toEqual(await draw(8, 'a'));
    expect(await draw(null, 'a')).not.toEqual(await draw(null, 'b'));
  });
});

test('the same seed trains to the same bits, another to others', async () => {
  const trained = async (seed: number) => {
    setRandomSeed(3);
    const net = sequential([
      layers.randomFlip({ inputShape: [8, 8, 1], name: 'flip' }),
      layers.randomRotation({ factor: 0.1, name: 'turn' }),
      layers.randomCrop({ height: 6, width: 6, name: 'crop' }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ units: 2, activation: 'softmax', name: 'out' }),
    ]).compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    await net.fit(
      { data: numbers(20 * 64), shape: [20, 8, 8, 1] },
      Int32Array.from({ length: 20 }, (_, i) => i % 2),
      { epochs: 2, batchSize: 8, seed },
    );
    return (await net.getWeights()).map((w) => [...w.data]);
  };
  expect(await trained(1)).toEqual(await trained(1));
  expect(await trained(1)).not.toEqual(await trained(2));
});

describe('sizes', () => {
  const ramp: Picture = { data: Float32Array.from({ length: 24 }, (_, i) => i), shape: [1, 4, 6, 1] };
  const make = async (layer: unknown) => (await changed(layer, ramp, false)).y;
  test('resizing by each interpolation', async () => {
    expect([...(await make(layers.resizing({ height: 2, width: 3, interpolation: 'nearest' }))).data]).toEqual([7, 9, 11, 19, 21, 23]);
    const { data, shape } = await make(layers.resizing({ height: 2, width: 3 }));
    expect(shape).toEqual([1, 2, 3, 1]);
    [3.5, 5.5, 7.5, 15.5, 17.5, 19.5].forEach((v, i) => expect(data[i]).toBeCloseTo(v, 4));
    for (const interpolation of ['bilinear', 'bicubic', 'lanczos3', 'lanczos5'] as const)
      expect((await make(layers.resizing({ height: 9, width: 9, interpolation, antialias: true }))).data.every(Number.isFinite)).toBe(true);
  });
  test('resizing that keeps the shape cuts or adds a border', async () => {
    expect([...(await make(layers.resizing({ height: 4, width: 4, cropToAspectRatio: true }))).data]).toEqual([1, 2, 3, 4, 7, 8, 9, 10, 13, 14, 15, 16, 19, 20, 21, 22]);
    const padded = await make(layers.resizing({ height: 6, width: 6, padToAspectRatio: true, fillValue: -1 }));
    expect([...padded.data.subarray(0, 6), ...padded.data.subarray(6, 12)]).toEqual([-1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4, 5]);
  });
  test('the middle of a picture, or of what is too small, resized', async () => {
    expect([...(await make(layers.centerCrop({ height: 2, width: 3 }))).data]).toEqual([7, 8, 9, 13, 14, 15]);
    expect((await make(layers.centerCrop({ height: 8, width: 8 }))).shape).toEqual([1, 8, 8, 1]);
    expect((await make(layers.randomCrop({ height: 2, width: 2 }))).shape).toEqual([1, 2, 2, 1]);
  });
});
