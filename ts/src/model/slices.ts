// How a long run is cut: slices of some milliseconds, between which other calls are answered.
import type { Progress, Run } from './session.js';

/** Milliseconds of a slice: long beside a message, short beside what a person or an abort waits for. */
const SLICE = 20;

/** Slices of a trial, unless the first ones say enough; and those that a mean looks back on. */
const TRIAL = 4;
/** How often threads sleep in a slice where others take the cores. */
const RESTLESS = 1;

/**
 * Whether threads help. Where other processes take the cores, threads wait for one that isn't running, and one alone may be faster: when
 * they sleep now and then, one makes some slices, and if it was faster, the next ones too. Then threads make some again, and so on. The
 * bits are the same.
 */
export class Crowd {
  /** Whether one thread makes the next slice, and whether that is a trial. */
  alone = false;
  private trial = false;
  /** Milliseconds of a step: means of the last slices. */
  private readonly times = { together: 0, alone: 0 };
  /** Slices since those who make them have changed, up to those of a mean. */
  private made = 0;
  /** How often threads slept in one of their last slices. */
  private slept = 0;
  /** Slices before a trial. In the first ones the compiler's threads take the cores. */
  private left = 20;
  /** What `left` becomes; it doubles each time that the same are found faster. */
  private patience = { together: 32, alone: 12 };

  /** After a slice. */
  learn(perStep: number, slept: number): void {
    const { times, alone } = this;
    const [these, others] = alone ? (['alone', 'together'] as const) : (['together', 'alone'] as const);
    this.made = Math.min(this.made + 1, TRIAL);
    times[these] += (perStep - times[these]) / this.made;
    if (!alone) this.slept += (slept - this.slept) / TRIAL;
    if (this.trial) {
      if (this.made === TRIAL || times[these] > 1.3 * times[others]) this.decide();
    } else if (--this.left <= 0 && (alone || this.slept > RESTLESS)) {
      this.trial = true;
      this.alone = !alone;
      this.made = 0;
    }
  }

  private decide(): void {
    const { times, patience } = this;
    this.trial = false;
    // An even match leaves a core to others; and one thread becomes faster once the scheduler has moved it to where it has most time.
    this.alone = times.alone < 1.1 * times.together;
    this.made = TRIAL;
    this.left = this.alone ? patience.alone : patience.together;
    this.patience = this.alone ? { together: 32, alone: Math.min(2 * this.left, 48) } : { together: Math.min(2 * this.left, 1024), alone: 12 };
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
    if (done > 0) crowd.learn(elapsed / done, progress.slept);
    if (done === this.steps || elapsed > SLICE) this.steps = Math.max(1, Math.min(done * 8, Math.floor((done * SLICE) / Math.max(elapsed, 0.1))));
    return progress;
  }
}
