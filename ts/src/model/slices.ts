// How a long run is cut: slices of some milliseconds, between which other calls are answered.
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

/**
 * Whether threads help. Where other processes take the cores, threads wait for one that isn't running, and one alone may be faster:
 * when they had to sleep often, one makes a slice, and if it's faster than threads before and after it, the next ones too. Now and then
 * threads make one slice again, and stay if it was the faster one. The bits are the same.
 */
export class Crowd {
  /** Who makes the next slice: all threads, one on trial, all once more, one, or all to see whether that has become better. */
  private mode: 'together' | 'trial' | 'again' | 'alone' | 'probe' = 'together';
  /** Milliseconds of a step by all threads, and by one. */
  private together = 0;
  private single = 0;
  /** Slices before the mode may change; the first ones run code that is still being compiled. */
  private left = 8;
  /** What `left` becomes, by mode; it doubles each time that the same is found again. */
  private patience = { together: 32, alone: 12 };

  get alone(): boolean {
    return this.mode === 'trial' || this.mode === 'alone';
  }
  /** After a slice of so many steps. */
  learn(perStep: number, steps: number, slept: number): void {
    this.left--;
    if (this.alone) this.single = perStep;
    if (this.mode === 'trial') this.mode = 'again';
    else if (this.mode === 'again') this.choose(Math.min(this.together, perStep));
    else if (this.mode === 'probe') this.choose(perStep);
    else if (this.mode === 'alone') {
      if (this.left <= 0) this.mode = 'probe';
    } else {
      this.together = perStep;
      if (this.left <= 0 && slept > 1 + steps / 4) this.mode = 'trial';
    }
  }
  private choose(together: number): void {
    this.mode = this.single < 0.95 * together ? 'alone' : 'together';
    this.left = this.patience[this.mode];
    this.patience = this.mode === 'alone' ? { together: 32, alone: Math.min(2 * this.left, 48) } : { together: Math.min(2 * this.left, 1024), alone: 12 };
  }
}

/** Finds the number of steps that takes about one slice. */
export class Pace {
  private steps = 4;
  constructor(private readonly run: Run) {}

  async slice(untilEpochEnd: boolean, before: number, most = Number.POSITIVE_INFINITY): Promise<Progress> {
    const { run } = this;
    const { crowd } = run.options.plan;
    const wanted = Math.min(this.steps, most);
    const started = performance.now();
    const progress = await run.slice(wanted, untilEpochEnd, crowd.alone);
    const elapsed = performance.now() - started;
    const done = progress.steps - before;
    if (done > 0) crowd.learn(elapsed / done, done, progress.slept);
    if (done === this.steps || elapsed > SLICE) this.steps = Math.max(1, Math.min(done * 8, Math.floor((done * SLICE) / Math.max(elapsed, 0.1))));
    if (run.session.client.direct) await breathe();
    return progress;
  }
}
