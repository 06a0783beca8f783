// How a long run is cut: slices of some milliseconds, between which other calls are answered.
import type { EngineClient } from '../runtime/index.js';
import type { Progress, Run } from './session.js';

/** Milliseconds of a slice: long beside a message, short beside what a person or an abort waits for. */
const SLICE = 20;

/** Lets the thread do other things. */
function breathe(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
  if (setImmediate) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      port1.close();
      resolve();
    };
    port1.postMessage(null);
  });
}

/** Finds the number of steps that takes about one slice. */
export class Pace {
  private steps = 4;
  constructor(private readonly client: EngineClient) {}

  async slice(run: Run, untilEpochEnd: boolean, before: number, most = Number.POSITIVE_INFINITY): Promise<Progress> {
    const wanted = Math.min(this.steps, most);
    const started = performance.now();
    const progress = await run.slice(wanted, untilEpochEnd);
    const elapsed = performance.now() - started;
    const done = progress.steps - before;
    if (done === this.steps || elapsed > SLICE) this.steps = Math.max(1, Math.min(done * 8, Math.floor((done * SLICE) / Math.max(elapsed, 0.1))));
    if (this.client.direct) await breathe();
    return progress;
  }
}
