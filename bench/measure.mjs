// Timing of repeated work, and the statistics of the samples.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const SAMPLES = 10;
/** No sample shorter than this: the clock's grain and one interruption would show. */
const SHORTEST = 5;

async function time(run, count) {
  const started = performance.now();
  const pending = run(count);
  if (pending) await pending; // an engine that answers at once isn't made to wait for a turn of the event loop
  return performance.now() - started;
}

/**
 * Milliseconds per repetition of `run(count)`, `SAMPLES` of them (fewer where a single repetition takes longer than the budget allows).
 * Doubling the count first finds how many repetitions fill a sample, and warms the engine up. `between` is called between samples.
 */
export async function sample(run, seconds, between = () => {}) {
  const target = Math.max(SHORTEST, (seconds * 1000) / SAMPLES);
  const warmUpEnds = performance.now() + seconds * 500;
  let count = 1;
  for (;;) {
    const elapsed = await time(run, count);
    const enough = elapsed >= target / 2;
    if (enough) count = Math.max(1, Math.round((count * target) / elapsed));
    if (enough && performance.now() >= warmUpEnds) break;
    if (!enough) count *= 2;
  }
  const figures = [];
  const ends = performance.now() + seconds * 1000 * 1.5;
  while (figures.length < 3 || (figures.length < SAMPLES && performance.now() < ends)) {
    if (figures.length) between();
    figures.push((await time(run, count)) / count);
  }
  return figures;
}

/** `run(count)` from a function that does the work once, at once or by a promise. */
export const repeat = (work) => (count) => {
  const first = work();
  if (first instanceof Promise) return rest(first, work, count);
  for (let i = 1; i < count; i++) work();
};

async function rest(first, work, count) {
  await first;
  for (let i = 1; i < count; i++) await work();
}
