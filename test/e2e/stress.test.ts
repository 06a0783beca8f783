// A minute of more threads than cores, with fits that finish, fits that are aborted, and models that go while the pool works.
// `MYELIN_STRESS_SECONDS` sets how long.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import * as myelin from 'myelin';
import { expect, test } from 'vitest';
// @ts-expect-error: a plain module, which child processes run as well
import { hashOf, work } from './stress_work.mjs';

interface Work {
  readonly net: { predict(x: unknown): Promise<{ data: Float32Array }>; dispose(): Promise<void> };
  fit(options?: object): Promise<unknown>;
  readonly x: unknown;
}
const start = () => (work as (library: unknown) => Work)(myelin);
const hash = hashOf as (net: unknown) => Promise<string>;
const seconds = Number(process.env.MYELIN_STRESS_SECONDS ?? 60);
const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Numbers that are the same in each run of the test. */
let state = 1;
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

async function single(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [resolve('test/e2e/stress_work.mjs'), resolve('dist/index.js'), '{"threads":1}']);
  return stdout.trim();
}

const counts = { finished: 0, aborted: 0, disposed: 0, predicted: 0 };

const turns: readonly ((expected: string) => Promise<void>)[] = [
  async function finishes(expected) {
    const { net, fit } = start();
    await fit();
    expect(await hash(net)).toBe(expected);
    await net.dispose();
    counts.finished++;
  },
  async function finishesBesideOthers(expected) {
    const all = [start(), start()];
    await Promise.all([...all.map(({ fit }) => fit()), (all[0] as Work).net.predict((all[0] as Work).x).then(() => counts.predicted++)]);
    for (const { net } of all) {
      expect(await hash(net)).toBe(expected);
      await net.dispose();
      counts.finished++;
    }
  },
  async function isAborted() {
    const { net, fit } = start();
    const controller = new AbortController();
    const running = fit({ epochs: 100_000, signal: controller.signal });
    await wait(random(40));
    controller.abort('enough');
    await expect(running).rejects.toBe('enough');
    await net.dispose();
    counts.aborted++;
  },
  async function goesWhileItWorks() {
    const { net, fit } = start();
    const running = fit({ epochs: 100_000 }).then(
      () => expect.fail('it ended'),
      (error: Error) => error,
    );
    await wait(random(30));
    await net.dispose();
    expect((await running).message).toBe('the model was disposed; build it again');
    counts.disposed++;
  },
];

test(`more threads than cores for ${seconds} s: the same bits as one thread, and nothing hangs`, { timeout: (seconds + 60) * 1000 }, async () => {
  const threads = 2 * availableParallelism() + 1;
  await myelin.init({ threads });
  expect(myelin.runtime().threads).toBe(threads);
  const expected = await single();
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) await (turns[random(turns.length)] as (typeof turns)[number])(expected);
  console.log(
    `stress: ${threads} threads, ${Object.entries(counts)
      .map(([what, n]) => `${n} ${what}`)
      .join(', ')}`,
  );
  for (const [what, n] of Object.entries(counts)) expect(n, what).toBeGreaterThan(0);
});
