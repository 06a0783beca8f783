// Every way that rows take to a prediction leads to the same numbers.
import { layers, sequential, setRandomSeed } from 'myelin';
import { describe, expect, it, vi } from 'vitest';

const WIDTH = 700;

/** No sum of it depends on how many rows there are. */
const build = () => {
  setRandomSeed(3);
  return sequential([layers.activation({ activation: 'tanh', inputShape: [WIDTH] }), layers.layerNormalization(), layers.activation({ activation: 'softmax' })]);
};
const bytes = (rows: number, seed = 1) => ({ data: Uint8Array.from({ length: rows * WIDTH }, (_, i) => (i * 7 + seed * (i >> 5)) % 251), shape: [rows, WIDTH] });
const floats = (rows: number, seed = 1) => ({ data: Float32Array.from(bytes(rows, seed).data, (v) => v / 100), shape: [rows, WIDTH] });
const firstRows = ({ data, shape }: { data: Float32Array; shape: readonly number[] }, rows: number) => data.subarray(0, (rows * data.length) / (shape[0] as number));

/** Bit for bit; a comparison number by number takes seconds. */
function same(answer: Float32Array | undefined, expected: Float32Array, what = ''): void {
  const raw = (values: Float32Array = new Float32Array()) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  expect(Buffer.compare(raw(answer), raw(expected)), what).toBe(0);
}

describe('predictions', () => {
  it('in one batch, large or small, equal those in many', async () => {
    const net = build();
    const x = floats(150);
    const expected = await net.predict(x);
    expect(expected.shape).toEqual([150, WIDTH]);
    expect(expected.data.every(Number.isFinite)).toBe(true);
    for (const batchSize of [7, 149, 150, 1000]) same((await net.predict(x, { batchSize })).data, expected.data, `batches of ${batchSize}`);
    for (const rows of [1, 3, 64, 65, 93, 94, 149]) {
      const part = { data: x.data.subarray(0, rows * WIDTH), shape: [rows, WIDTH] };
      const answer = await net.predict(part, { batchSize: 1000 });
      expect(answer.shape).toEqual([rows, WIDTH]);
      same(answer.data, firstRows(expected, rows), `${rows} rows`);
    }
  });

  it('of bytes equal those of the same floats', async () => {
    const net = build();
    for (const rows of [3, 150]) {
      const x = bytes(rows);
      const asFloats = { data: Float32Array.from(x.data), shape: x.shape };
      for (const batchSize of [32, 1000]) same((await net.predict(x, { batchSize })).data, (await net.predict(asFloats, { batchSize })).data);
    }
  });

  it('at the same time get their own answers', async () => {
    const net = build();
    const inputs = [1, 2, 3, 4, 5].map((seed) => floats(150 + seed, seed));
    // Plans of several sizes, then one.
    for (const sizes of [inputs, [6, 7, 8].map((seed) => floats(150, seed))]) {
      const answers = await Promise.all(sizes.map((x, i) => net.predict(x, { batchSize: i === 1 ? 32 : 1000 })));
      for (const [i, x] of sizes.entries()) same(answers[i]?.data, (await net.predict(x)).data, `input ${i}`);
    }
  });

  it('keep what they answered when others follow', async () => {
    const net = build();
    const first = await net.predict(floats(150, 1), { batchSize: 1000 });
    const copy = first.data.slice();
    await net.predict(floats(150, 2), { batchSize: 1000 });
    same(first.data, copy);
  });

  it('show their progress whatever their size', async () => {
    const written: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      await build().predict(floats(150), { batchSize: 1000, verbose: 2 });
    } finally {
      write.mockRestore();
    }
    expect(written.join('')).toMatch(/^Predicting 1\/1 .*step\n$/);
  });
});
