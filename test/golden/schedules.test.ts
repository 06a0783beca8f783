import { layers, optimizers, type Schedule, schedules, sequential } from 'myelin';
import { describe, expect, it, test } from 'vitest';
import { camel, expectClose, golden } from './golden.js';

interface Case {
  readonly test: string;
  readonly schedule: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly step: number;
  readonly lr: number;
}
const registry = schedules as unknown as Readonly<Record<string, (options: object) => Schedule>>;
const factoryName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

function make({ schedule, config }: Case): Schedule {
  const options = Object.entries(config).filter(([key, value]) => key !== 'name' && value !== null);
  return (registry[factoryName(schedule)] as (options: object) => Schedule)(Object.fromEntries(options.map(([key, value]) => [camel(key), value])));
}

/** The rates that training would use: after so many steps of a tiny model. */
async function rates(schedule: Schedule, steps: readonly number[]): Promise<Map<number, number>> {
  const model = sequential([layers.dense({ units: 1, inputShape: [1] })]).compile({ optimizer: optimizers.sgd({ learningRate: schedule }), loss: 'mse' });
  const found = new Map<number, number>();
  let done = 0;
  for (const step of [...new Set(steps)].sort((a, b) => a - b)) {
    const rows = step - done;
    if (rows > 0) await model.fit(new Float32Array(rows), new Float32Array(rows), { batchSize: 1 });
    done = step;
    found.set(step, await model.getLearningRate());
  }
  await model.dispose();
  return found;
}

const cases = golden<Case>('keras_schedules.json');
/** Training counts from 0, so steps below 0 occur only in the recordings. */
const usable = cases.filter((c) => Object.hasOwn(registry, factoryName(c.schedule)) && c.step >= 0);
const groups = new Map<string, Case[]>();
for (const c of usable) {
  const key = `${c.schedule} ${JSON.stringify(c.config)}`;
  groups.set(key, [...(groups.get(key) ?? []), c]);
}

test('every schedule of the library is among the recorded ones', () => {
  console.log(`schedules: ${usable.length} of ${cases.length} recorded cases`);
  const recorded = new Set(usable.map((c) => factoryName(c.schedule)));
  expect(Object.keys(schedules).filter((name) => !recorded.has(name))).toEqual([]);
  expect(usable.length).toBeGreaterThanOrEqual(95);
});

describe('recorded by Keras', () => {
  it.each([...groups])('%s', async (_, members) => {
    const found = await rates(
      make(members[0] as Case),
      members.map((c) => c.step),
    );
    for (const { step, lr, test: origin } of members) expectClose([found.get(step) as number], [lr], { rtol: 1e-5, atol: 1e-7, what: `${origin.split('::').at(-1)} at step ${step}` });
  });
});

test('the losses of the fit that Keras tests with a schedule', async () => {
  // Dense(2), all ones, on numbers in order, Adam(ExponentialDecay(0.05, 1, 0.9)), three epochs of four rows, not shuffled.
  const model = sequential([layers.dense({ units: 2, kernelInitializer: 'ones', biasInitializer: 'ones', inputShape: [2] })]).compile({
    optimizer: optimizers.adam({ learningRate: schedules.exponentialDecay({ initialLearningRate: 0.05, decaySteps: 1, decayRate: 0.9 }) }),
    loss: 'mse',
  });
  const x = { data: Float32Array.from({ length: 32 }, (_, i) => i), shape: [16, 2] };
  const { history } = await model.fit(x, x, { epochs: 3, batchSize: 4, shuffle: false });
  expect(history.loss).toHaveLength(3);
  expectClose(history.loss as number[], [230.79457, 128.30319, 79.33649], { rtol: 5e-5, atol: 0 });
});
