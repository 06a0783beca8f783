// How a long run is cut: slices of some milliseconds, between which other calls are answered.
import { Crowd, SLICE } from './crowd.js';
import type { Progress, Run } from './session.js';

/** Microseconds of work that is done on the calling thread: a message to another one and back takes about as long. */
const QUICK = 300;
/** Steps of a run's first slice, at least: a run that has no more of them is one message, however long they take. */
const FIRST = 4;

/** Finds how many steps of a plan take about one slice, and whether threads help it. */
export class Pace {
  private steps = FIRST;
  /** The fewest microseconds of a step that were seen, with its part of the messages. */
  private fewest = 0;
  private readonly crowd = new Crowd();

  /** `expected`: microseconds of a step on one thread, by what there is to do. */
  constructor(private readonly expected: number) {}

  /**
   * Whether so many steps are quick. Some take much longer than what there is to do, because each part waits for the one before; what
   * takes up to twice as long is a slow or busy machine, whose messages are slow too.
   */
  quick(steps = 1): boolean {
    return Math.max(this.expected, this.fewest / 2) * steps <= QUICK;
  }

  /** So many steps took so many milliseconds. */
  took(passed: number, steps: number): void {
    this.fewest = Math.min(this.fewest || Number.POSITIVE_INFINITY, (1000 * passed) / steps);
  }

  /** The next steps of a run of this plan, which has made some before. */
  async slice(run: Run, untilEpochEnd: boolean, before: number, most = Number.POSITIVE_INFINITY): Promise<Progress> {
    const { crowd } = this;
    const wanted = Math.min(before === 0 ? Math.max(this.steps, FIRST) : this.steps, most);
    const started = performance.now();
    const progress = await run.slice(wanted, untilEpochEnd, crowd.alone);
    const passed = performance.now() - started;
    // A browser's clock may stand still meanwhile.
    const elapsed = Math.max(passed, 0.1);
    const done = progress.steps - before;
    if (done > 0) {
      // At first the engine's code is slow, and nobody else has its work.
      if (run.session.client.complete) this.took(passed, done);
      // Quick ones are made by one thread whatever the crowd says.
      if (1000 * elapsed > QUICK) crowd.learn(elapsed, done, progress.slept);
    }
    if (done === this.steps || elapsed > SLICE) this.steps = Math.max(1, Math.min(done * 8, Math.floor((done * SLICE) / elapsed)));
    return progress;
  }
}
