// An engine whose memory is full is lost as a whole, and the next call starts another one: in a worker and on the calling thread.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it.each([true, false])('worker: %s', async (worker) => {
  const { stdout } = await run(process.execPath, [resolve('test/e2e/full_worker.mjs'), resolve('dist/index.js'), String(worker)], { timeout: 60_000 });
  expect(JSON.parse(stdout)).toMatchObject({
    error: { name: 'EngineError', code: 'lost', message: expect.stringMatching(/its memory is full.*the next call starts a new one/) },
    losses: [1, 1],
  });
});
