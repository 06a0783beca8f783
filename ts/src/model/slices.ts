// How a long run is cut: slices of some milliseconds, between which other calls are answered.
import { Crowd } from './crowd.js';
import type { Progress, Run } from './session.js';

/** Milliseconds of a slice: long beside a message, short beside what a person or an abort waits for. */
export const SLICE = 20;

/** Finds how many steps of a plan take about one slice, and whether threads help it. */
export class Pace {
  private steps = 4;
  private readonly crowd = new Crowd();

  /** The next steps of a run of this plan, which has made some before. */
  async slice(run: Run, untilEpochEnd: boolean, before: number, most = Number.POSITIVE_INFINITY): Promise<Progress> {
    const { crowd } = this;
    const wanted = Math.min(this.steps, most);
    const started = performance.now();
    const progress = await run.slice(wanted, untilEpochEnd, crowd.alone);
    // A browser's clock may stand still meanwhile.
    const elapsed = Math.max(performance.now() - started, 0.1);
    const done = progress.steps - before;
    if (done > 0) crowd.learn(elapsed, done, progress.slept);
    if (done === this.steps || elapsed > SLICE) this.steps = Math.max(1, Math.min(done * 8, Math.floor((done * SLICE) / elapsed)));
    return progress;
  }
}
