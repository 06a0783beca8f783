// Whether the threads of a long run help, beside what else the machine does.

/** Milliseconds of a slice: long beside a message, short beside what a person or an abort waits for. */
export const SLICE = 20;
/** Milliseconds of a trial, unless the first ones say enough; and those that a mean looks back on. */
const TRIAL = 4 * SLICE;
/** How often threads sleep in a millisecond where others take the cores. */
const RESTLESS = 1 / SLICE;
/** Milliseconds before the first trial: meanwhile the compiler's threads take the cores. */
const FIRST = 400;
/** Who is so many times as slow at the first of a trial needs no more of it. */
const HOPELESS = 1.3;
/** Who makes the slices alone may be so many times as slow: a core is left to others, and the scheduler soon moves it to where it has most time. */
const EVEN = 1.1;
/** How many times as long as a trial the next one is away; doubled each time that the same are found faster, up to a limit. */
const PATIENCE = { together: 8, alone: 3 };
const LONGEST = { together: 256, alone: 12 };

/**
 * Whether threads help. Where other processes take the cores, threads wait for one that isn't running, and one alone may be faster: when
 * they sleep now and then, one makes some slices, and if it was faster, the next ones too. Then threads make some again, and so on. The
 * bits are the same.
 */
export class Crowd {
  /** Whether one thread makes the next slice, and whether that is a trial. */
  alone = false;
  private trial = false;
  /** Steps in a millisecond: means of the last slices. */
  private readonly speeds = { together: 0, alone: 0 };
  /** How often threads slept in a millisecond: as well. */
  private slept = 0;
  /** Milliseconds since those who make the slices have changed, and until the next trial. */
  private made = 0;
  private left = FIRST;
  private patience = { ...PATIENCE };

  /** After a slice of some milliseconds. */
  learn(elapsed: number, steps: number, slept: number): void {
    const { speeds, alone } = this;
    const [these, others] = alone ? (['alone', 'together'] as const) : (['together', 'alone'] as const);
    this.made += elapsed;
    this.left -= elapsed;
    const weight = Math.min(1, elapsed / Math.min(this.made, TRIAL));
    speeds[these] += (steps / elapsed - speeds[these]) * weight;
    if (!alone) this.slept += (slept / elapsed - this.slept) * weight;
    if (this.trial) {
      if (this.made >= TRIAL || (this.made >= SLICE && HOPELESS * speeds[these] < speeds[others])) this.decide();
    } else if (this.left <= 0 && (alone || this.slept > RESTLESS)) {
      this.trial = true;
      this.alone = !alone;
      this.made = 0;
    }
  }

  private decide(): void {
    this.trial = false;
    this.alone = EVEN * this.speeds.alone > this.speeds.together;
    const winner = this.alone ? 'alone' : 'together';
    const times = this.patience[winner];
    this.left = times * Math.max(this.made, TRIAL);
    this.patience = { ...PATIENCE, [winner]: Math.min(2 * times, LONGEST[winner]) };
    this.made = TRIAL;
  }
}
