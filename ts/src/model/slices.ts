// How a long run is cut: slices of some milliseconds, between which other calls are answered.
import type { Progress, Run } from './session.js';

/** Milliseconds of a slice: long beside a message, short beside what a person or an abort waits for. */
const SLICE = 20;

/**
 * Whether threads help. Where other processes take the cores, threads wait for one that isn't running, and one alone may be faster: when
 * they had to sleep often, one makes a slice, and if it was faster, the next ones too. Then threads make one again, and so on. The bits
 * are the same.
 */
export class Crowd {
  /** Whether one thread makes the next slice, and whether that is a trial. */
  alone = false;
  private trial = false;
  /** Milliseconds of a step by all threads, and by one. */
  private times = [0, 0];
  /** Slices before a trial; the first ones run code that is still being compiled. */
  private left = 8;
  /** What `left` becomes, for all threads and for one; it doubles each time that the same are found faster. */
  private patience = [32, 12];

  /** After a slice of so many steps. */
  learn(perStep: number, steps: number, slept: number): void {
    const { times } = this;
    times[Number(this.alone)] = perStep;
    if (this.trial) {
      this.trial = false;
      this.alone = (times[1] as number) < 0.95 * (times[0] as number);
      this.left = this.patience[Number(this.alone)] as number;
      this.patience = this.alone ? [32, Math.min(2 * this.left, 48)] : [Math.min(2 * this.left, 1024), 12];
    } else if (--this.left <= 0 && (this.alone || slept > 1 + steps / 4)) {
      this.trial = true;
      this.alone = !this.alone;
    }
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
    return progress;
  }
}
