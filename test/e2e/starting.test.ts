// An engine whose worker has not booted yet works on the thread that started it.
import { layers, runtime, sequential, setRandomSeed } from 'myelin';
import { expect, test } from 'vitest';

// Node's own Worker class; what its workers say is heard when `hear` is called, and from then on.
const threads = process.getBuiltinModule('node:worker_threads');
let unheard: (() => void)[] | null = [];
const hear = () => {
  const words = unheard ?? [];
  unheard = null;
  for (const word of words) word();
};
threads.Worker = class extends threads.Worker {
  override on(event: string, listener: (word: never) => void): this {
    const later = (word: never) => void (unheard?.push(() => listener(word)) ?? listener(word));
    return super.on(event, (event === 'message' ? later : listener) as () => void);
  }
};

const x = { data: Float32Array.from({ length: 512 * 32 }, (_, i) => Math.sin(i)), shape: [512, 32] };
const y = Int32Array.from({ length: 512 }, (_, i) => i % 4);
async function train(units: number, batchSize: number) {
  setRandomSeed(8);
  const net = sequential([layers.dense({ units, activation: 'relu', inputShape: [32] }), layers.dense({ units: 4, activation: 'softmax' })]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const { history } = await net.fit(x, y, { epochs: 3, batchSize });
  setRandomSeed(null);
  return { history, weights: (await net.getWeights()).map(({ data }) => data) };
}

test('small steps are made at once, large ones by the worker; the bits are the same', async () => {
  const before = await train(64, 8);
  expect(runtime().state).toBe('starting');
  expect(unheard).not.toBeNull();
  let done = false;
  const large = train(1024, 512).finally(() => {
    done = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(done).toBe(false);
  hear();
  expect((await large).history.loss).toHaveLength(3);
  await expect.poll(() => runtime().state).toBe('running');
  expect(await train(64, 8)).toEqual(before);
});
