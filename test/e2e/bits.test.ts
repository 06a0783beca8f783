// The same seed gives the same bits, whatever runs it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, test } from 'vitest';

interface Result {
  readonly hash: string;
  readonly loss: readonly number[];
  readonly valLoss: readonly number[];
  readonly threads: number;
  readonly worker: boolean;
  readonly payload: string;
}
const run = promisify(execFile);
const dist = resolve('dist/index.js');

async function train(options: object, node = process.execPath, ...more: string[]): Promise<Result> {
  const { stdout } = await run(node, [resolve('test/e2e/bits_worker.mjs'), dist, JSON.stringify(options), ...more], { timeout: 60_000 });
  return JSON.parse(stdout) as Result;
}

let reference: Result;
beforeAll(async () => {
  reference = await train({ threads: 1 });
});

test('the reference learns something', () => {
  expect(reference).toMatchObject({ threads: 1, worker: true });
  expect(reference.loss).toHaveLength(3);
  expect(reference.loss[2]).toBeLessThan(reference.loss[0] as number);
});

describe('the same bits', () => {
  it.each([1, 2, 3, 4])('with %i threads in a worker', async (threads) => {
    expect(await train({ threads })).toEqual({ ...reference, threads });
  });
  it('with threads that come while it trains', async () => {
    expect(await train({ threads: 3 }, process.execPath, 'early')).toEqual({ ...reference, threads: 3 });
  });
  it.each([1, 2, 4])('with %i threads on the calling thread', async (threads) => {
    expect(await train({ threads, worker: false })).toEqual({ ...reference, threads, worker: false });
  });
});

describe('other versions of Node', () => {
  const versions = ['node22', 'node24', 'node26'].map((name) => [name, resolve('.tools', name, 'node_modules/node/bin/node')] as const);
  const present = versions.filter(([, path]) => existsSync(path));
  const missing = versions.filter((v) => !present.includes(v)).map(([name]) => name);
  console.log(`bits: this is Node ${process.version}; here: ${present.map(([name]) => name).join(', ') || 'none'}; not here: ${missing.join(', ') || 'none'}`);
  it.each(present)('%s', async (_, path) => {
    expect(await train({ threads: 2 }, path)).toEqual({ ...reference, threads: 2 });
    expect(await train({ threads: 2, worker: false }, path)).toEqual({ ...reference, threads: 2, worker: false });
  });
  it('the strict payload gives its own bits, the same with 1 and 2 threads', async () => {
    const one = await train({ threads: 1, strict: true });
    expect(one.payload).toBe('simd128');
    expect(await train({ threads: 2, strict: true })).toEqual({ ...one, threads: 2 });
    for (const [, path] of present) expect(await train({ threads: 2, strict: true }, path)).toEqual({ ...one, threads: 2 });
  });
});
